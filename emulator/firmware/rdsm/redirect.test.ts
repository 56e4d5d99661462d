import { describe, expect, test } from 'vitest';
import { Bench, PAGE_A, RAM } from './rdsm.test-support.ts';

const VECTOR = RAM + 0x20_0000n;
const GUEST_VECTOR = RAM + 0x21_0000n;
const VACANT = 0x1000n;
const LOAD_ACCESS_FAULT = 5n;
const LOAD_GUEST_PAGE_FAULT = 21n;
const HSTATUS = { GVA: 1n << 6n, SPV: 1n << 7n, SPVP: 1n << 8n };
const SPP = 1n << 8n;

/** Nothing is delegated: all comes to the RDSM. */
function undelegated(world: ConstructorParameters<typeof Bench>[0] = {}): Bench {
  const b = new Bench(world);
  b.machine.pokeCsr(0, 'medeleg', 0n);
  b.machine.pokeCsr(0, 'stvec', VECTOR);
  if (b.spec.features.has('H')) b.machine.pokeCsr(0, 'vstvec', GUEST_VECTOR);
  return b;
}

const attempt = (b: Bench, mode: 'S' | 'U' | 'VS' | 'VU', address: bigint) =>
  b.machine.attempt(0, { mode, operation: 'load', address, size: 8, value: 0n }).trap;

describe('a trap that is not delegated', () => {
  test.each([
    ['S', SPP],
    ['U', 0n],
  ] as const)('of %s-mode arrives in S-mode as if it had been', (mode, spp) => {
    const b = undelegated();
    b.machine.pokeCsr(0, 'sstatus', 2n);
    const trap = attempt(b, mode, VACANT);
    expect(trap).toMatchObject({ cause: 5, tval: VACANT, takenIn: 'S', because: 'mpt.invalid' });
    expect(b.csr('scause')).toBe(LOAD_ACCESS_FAULT);
    expect([b.csr('stval'), b.csr('sepc')]).toEqual([VACANT, 0x800n]);
    // SIE moves to SPIE.
    expect(b.csr('sstatus') & (SPP | 0x22n)).toBe(spp | 0x20n);
    expect(b.csr('hstatus') & (HSTATUS.SPV | HSTATUS.GVA)).toBe(0n);
  });

  test('of a guest arrives in HS-mode with what HS-mode must know of it', () => {
    const b = undelegated();
    const trap = attempt(b, 'VS', VACANT);
    expect(trap).toMatchObject({ cause: 5, takenIn: 'S', mpv: true });
    const { SPV, SPVP, GVA } = HSTATUS;
    expect(b.csr('hstatus') & (SPV | SPVP | GVA)).toBe(SPV | SPVP | GVA);
    attempt(b, 'VU', VACANT);
    expect(b.csr('hstatus') & (SPV | SPVP | GVA)).toBe(SPV | GVA);
  });

  test('that is a guest page fault has its address in htval', () => {
    const b = undelegated();
    // A G-stage without entries.
    b.machine.fill(RAM + 0x40_0000n, 0x4000n, 0n);
    b.machine.pokeCsr(0, 'hgatp', (8n << 60n) | ((RAM + 0x40_0000n) >> 12n));
    attempt(b, 'VS', PAGE_A);
    expect(b.csr('scause')).toBe(LOAD_GUEST_PAGE_FAULT);
    expect(b.csr('htval')).toBe(PAGE_A >> 2n);
  });

  test('of a guest arrives in the guest where its hypervisor says so', () => {
    const b = undelegated();
    b.machine.pokeCsr(0, 'hedeleg', 1n << LOAD_ACCESS_FAULT);
    b.machine.pokeCsr(0, 'scause', 0n);
    b.machine.pokeCsr(0, 'vsstatus', 2n);
    const trap = attempt(b, 'VS', VACANT);
    expect(trap).toMatchObject({ cause: 5, takenIn: 'VS' });
    expect([b.csr('vscause'), b.csr('vstval'), b.csr('vsepc')]).toEqual([5n, VACANT, 0x800n]);
    expect(b.csr('vsstatus') & (SPP | 0x22n)).toBe(SPP | 0x20n);
    expect(b.csr('scause')).toBe(0n);
    // Not so a trap of the host.
    expect(attempt(b, 'S', VACANT)).toMatchObject({ takenIn: 'S' });
  });

  test('leaves the registers of whoever trapped', () => {
    const b = undelegated();
    for (let number = 1; number < 30; number++) {
      b.machine.writeRegister(0, `x${number}`, BigInt(number) << 32n);
    }
    attempt(b, 'U', VACANT);
    for (let number = 1; number < 30; number++) {
      expect(b.machine.readRegister(0, `x${number}`)).toBe(BigInt(number) << 32n);
    }
  });

  test('arrives without H too', () => {
    const b = undelegated({ without: ['H'], tsms: [] });
    expect(attempt(b, 'U', VACANT)).toMatchObject({ cause: 5, takenIn: 'S' });
    expect(b.csr('scause')).toBe(LOAD_ACCESS_FAULT);
  });
});
