import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXECUTE, READ, WRITE } from '../access/kinds.ts';
import type { Platform } from '../platform.ts';
import { newFired, R } from '../rules/fired.ts';
import { testPlatform } from '../test-platform.ts';
import { Pmp } from './pmp.ts';
import { pmpDecisions } from './pmp-decisions.ts';
import { MML, MMWP, RLB } from './smepmp.ts';

const TOR = 1 << 3;
const NA4 = 2 << 3;
const NAPOT = 3 << 3;
const L = 0x80;
const RWX = READ | WRITE | EXECUTE;

function pmp(overrides: Partial<Platform> = {}, decide = pmpDecisions): Pmp {
  const it = new Pmp();
  it.reset(testPlatform(overrides), newFired(), decide);
  return it;
}

/** Sets an entry as the reset state allows, address first. */
function entry(of: Pmp, index: number, address: bigint, config: number): void {
  of.writeAddress(index, address);
  of.writeConfig(index, config);
}

/** NAPOT address register for a naturally aligned range. */
const napot = (base: bigint, size: bigint) => (base >> 2n) | (size / 8n - 1n);

const page = (address: bigint) => Number(address >> 12n);
const ask = (of: Pmp, address: bigint, size: number, needs: number, machine = false) =>
  of.check(page(address), Number(address & 4095n), size, needs, machine);

/** Rights found by asking for each alone. */
function rights(of: Pmp, address: bigint, machine: boolean): string {
  const one = (needs: number, letter: string) =>
    ask(of, address, 4, needs, machine) === null ? letter : '';
  return one(READ, 'r') + one(WRITE, 'w') + one(EXECUTE, 'x');
}

describe('matching', () => {
  it('denies S and U everything, and M nothing, while no entry matches', () => {
    const of = pmp();
    expect(ask(of, 0x8000_0000n, 8, READ)).toBe('pmp.none');
    expect(ask(of, 0x8000_0000n, 8, RWX, true)).toBe(null);
  });

  it('allows S and U everything where no entry is implemented', () => {
    expect(ask(pmp({ pmpEntries: 0 }), 0x8000_0000n, 8, RWX)).toBe(null);
  });

  it('decides by the lowest-numbered entry that matches', () => {
    const of = pmp();
    entry(of, 3, napot(0x8000_0000n, 0x1000n), NAPOT | READ);
    entry(of, 7, napot(0x8000_0000n, 0x10_0000n), NAPOT | RWX);
    expect(rights(of, 0x8000_0000n, false)).toBe('r');
    expect(rights(of, 0x8000_1000n, false)).toBe('rwx');
    entry(of, 2, napot(0x8000_0000n, 0x1000n), NAPOT | EXECUTE);
    expect(rights(of, 0x8000_0000n, false)).toBe('x');
  });

  it('takes the range of a TOR entry from the address register below it, 0 for entry 0', () => {
    const of = pmp();
    entry(of, 0, 0x8000_1000n >> 2n, TOR | READ);
    expect(ask(of, 0n, 4, READ)).toBe(null);
    expect(ask(of, 0x8000_0ffcn, 4, READ)).toBe(null);
    expect(ask(of, 0x8000_1000n, 4, READ)).toBe('pmp.none');
    entry(of, 1, 0x8000_2000n >> 2n, TOR | EXECUTE);
    expect(ask(of, 0x8000_1000n, 4, EXECUTE)).toBe(null);
    expect(ask(of, 0x8000_2000n, 4, EXECUTE)).toBe('pmp.none');
  });

  it('matches nothing with a TOR range that ends where it begins, or before', () => {
    const of = pmp();
    of.writeAddress(0, 0x8000_1000n >> 2n);
    entry(of, 1, 0x8000_1000n >> 2n, TOR | RWX);
    entry(of, 2, 0x8000_0000n >> 2n, TOR | RWX);
    expect(ask(of, 0x8000_0800n, 4, READ)).toBe('pmp.none');
  });

  it('covers four bytes with NA4 and eight with the smallest NAPOT', () => {
    const of = pmp();
    entry(of, 0, 0x8000_0010n >> 2n, NA4 | READ);
    entry(of, 1, napot(0x8000_0020n, 8n), NAPOT | READ);
    expect(ask(of, 0x8000_0010n, 4, READ)).toBe(null);
    expect(ask(of, 0x8000_0014n, 4, READ)).toBe('pmp.none');
    expect(ask(of, 0x8000_0020n, 8, READ)).toBe(null);
    expect(ask(of, 0x8000_0028n, 4, READ)).toBe('pmp.none');
  });

  it('fails an access of which the deciding entry matches only some bytes, in M-mode too', () => {
    const of = pmp();
    entry(of, 0, 0x8000_0010n >> 2n, NA4 | RWX);
    entry(of, 1, napot(0x8000_0000n, 0x1000n), NAPOT | RWX);
    expect(ask(of, 0x8000_0010n, 8, READ)).toBe('pmp.partial');
    expect(ask(of, 0x8000_000cn, 8, READ, true)).toBe('pmp.partial');
    expect(ask(of, 0x8000_0018n, 8, READ)).toBe(null);
  });

  it('reaches addresses up to 2^56 - 1 and nothing above', () => {
    const of = pmp();
    entry(of, 0, (1n << 54n) - 1n, NAPOT | RWX);
    expect(ask(of, (1n << 56n) - 8n, 8, RWX)).toBe(null);
    expect(ask(of, 1n << 56n, 8, READ)).toBe('pmp.none');
  });

  it('has 34-bit addresses on RV32', () => {
    const of = pmp({ xlen: 32 });
    entry(of, 0, napot(0x3_ffff_f000n, 0x1000n), NAPOT | READ);
    expect(ask(of, 0x3_ffff_f000n, 4, READ)).toBe(null);
    expect(ask(of, 0x3_ffff_e000n, 4, READ)).toBe('pmp.none');
  });
});

describe('locking', () => {
  it('binds M-mode by locked entries only', () => {
    const of = pmp();
    entry(of, 0, napot(0x8000_0000n, 0x1000n), NAPOT | L | READ);
    entry(of, 1, napot(0x8000_1000n, 0x1000n), NAPOT | READ);
    expect(rights(of, 0x8000_0000n, true)).toBe('r');
    expect(rights(of, 0x8000_1000n, true)).toBe('rwx');
    expect(rights(of, 0x8000_1000n, false)).toBe('r');
  });

  it('ignores writes to a locked entry, and to the address below a locked TOR entry', () => {
    const of = pmp();
    of.writeAddress(4, 0x100n);
    entry(of, 5, 0x200n, TOR | L | READ);
    of.writeAddress(5, 0x300n);
    of.writeConfig(5, 0);
    of.writeAddress(4, 0x180n);
    expect([of.address[4], of.address[5], of.config[5]]).toEqual([0x100n, 0x200n, TOR | L | READ]);
    of.writeConfig(4, NA4 | READ);
    expect(of.config[4]).toBe(NA4 | READ);
  });

  it('leaves the address below a locked entry writable when that entry is not TOR', () => {
    const of = pmp();
    entry(of, 5, 0x200n, NAPOT | L | READ);
    of.writeAddress(4, 0x180n);
    expect(of.address[4]).toBe(0x180n);
  });

  it('locks an entry that is off', () => {
    const of = pmp();
    entry(of, 0, 0x200n, L);
    of.writeConfig(0, NAPOT | RWX);
    expect(of.config[0]).toBe(L);
  });

  it('does not store the reserved W without R, nor bits 6:5', () => {
    const of = pmp();
    of.writeConfig(0, 0x60 | NA4 | WRITE | EXECUTE);
    expect(of.config[0]).toBe(NA4 | EXECUTE);
  });

  it('keeps entries that are not implemented at zero', () => {
    const of = pmp({ pmpEntries: 16 });
    entry(of, 16, 0x200n, NAPOT | RWX);
    expect([of.config[16], of.address[16]]).toEqual([0, 0n]);
  });
});

describe('Smepmp', () => {
  // The truth table of the specification with mseccfg.MML set: L R W X, M-mode, S and U.
  const TABLE: readonly (readonly [string, string, string])[] = [
    ['0000', '', ''],
    ['0001', '', 'x'],
    ['0010', 'rw', 'r'],
    ['0011', 'rw', 'rw'],
    ['0100', '', 'r'],
    ['0101', '', 'rx'],
    ['0110', '', 'rw'],
    ['0111', '', 'rwx'],
    ['1000', '', ''],
    ['1001', 'x', ''],
    ['1010', 'x', 'x'],
    ['1011', 'rx', 'x'],
    ['1100', 'r', ''],
    ['1101', 'rx', ''],
    ['1110', 'rw', ''],
    ['1111', 'r', 'r'],
  ];

  it.each(TABLE)('LRWX=%s gives M "%s" and S "%s"', (bits, machine, below) => {
    const of = pmp();
    const [l, r, w, x] = [...bits].map(Number) as [number, number, number, number];
    of.writeSecurity(RLB);
    of.writeSecurity(RLB | MML);
    entry(of, 0, napot(0x8000_0000n, 0x1000n), NAPOT | (l << 7) | r | (w << 1) | (x << 2));
    expect(rights(of, 0x8000_0000n, true)).toBe(machine);
    expect(rights(of, 0x8000_0000n, false)).toBe(below);
  });

  it('does not add executable M-mode or locked shared rules under MML without RLB', () => {
    const stored = TABLE.map(([bits]) => {
      const of = pmp();
      const [l, r, w, x] = [...bits].map(Number) as [number, number, number, number];
      of.writeSecurity(MML);
      const config = NAPOT | (l << 7) | r | (w << 1) | (x << 2);
      of.writeConfig(0, config);
      return of.config[0] === config ? bits : null;
    });
    const refused = TABLE.map(([bits]) => bits).filter((bits) => !stored.includes(bits));
    expect(refused).toEqual(['1001', '1010', '1011', '1101']);
  });

  it('lets M-mode read and write, but not execute, where nothing matches under MML; nothing under MMWP', () => {
    const of = pmp();
    of.writeSecurity(MML);
    expect(rights(of, 0x8000_0000n, true)).toBe('rw');
    of.writeSecurity(MMWP);
    expect(rights(of, 0x8000_0000n, true)).toBe('');
    expect(of.mseccfg).toBe(MML | MMWP);
  });

  it('keeps MML and MMWP set, and RLB clear once an entry is locked without it', () => {
    const of = pmp();
    of.writeSecurity(MML | MMWP | RLB);
    of.writeSecurity(0);
    expect(of.mseccfg).toBe(MML | MMWP);
    of.writeSecurity(RLB);
    expect(of.mseccfg).toBe(MML | MMWP | RLB);
    of.writeSecurity(0);
    of.writeConfig(0, L);
    of.writeSecurity(RLB);
    expect(of.mseccfg).toBe(MML | MMWP);
  });

  it('lets locked entries be changed while RLB is set', () => {
    const of = pmp();
    of.writeSecurity(RLB);
    entry(of, 0, 0x200n, NAPOT | L | READ);
    entry(of, 0, 0x400n, NAPOT | RWX);
    expect([of.config[0], of.address[0]]).toEqual([NAPOT | RWX, 0x400n]);
  });

  it('has no mseccfg without the extension', () => {
    const of = new Pmp();
    of.reset(testPlatform({}, ['Smepmp']), newFired());
    of.writeSecurity(MML | MMWP | RLB);
    expect(of.mseccfg).toBe(0);
  });
});

describe('table reads', () => {
  const marks = (set: (of: Pmp) => void) => {
    const fired = newFired();
    const of = new Pmp();
    of.reset(testPlatform(), fired);
    set(of);
    const why = of.checkTableRead(page(0x8000_0000n), 0, 8);
    const rules = ['01', '02', '03', '04', '05'] as const;
    return [why, ...rules.filter((rule) => fired[R[`SMMPT_PMP_${rule}`]] === 1)];
  };
  const range = napot(0x8000_0000n, 0x1000n);

  it('are reads of M-mode: blocked by a locked entry without R, not by an unlocked one', () => {
    expect(marks((of) => entry(of, 0, range, NAPOT | L))).toEqual(['pmp.permission', '01']);
    expect(marks((of) => entry(of, 0, range, NAPOT))).toEqual([null, '02']);
  });

  it('are blocked by MMWP where nothing matches', () => {
    expect(marks((of) => of.writeSecurity(MMWP))).toEqual(['pmp.none', '03']);
  });

  it('are blocked under MML by a rule of S and U, allowed by a locked R rule', () => {
    const under = (config: number) =>
      marks((of) => {
        of.writeSecurity(MML);
        entry(of, 0, range, config);
      });
    expect(under(NAPOT | READ | WRITE)).toEqual(['pmp.permission', '04']);
    expect(under(NAPOT | L | READ)).toEqual([null, '05']);
  });
});

describe('the verdict per page', () => {
  it('is listed with what the registers say by now, while it is kept', () => {
    const at = 0x8000_0000n;
    const asked = (caching: Platform['caching']) => {
      const of = pmp({ caching });
      entry(of, 0, napot(at, 8192n), NAPOT | READ | WRITE);
      ask(of, at, 8, READ);
      ask(of, at + 4096n, 8, READ, true);
      return of;
    };
    const of = asked('retain');
    const kept = { page: page(at), rights: READ | WRITE, now: READ | WRITE };
    expect(of.kept()).toEqual([kept]);
    of.writeConfig(0, NAPOT | EXECUTE);
    expect(of.kept()).toEqual([{ ...kept, now: EXECUTE }]);
    of.synchronise();
    expect(of.kept()).toEqual([]);
    expect(asked('random').kept()).toEqual([]);
  });

  it('is dropped for M-mode at once, below M only by a fence under retain', () => {
    const of = pmp({ caching: 'retain' });
    entry(of, 0, napot(0x8000_0000n, 0x1000n), NAPOT | RWX);
    expect(ask(of, 0x8000_0000n, 8, WRITE)).toBe(null);
    expect(ask(of, 0x8000_0000n, 8, WRITE, true)).toBe(null);
    of.writeConfig(0, NAPOT | L | READ);
    expect(ask(of, 0x8000_0000n, 8, WRITE)).toBe(null);
    expect(ask(of, 0x8000_0000n, 8, WRITE, true)).toBe('pmp.permission');
    of.synchronise();
    expect(ask(of, 0x8000_0000n, 8, WRITE)).toBe('pmp.permission');
  });

  it('follows a write at once under any other policy', () => {
    const of = pmp();
    entry(of, 0, napot(0x8000_0000n, 0x1000n), NAPOT | RWX);
    expect(ask(of, 0x8000_0000n, 8, WRITE)).toBe(null);
    of.writeConfig(0, NAPOT | READ);
    expect(ask(of, 0x8000_0000n, 8, WRITE)).toBe('pmp.permission');
  });
});

/** Byte by byte, straight from the manual: who matches each byte, and do all bytes agree. */
function bruteForce(
  entries: readonly { readonly a: number; readonly address: bigint; readonly config: number }[],
  at: bigint,
  size: number,
  needs: number,
  machine: boolean,
): boolean {
  const matches = (index: number, byte: bigint): boolean => {
    const { a, address } = entries[index];
    if (a === 0) return false;
    if (a === 1) {
      const from = index === 0 ? 0n : entries[index - 1].address << 2n;
      return byte >= from && byte < address << 2n;
    }
    if (a === 2) return byte >> 2n === address;
    let ones = 0n;
    while ((address >> ones) & 1n) ones++;
    return byte >> (ones + 3n) === address >> (ones + 1n);
  };
  const deciding = [...Array(size).keys()].map((k) =>
    entries.findIndex((_, index) => matches(index, at + BigInt(k))),
  );
  const first = Math.min(...deciding.map((index) => (index < 0 ? entries.length : index)));
  if (first === entries.length) return machine;
  if (deciding.some((_, k) => !matches(first, at + BigInt(k)))) return false;
  const { config } = entries[first];
  if (machine && (config & L) === 0) return true;
  return (config & needs) === needs;
}

describe('against a second, byte-wise reading of the manual', () => {
  const around = (bits: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });
  const arbitrary = fc.record({
    entries: fc.array(
      fc.record({
        a: fc.integer({ min: 0, max: 3 }),
        address: around(12),
        config: fc.constantFrom(0, 1, 3, 4, 5, 7, L, L | 1, L | 3, L | 4, L | 7),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    at: around(14),
    size: fc.constantFrom(1, 2, 4, 8),
    needs: fc.constantFrom(READ, WRITE, EXECUTE, READ | WRITE),
    machine: fc.boolean(),
  });

  it('gives the same verdict on the same random entries and accesses', () => {
    let allowed = 0;
    let denied = 0;
    fc.assert(
      fc.property(arbitrary, ({ entries, at, size, needs, machine }) => {
        const address = at - (at % BigInt(size));
        const of = pmp();
        entries.forEach((row, index) => of.writeAddress(index, row.address));
        entries.forEach((row, index) => of.writeConfig(index, row.config | (row.a << 3)));
        const expected = bruteForce(entries, address, size, needs, machine);
        if (expected) allowed++;
        else denied++;
        // The page has an opinion first, then the bytes.
        ask(of, address & ~4095n, 8, READ, machine);
        expect(ask(of, address, size, needs, machine) === null).toBe(expected);
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(allowed, denied)).toBeGreaterThan(500);
  });
});
