import { describe, expect, test } from 'vitest';
import { Bench, CLINT, PAGE_A, RAM, teeret, TSM_BASE } from './rdsm.test-support.ts';

const FAILED = -1n;
const NOT_SUPPORTED = -2n;
const INVALID_PARAM = -3n;
const INVALID_ADDRESS = -5n;
const ALREADY_AVAILABLE = -6n;
const IPI = 0x73_5049n;
const RFENCE = 0x5246_4e43n;
const HSM = 0x48_534dn;
const ALL = (1n << 64n) - 1n;
const SSIP = 2n;
/** Three tables of an Sv39 space. */
const ROOT = RAM + 0x40_0000n;
const VA = 0x10_0000n;
/** A program of hart 0. */
const ASKING = RAM + 0x50_0000n;

/** Maps VA to PAGE_A, or elsewhere, for all harts of a bench. */
function map(b: Bench, to: bigint): void {
  const pointer = (at: bigint) => ((at >> 12n) << 10n) | 1n;
  b.machine.write(ROOT, 8, pointer(ROOT + 0x1000n));
  b.machine.write(ROOT + 0x1000n, 8, pointer(ROOT + 0x2000n));
  b.machine.write(ROOT + 0x2000n + (VA >> 12n) * 8n, 8, ((to >> 12n) << 10n) | 0xc7n);
}

function withSpace(harts = 2, world: ConstructorParameters<typeof Bench>[0] = {}): Bench {
  const b = new Bench({ platform: { harts }, ...world });
  b.machine.write(PAGE_A, 8, 1n);
  b.machine.write(PAGE_A + 0x1000n, 8, 2n);
  map(b, PAGE_A);
  for (let hart = 0; hart < harts; hart++)
    b.machine.pokeCsr(hart, 'satp', (8n << 60n) | (ROOT >> 12n));
  return b;
}

const read = (b: Bench, hart: number) => b.tries('load', VA, hart).value;

describe('IPI', () => {
  test('raises the software interrupt of other harts and of this one', () => {
    const b = new Bench({ platform: { harts: 3 } });
    expect(b.call(IPI, 0n, [0b101n, 0n]).error).toBe(0n);
    for (const hart of [0, 1, 2]) b.tries('load', PAGE_A, hart);
    expect([0, 1, 2].map((hart) => b.csr('sip', hart) & SSIP)).toEqual([SSIP, 0n, SSIP]);
    expect(b.machine.counts().ipi).toBe(2);
  });

  test('names harts from a base, all of them with all ones', () => {
    const b = new Bench({ platform: { harts: 3 } });
    expect(b.call(IPI, 0n, [0b10n, 1n]).error).toBe(0n);
    b.tries('load', PAGE_A, 2);
    expect(b.csr('sip', 2) & SSIP).toBe(SSIP);
    expect(b.call(IPI, 0n, [0b100n, 1n]).error).toBe(INVALID_PARAM);
    expect(b.call(IPI, 0n, [0n, ALL]).error).toBe(0n);
    b.tries('load', PAGE_A, 1);
    expect(b.csr('sip', 1) & SSIP).toBe(SSIP);
  });

  test('reaches the host of a hart whose TSM runs', () => {
    const seen: bigint[] = [];
    const b: Bench = new Bench({
      tsm: function* (port) {
        b.machine.board.clint?.store(0, 4, 1, 0);
        b.machine.write(b.spec.rdsm.base + 0x4000n + IPI_FIELD, 8, 1n);
        // Lets the interrupt in.
        yield* port.pause();
        seen.push((yield* port.csrr('sip')) & SSIP);
        yield* port.csrc('sip', SSIP);
        yield* teeret(port, 0n, 0n);
      },
    });
    expect(b.covh(0).error).toBe(0n);
    expect(seen).toEqual([SSIP]);
    expect(b.csr('sip') & SSIP).toBe(SSIP);
    // It was the host's: the TSM finds nothing at its next call.
    b.machine.pokeCsr(0, 'mip', 0n);
  });
});

/** Offset of `ipi` in the record of a hart. */
const IPI_FIELD = 0x70n;

describe('RFENCE', () => {
  test('fences translations of other harts before it returns', () => {
    const b = withSpace();
    expect([read(b, 0), read(b, 1)]).toEqual([1n, 1n]);
    map(b, PAGE_A + 0x1000n);
    expect(read(b, 1)).toBe(1n);
    expect(b.call(RFENCE, 1n, [0b10n, 0n, VA, 0x1000n]).error).toBe(0n);
    expect(read(b, 1)).toBe(2n);
    expect(read(b, 0)).toBe(1n);
    expect(b.call(RFENCE, 1n, [0n, ALL, 0n, ALL]).error).toBe(0n);
    expect(read(b, 0)).toBe(2n);
  });

  test('of one address space leaves the others', () => {
    const b = withSpace(2);
    const satp = (8n << 60n) | (5n << 44n) | (ROOT >> 12n);
    b.machine.pokeCsr(1, 'satp', satp);
    read(b, 1);
    map(b, PAGE_A + 0x1000n);
    b.call(RFENCE, 2n, [0b10n, 0n, 0n, ALL, 6n]);
    expect(read(b, 1)).toBe(1n);
    b.call(RFENCE, 2n, [0b10n, 0n, 0n, ALL, 5n]);
    expect(read(b, 1)).toBe(2n);
  });

  test('acts in the domain of whoever asks, though another runs on that hart', () => {
    const b = withSpace(2, {
      tsm: function* (port) {
        // Runs until hart 0 has asked for the fence and been served.
        for (let k = 0; k < 200; k++) yield* port.pause();
        yield* teeret(port, 0n, 0n);
      },
    });
    expect(read(b, 1)).toBe(1n);
    map(b, PAGE_A + 0x1000n);
    const words = ['li a0, 2', 'li a1, 0', 'li a2, 0', 'li a3, -1', 'li a6, 1'];
    b.programAt(ASKING, ['li a7, 0x52464e43', ...words, 'ecall', 'j .']);
    b.machine.pokeCsr(0, 'satp', 0n);
    b.machine.start(0, { mode: 'S', pc: ASKING });
    const calling = ['li a6, 0x4000000', 'li a7, 0x434f5648', 'ecall', 'li s2, 1', 'j .'];
    b.programAt(PAGE_A, calling);
    const { machine } = b;
    machine.pokeCsr(1, 'satp', 0n);
    machine.start(1, { mode: 'S', pc: PAGE_A });
    machine.run({ steps: 4000, until: [{ hart: 1, pc: PAGE_A + 20n }], stopAtTrap: () => false });
    expect(machine.readRegister(0, 'x10')).toBe(0n);
    machine.park(1);
    machine.pokeCsr(1, 'satp', (8n << 60n) | (ROOT >> 12n));
    expect(read(b, 1)).toBe(2n);
    expect(b.machine.fired()).toContain('FENCE-09');
  });

  test('of guests takes guest physical addresses, and needs H', () => {
    const b = new Bench({ platform: { harts: 2 } });
    for (const fid of [3n, 4n, 5n, 6n]) {
      expect(b.call(RFENCE, fid, [0b11n, 0n, 0x1000n, 0x2000n, 1n]).error).toBe(0n);
    }
    const plain = new Bench({ without: ['H'], tsms: [], spec: { model: 'smmpt_light' } });
    expect(plain.call(RFENCE, 4n, [1n, 0n, 0n, ALL]).error).toBe(NOT_SUPPORTED);
    expect(plain.call(RFENCE, 1n, [1n, 0n, 0n, ALL]).error).toBe(0n);
  });

  test('refuses harts that do not exist, ranges that wrap, and harts that it cannot reach', () => {
    const b = new Bench({ platform: { harts: 2 } });
    expect(b.call(RFENCE, 1n, [0b100n, 0n, 0n, ALL]).error).toBe(INVALID_PARAM);
    expect(b.call(RFENCE, 1n, [0b10n, 0n, ALL - 0xfffn, 0x2000n]).error).toBe(INVALID_ADDRESS);
    expect(b.call(RFENCE, 7n).error).toBe(NOT_SUPPORTED);
    const deaf = new Bench({ platform: { harts: 2 }, devices: [] });
    expect(deaf.call(RFENCE, 1n, [0b10n, 0n, 0n, ALL]).error).toBe(FAILED);
    expect(deaf.call(RFENCE, 1n, [0b01n, 0n, 0n, ALL]).error).toBe(0n);
  });
});

describe('HSM', () => {
  test('stops a hart, and starts it elsewhere with its number and one word', () => {
    const b = new Bench({ platform: { harts: 2 } });
    expect(b.call(HSM, 2n, [1n]).value).toBe(0n);
    b.call(HSM, 1n, [], 1);
    expect(b.machine.away(1)).toBe(true);
    expect(b.call(HSM, 2n, [1n]).value).toBe(1n);
    b.programAt(PAGE_A, ['mv s2, a0', 'mv s3, a1', 'csrr s4, satp', 'j .']);
    expect(b.call(HSM, 0n, [1n, PAGE_A, 77n]).error).toBe(0n);
    b.machine.run({ steps: 50, until: [], stopAtTrap: () => false });
    expect([18, 19, 20].map((k) => b.machine.readRegister(1, `x${k}`))).toEqual([1n, 77n, 0n]);
    expect(b.call(HSM, 2n, [1n]).value).toBe(0n);
  });

  test('fences for others while it is stopped', () => {
    const b = new Bench({ platform: { harts: 2 } });
    b.call(HSM, 1n, [], 1);
    expect(b.call(RFENCE, 1n, [0b11n, 0n, 0n, ALL]).error).toBe(0n);
    expect(b.call(0x0853_4452n, 4n, [ALL]).error).toBe(0n);
  });

  test('refuses what runs already, what does not exist, and addresses that are not the host’s', () => {
    const b = new Bench({ platform: { harts: 2 } });
    expect(b.call(HSM, 0n, [1n, PAGE_A, 0n]).error).toBe(ALREADY_AVAILABLE);
    expect(b.call(HSM, 0n, [2n, PAGE_A, 0n]).error).toBe(INVALID_PARAM);
    expect(b.call(HSM, 2n, [2n]).error).toBe(INVALID_PARAM);
    expect(b.call(HSM, 3n, [0n, PAGE_A, 0n]).error).toBe(NOT_SUPPORTED);
    b.call(HSM, 1n, [], 1);
    for (const at of [TSM_BASE, b.spec.rdsm.base, CLINT]) {
      expect(b.call(HSM, 0n, [1n, at, 0n]).error).toBe(INVALID_ADDRESS);
    }
    const deaf = new Bench({ platform: { harts: 2 }, devices: [] });
    expect(deaf.call(HSM, 1n).error).toBe(FAILED);
  });
});
