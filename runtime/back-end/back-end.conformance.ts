/** What every back end must hold, whatever it lacks: one suite, run against each of them by its own test file. */
import { describe, expect, it } from 'vitest';
import type { Platform } from '../../emulator/index.ts';
import type { Attempt, BackEnd } from './back-end.ts';
import { setupOf } from '../session/platform.ts';
import { planOf } from '../session/session.test-support.ts';
import { runCase } from '../session/session.ts';
import { DEFAULT_VARIATION } from '../session/variation.ts';

const RAM = 0x8000_0000n;
const PAGE = 4096n;

function platform(lines = '', more: Partial<Platform> = {}): Platform {
  const plan = planOf(
    `scenario "t"\n  ${lines || 'machine harts 2'}\n  region x size 4K\n  actor m in M\n  m loads at x`,
  );
  const setup = setupOf(plan.machine, plan.xlen, DEFAULT_VARIATION);
  if (!('platform' in setup)) throw new Error(setup.reason);
  return { ...setup.platform, ...more };
}

function access(more: Partial<Attempt>): Attempt {
  return { mode: 'M', operation: 'load', address: RAM, size: 8, value: 0n, ...more };
}

/** One NAPOT entry that allows all: without it a machine with PMP denies every mode below M. */
function openPmp(backEnd: BackEnd): void {
  backEnd.pokeCsr(0, 'pmpaddr0', 0x3f_ffff_ffff_ffffn);
  backEnd.pokeCsr(0, 'pmpcfg0', 0x1fn);
}

/** Scenarios that any back end must carry out or skip with a reason, and may never fail. */
const SCENARIOS: Readonly<Record<string, string>> = {
  'a grant, and its absence': `scenario "t"
  domain host
  domain vault
  region key size 4K holds 7
  grant rw on key to vault
  vault loads at key -> 7
  host loads at key -> load access fault
  host stores 1 at key -> store access fault
  check key -> 7`,
  'two stages': `scenario "t"
  requires H Sv39
  domain host
  region vs_pt size 64K
  region g_pt size 64K aligned 16K
  region data size 4K holds 9
  space app is vs sv39 in host with tables in vs_pt
  space vm is g sv39x4 in host with tables in g_pt
  map app 0x40_0000 to 0x9000_0000 size 4K rw
  map vm 0x9000_0000 to data size 4K rw user
  grant rw on vs_pt to host
  grant rw on g_pt to host
  grant rw on data to host
  actor guest is host in VS using app over vm
  guest loads at va 0x40_0000 -> 9
  guest loads at va 0x50_0000 -> load page fault
  revoke data from host
  guest loads at va 0x40_0000 -> load access fault`,
  'a change and its fence': `scenario "t"
  domain host
  region key size 4K holds 3
  grant rw on key to host
  host loads at key -> 3
  revoke key from host unfenced
  host loads at key -> ok or load access fault
  fence mpt of host
  host loads at key -> load access fault`,
  'a reason': `scenario "t"
  domain host
  region key size 4K
  host loads at key -> load access fault because mpt.invalid`,
  'a count': `scenario "t"
  machine mpt smmpt43, caching none
  domain host
  region key size 4K
  grant rw on key to host using 4K leaves
  flush all
  host loads at key -> ok costing mpt 3, total 4`,
};

/** `make`: a fresh back end, not yet reset. */
export function backEndConformance(name: string, make: () => BackEnd): void {
  describe(`${name}, as a back end`, () => {
    it('builds a platform or says why not', () => {
      const backEnd = make();
      for (const lines of ['machine xlen 64', 'machine xlen 32', 'machine harts 4']) {
        const refusal = backEnd.reset(platform(lines));
        expect(refusal === null || refusal.length > 0).toBe(true);
      }
    });

    it('offers at least the policy that keeps nothing', () => {
      expect(make().capabilities.caching).toContain('none');
    });

    it('reads what was written, little-endian, at any width and alignment', () => {
      const backEnd = make();
      backEnd.reset(platform());
      backEnd.write(RAM + 3n, 8, 0x1122_3344_5566_7788n);
      expect(backEnd.read(RAM + 3n, 8)).toBe(0x1122_3344_5566_7788n);
      expect(backEnd.read(RAM + 3n, 1)).toBe(0x88n);
      expect(backEnd.read(RAM + 5n, 2)).toBe(0x5566n);
      backEnd.write(RAM + PAGE - 2n, 4, 0xaabb_ccddn);
      expect(backEnd.read(RAM + PAGE, 2)).toBe(0xaabbn);
    });

    it('reads zero from vacant memory and lets writes to it vanish', () => {
      const backEnd = make();
      backEnd.reset(platform());
      backEnd.write(0x1000n, 8, 5n);
      expect(backEnd.read(0x1000n, 8)).toBe(0n);
    });

    it('fills with a replicated unit, and scrubs with zero', () => {
      const backEnd = make();
      backEnd.reset(platform());
      backEnd.fill(RAM + PAGE, 16n * PAGE, 0xabcdn);
      expect(backEnd.read(RAM + PAGE, 8)).toBe(0xabcdn);
      expect(backEnd.read(RAM + 17n * PAGE - 8n, 8)).toBe(0xabcdn);
      backEnd.fill(RAM + PAGE, PAGE, 0n);
      expect(backEnd.read(RAM + PAGE + 8n, 8)).toBe(0n);
      expect(backEnd.read(RAM + 2n * PAGE, 8)).toBe(0xabcdn);
    });

    it('starts unwritten memory with a pattern that is not zero and depends on the seed alone', () => {
      const backEnd = make();
      backEnd.reset(platform('', { seed: 1 }));
      const first = backEnd.read(RAM, 8);
      expect(first).not.toBe(0n);
      backEnd.write(RAM, 8, 0n);
      backEnd.reset(platform('', { seed: 1 }));
      expect(backEnd.read(RAM, 8)).toBe(first);
      backEnd.reset(platform('', { seed: 2 }));
      expect(backEnd.read(RAM, 8)).not.toBe(first);
    });

    it('forgets everything at reset', () => {
      const backEnd = make();
      backEnd.reset(platform());
      const before = backEnd.peekCsr(0, 'sscratch');
      backEnd.pokeCsr(0, 'sscratch', 77n);
      backEnd.pokeCsr(1, 'mmpt', 1n << 52n);
      backEnd.reset(platform());
      expect(backEnd.peekCsr(0, 'sscratch')).toBe(before);
      expect(backEnd.peekCsr(1, 'mmpt')).toBe(0n);
    });

    it('keeps of a poked CSR what the machine implements', () => {
      const backEnd = make();
      backEnd.reset(platform('machine sdidlen 3'));
      backEnd.pokeCsr(0, 'mmpt', 63n << 52n);
      expect((backEnd.peekCsr(0, 'mmpt') >> 52n) & 63n).toBe(7n);
    });

    it('carries out an access, or says why not with a cause and an address', () => {
      const backEnd = make();
      backEnd.reset(platform());
      expect(backEnd.attempt(0, access({ operation: 'store', value: 6n })).trap).toBeNull();
      expect(backEnd.attempt(0, access({}))).toEqual({ trap: null, value: 6n });
      expect(backEnd.attempt(0, access({ mode: 'S' })).trap).toMatchObject({ cause: 5, tval: RAM });
      openPmp(backEnd);
      expect(backEnd.attempt(0, access({ mode: 'S' })).value).toBe(6n);
      const vacant = access({ operation: 'store', address: 0x1000n });
      expect(backEnd.attempt(0, vacant).trap).toMatchObject({ cause: 7, tval: 0x1000n });
    });

    it('reads, writes, sets and clears CSRs as instructions, by privilege', () => {
      const backEnd = make();
      backEnd.reset(platform());
      const csr = (op: 'read' | 'write' | 'set' | 'clear', value: bigint) =>
        backEnd.csr(0, { mode: 'S', name: 'sscratch', op, value }).value;
      csr('write', 0b1100n);
      csr('set', 0b0011n);
      csr('clear', 0b0101n);
      expect(csr('read', 0n)).toBe(0b1010n);
      const { trap } = backEnd.csr(0, { mode: 'S', name: 'mmpt', op: 'read', value: 0n });
      expect(trap?.cause).toBe(2);
    });

    it('executes fences where they are legal', () => {
      const backEnd = make();
      backEnd.reset(platform());
      const all = { rs1: null, rs2: null } as const;
      expect(backEnd.fence(0, { fence: 'mfence_pa', mode: 'M', ...all }).trap).toBeNull();
      expect(backEnd.fence(0, { fence: 'sfence_vma', mode: 'S', ...all }).trap).toBeNull();
      expect(backEnd.fence(0, { fence: 'mfence_pa', mode: 'S', ...all }).trap?.cause).toBe(2);
    });

    it('moves no counter by the hand of the bench', () => {
      const backEnd = make();
      if (!backEnd.capabilities.counts) return;
      backEnd.reset(platform());
      const before = backEnd.counts();
      backEnd.write(RAM, 8, 1n);
      backEnd.read(RAM, 8);
      backEnd.pokeCsr(0, 'sscratch', 1n);
      backEnd.peekCsr(0, 'sscratch');
      expect(backEnd.counts()).toEqual(before);
      backEnd.attempt(0, access({}));
      expect(backEnd.counts().data).toBe(before.data + 1);
    });

    it('executes one instruction on a parked hart, or says that it executes none', () => {
      const backEnd = make();
      backEnd.reset(platform());
      // addi a0, a1, 2
      const step = { mode: 'M', word: 0x0025_8513 } as const;
      if (!backEnd.capabilities.execution) {
        expect(() => backEnd.execute(0, step)).toThrow();
        return;
      }
      backEnd.writeRegister(0, 'x11', 40n);
      expect(backEnd.execute(0, step)).toEqual({ trap: null, value: 42n });
      expect(backEnd.readRegister(0, 'x10')).toBe(42n);
      // mret in S-mode
      expect(backEnd.execute(0, { mode: 'S', word: 0x3020_0073 }).trap).toMatchObject({
        cause: 2,
        tval: 0x3020_0073n,
      });
    });

    it('runs programs for a number of steps, until a place or a trap', () => {
      const backEnd = make();
      if (!backEnd.capabilities.execution) return;
      backEnd.reset(platform());
      // addi a0, a0, 1; j -4
      backEnd.write(RAM, 8, 0xffdf_f06f_0015_0513n);
      backEnd.start(0, { mode: 'M', pc: RAM });
      const never = () => false;
      expect(backEnd.run({ steps: 10, until: [], stopAtTrap: never }).why).toBe('steps');
      expect(backEnd.readRegister(0, 'x10')).toBe(5n);
      const until = [{ hart: 0, pc: RAM + 4n }];
      expect(backEnd.run({ steps: 10, until, stopAtTrap: never })).toMatchObject({
        why: 'until',
        hart: 0,
      });
      expect(backEnd.readRegister(0, 'x10')).toBe(6n);
      // An empty place: all zero bits are no instruction.
      backEnd.write(RAM + PAGE, 8, 0n);
      backEnd.start(0, { mode: 'M', pc: RAM + PAGE });
      const stop = backEnd.run({ steps: 10, until: [], stopAtTrap: () => true });
      expect(stop).toMatchObject({ why: 'trap', trap: { cause: 2, epc: RAM + PAGE } });
      backEnd.park(0);
      expect(backEnd.run({ steps: 10, until: [], stopAtTrap: never }).why).toBe('waiting');
    });

    it('traces only while asked to', () => {
      const backEnd = make();
      if (!backEnd.capabilities.traces) return;
      backEnd.reset(platform());
      openPmp(backEnd);
      backEnd.pokeCsr(0, 'satp', (8n << 60n) | (RAM >> 12n));
      backEnd.attempt(0, access({ mode: 'S', address: 0n }));
      backEnd.trace(true);
      backEnd.attempt(0, access({ mode: 'S', address: 0n }));
      expect(backEnd.takeTrace()).toHaveLength(1);
      backEnd.trace(false);
      backEnd.attempt(0, access({ mode: 'S', address: 0n }));
      expect(backEnd.takeTrace()).toHaveLength(0);
    });

    it.each(Object.entries(SCENARIOS))('carries out or skips a scenario: %s', (_title, text) => {
      const backEnd = make();
      const { status, reason, failures } = runCase(planOf(text), backEnd, DEFAULT_VARIATION);
      expect({ failures, reason: status === 'error' ? reason : null }).toEqual({
        failures: [],
        reason: null,
      });
      expect(['pass', 'skip']).toContain(status);
      if (status === 'skip') expect(reason).not.toBeNull();
    });
  });
}
