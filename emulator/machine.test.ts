import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { BackEnd } from '../runtime/back-end/back-end.ts';
import { Machine } from './machine.ts';
import { MachineUnderTest, PLATFORM } from './machine.test-support.ts';
import { CACHING } from './platform.ts';

describe('the machine', () => {
  test('has the shape of a back end', () => {
    const backEnd: BackEnd = new Machine();
    expect(backEnd.capabilities.caching).toEqual(['none', 'retain', 'random', 'sized']);
  });

  test('an M-mode store is loaded back, byte by byte', () => {
    const m = new MachineUnderTest();
    m.ok('M', 'store', 0x8000_0000n, 8, 0x1122_3344_5566_7788n);
    expect(m.ok('M', 'load', 0x8000_0000n, 8)).toBe(0x1122_3344_5566_7788n);
    expect(m.ok('M', 'load', 0x8000_0003n, 1)).toBe(0x55n);
    expect(m.ok('M', 'load', 0x8000_0006n, 2)).toBe(0x1122n);
  });

  test('memory that nobody wrote is not zero, and differs by seed', () => {
    const one = new MachineUnderTest();
    const two = new MachineUnderTest({ seed: 2 });
    const a = one.ok('M', 'load', 0x8000_1000n, 8);
    expect(a).not.toBe(0n);
    expect(two.ok('M', 'load', 0x8000_1000n, 8)).not.toBe(a);
  });

  test('a vacant address is an access fault of the original type', () => {
    const m = new MachineUnderTest();
    expect(m.denied('M', 'load', 0x1000n, 8)).toMatchObject({ cause: 5, because: 'pma.vacant' });
    expect(m.denied('M', 'store', 0x1000n, 8)).toMatchObject({ cause: 7, tval: 0x1000n });
    expect(m.denied('M', 'fetch', 0x1000n, 4)).toMatchObject({ cause: 1, epc: 0x1000n });
  });

  test('bytes are written over page borders, and ignored where memory is vacant', () => {
    const m = new MachineUnderTest();
    const bytes = Uint8Array.from({ length: 8200 }, (_, k) => k % 251);
    m.machine.writeBytes(0x8000_0ffcn, bytes);
    for (const at of [0, 3, 4, 4099, 4100, 8199]) {
      expect(m.machine.read(0x8000_0ffcn + BigInt(at), 1)).toBe(BigInt(at % 251));
    }
    m.machine.writeBytes(0x7fff_fffcn, Uint8Array.of(1, 2, 3, 4, 5));
    expect(m.machine.read(0x7fff_fffcn, 4)).toBe(0n);
    expect(m.machine.read(0x8000_0000n, 1)).toBe(5n);
  });

  test('filling 64 GiB touches no page, and reads back', () => {
    const m = new MachineUnderTest({ ram: [{ base: 0n, size: 1n << 40n }] });
    m.machine.write(0x10_0000_0000n, 8, 5n);
    m.machine.fill(0x10_0000_0000n, 1n << 36n, 0xabcn);
    expect(m.machine.read(0x10_0000_0000n, 8)).toBe(0xabcn);
    expect(m.machine.read(0x1f_ffff_fff8n, 8)).toBe(0xabcn);
    expect(m.machine.read(0x20_0000_0000n, 8)).not.toBe(0xabcn);
  });

  test('a case that touches more than its arena says so by name', () => {
    const m = new MachineUnderTest({ arena: 64 * 4096 });
    const touch = (): void => {
      for (let k = 0n; k < 100n; k++) m.ok('M', 'store', 0x8000_0000n + k * 4096n, 8, 1n);
    };
    expect(touch).toThrow(expect.objectContaining({ name: 'ArenaFull' }));
  });

  test('an unknown fault is refused', () => {
    const machine = new Machine();
    expect(machine.reset({ ...PLATFORM, faults: ['no such'] })).toContain('no such');
  });

  test('reset forgets everything: whatever was done, its digest is that of a new machine', () => {
    const step = fc.record({
      what: fc.constantFrom('store', 'load', 'write', 'fill', 'poison', 'csr', 'fence', 'trace'),
      mode: fc.constantFrom('M', 'S', 'U', 'VS', 'VU'),
      at: fc.integer({ min: 0x7ff0, max: 0x8040 }),
      offset: fc.nat(4095),
    });
    const caching = fc.constantFrom(...CACHING);
    const used = new MachineUnderTest();
    const property = fc.property(fc.array(step, { maxLength: 30 }), caching, (steps, policy) => {
      expect(used.machine.reset({ ...PLATFORM, caching: policy, seed: 9 })).toBeNull();
      const { machine } = used;
      for (const { what, mode, at, offset } of steps) {
        const address = BigInt(at) * 0x1_0000n + BigInt(offset);
        if (what === 'store' || what === 'load') {
          machine.attempt(0, { mode, operation: what, address, size: 8, value: 1n });
        } else if (what === 'write') machine.write(address, 8, 1n);
        else if (what === 'fill') machine.fill(address, 0x9000n, 3n);
        else if (what === 'poison') machine.poison(address, 100n);
        else if (what === 'trace') machine.trace(true);
        else if (what === 'fence') {
          machine.fence(0, { fence: 'sinval_vma', mode, rs1: null, rs2: null });
        } else {
          machine.pokeCsr(0, 'satp', (8n << 60n) | BigInt(at << 4));
          machine.pokeCsr(0, 'mmpt', (2n << 60n) | BigInt(at << 4));
        }
      }
      used.reset();
      const fresh = new MachineUnderTest();
      const script = (m: MachineUnderTest): number => {
        m.verdict('S', 'load', 0x8000_2000n, 8);
        m.verdict('VS', 'store', 0x8010_4008n, 8);
        expect(m.machine.takeTrace()).toEqual([]);
        return m.machine.digest();
      };
      expect(script(used)).toBe(script(fresh));
    });
    fc.assert(property, { numRuns: 40 });
  });
});
