import { describe, expect, test } from 'vitest';
import type { Op, Port } from '../firmware/port.ts';
import {
  CLINT,
  CODE,
  forward,
  openBoot,
  returning,
  ROOT,
  skip,
  ToyMachine,
} from './native.test-support.ts';

const FLAG = CODE;
const LOCK = CODE + 8n;
const COUNT = CODE + 16n;
const MSI = (1n << 63n) | 3n;

/** Interrupts of M-mode software are on while S-mode runs. */
function* boot(port: Port): Op<void> {
  yield* port.csrs('mie', 8n);
  yield* openBoot(port);
}

/** a7 = 1: interrupts hart 1 and waits until it has answered; an interrupt is answered by a flag. */
function* interrupting(port: Port): Op<void> {
  if ((yield* port.csrr('mcause')) === MSI) {
    yield* port.store(CLINT + 4n * BigInt(port.hart), 0n, 4);
    yield* port.store(FLAG, 1n);
    return yield* returning(port);
  }
  yield* skip(port);
  if (port.x(17) === 1n) {
    yield* port.store(FLAG, 0n);
    yield* port.store(CLINT + 4n, 1n, 4);
    while ((yield* port.load(FLAG)) === 0n);
  }
  yield* returning(port, { 10: 1n });
}

/** Counts under a lock. */
function* counting(port: Port): Op<void> {
  yield* skip(port);
  while ((yield* port.amo('swap', LOCK, 1n)) !== 0n);
  for (let k = 0; k < 20; k++) yield* port.store(COUNT, (yield* port.load(COUNT)) + 1n);
  yield* port.store(LOCK, 0n);
  yield* returning(port);
}

describe('interrupts of a parked hart', () => {
  test('are taken by firmware before its next step, and leave no trace in that', () => {
    const m = new ToyMachine({ rdsm: { boot, handle: interrupting } }, {}, { harts: 2 });
    m.machine.attempt(0, {
      mode: 'M',
      operation: 'store',
      address: CLINT + 4n,
      size: 4,
      value: 1n,
    });
    const before = m.machine.counts();
    expect(m.step('csrr t0, sstatus', 'S', 1).trap).toBeNull();
    expect(m.machine.home(1)).toBeNull();
    expect(m.machine.read(FLAG, 8)).toBe(1n);
    const after = m.machine.counts();
    expect(after.trap_m - before.trap_m).toBe(1);
    expect(after.xret - before.xret).toBe(1);
  });

  test('wait for a program where their vector is none of firmware', () => {
    const m = new ToyMachine({ rdsm: { boot, handle: interrupting } });
    m.machine.pokeCsr(0, 'mideleg', 2n);
    m.machine.pokeCsr(0, 'sie', 2n);
    m.machine.pokeCsr(0, 'sip', 2n);
    m.machine.pokeCsr(0, 'sstatus', 2n);
    expect(m.step('csrr t0, sie')).toEqual({ trap: null, value: 2n });
  });

  test('are taken while another hart waits for that', () => {
    const m = new ToyMachine({ rdsm: { boot, handle: interrupting } }, {}, { harts: 2 });
    m.set(17, 1n);
    m.step('nop', 'S', 1);
    expect(m.step('ecall').value).toBe(1n);
    expect(m.machine.read(FLAG, 8)).toBe(1n);
    expect(m.machine.away(1)).toBe(false);
  });
});

describe('a hart that waits in firmware', () => {
  /** a7 = 2: stops this hart until somebody interrupts it. a7 = 1 interrupts hart 1. */
  function* stopping(port: Port): Op<void> {
    yield* skip(port);
    if (port.x(17) === 2n) {
      yield* port.csrs('mie', 8n);
      while (((yield* port.csrr('mip')) & 8n) === 0n) yield* port.wfi();
      yield* port.store(CLINT + 4n * BigInt(port.hart), 0n, 4);
    } else if (port.x(17) === 1n) yield* port.store(CLINT + 4n, 1n, 4);
    yield* returning(port, { 10: 5n });
  }

  test('is away until somebody wakes it', () => {
    const m = new ToyMachine({ rdsm: { handle: stopping } }, {}, { harts: 2 });
    m.set(17, 2n, 1);
    m.step('ecall', 'S', 1);
    expect(m.machine.away(1)).toBe(true);
    expect(m.run().why).toBe('waiting');
    m.set(17, 1n, 0);
    expect(m.step('ecall', 'S', 0).value).toBe(5n);
    expect(m.run()).toMatchObject({ why: 'home', hart: 1 });
    expect(m.machine.home(1)).toMatchObject({ value: 5n });
  });
});

describe('two harts in firmware', () => {
  /** S-mode of both calls without end. */
  const program = 'li t0, 10\n1: ecall\naddi t0, t0, -1\nbnez t0, 1b\nj .';

  function both(schedule: number | null, amnesia = false): ToyMachine {
    const m = new ToyMachine({ rdsm: { handle: counting } }, { schedule, amnesia }, { harts: 2 });
    m.machine.write(LOCK, 8, 0n);
    m.machine.write(COUNT, 8, 0n);
    m.program(program, CODE + 64n);
    for (const hart of [0, 1]) m.machine.start(hart, { mode: 'S', pc: CODE + 64n });
    m.run(20_000);
    return m;
  }

  test.each([null, 1, 2, 3])('lose no count under a lock, with schedule %s', (schedule) => {
    expect(both(schedule).machine.read(COUNT, 8)).toBe(400n);
  });

  test('are interleaved by a schedule, differently by another, and the same each time', () => {
    function* racing(port: Port): Op<void> {
      yield* skip(port);
      for (let k = 0; k < 20; k++) yield* port.store(COUNT, (yield* port.load(COUNT)) + 1n);
      yield* returning(port);
    }
    const race = (schedule: number | null): bigint => {
      const m = new ToyMachine({ rdsm: { handle: racing } }, { schedule }, { harts: 2 });
      m.machine.write(COUNT, 8, 0n);
      m.program(program, CODE + 64n);
      for (const hart of [0, 1]) m.machine.start(hart, { mode: 'S', pc: CODE + 64n });
      m.run(20_000);
      return m.machine.read(COUNT, 8);
    };
    expect(race(null)).toBe(400n);
    const seeds = [1, 2, 3, 4, 5].map(race);
    expect(new Set(seeds).size).toBeGreaterThan(1);
    expect([1, 2, 3, 4, 5].map(race)).toEqual(seeds);
  });

  test('leave the same behind when their handlers forget everything between calls', () => {
    for (const schedule of [null, 9]) {
      const [one, other] = [both(schedule), both(schedule, true)];
      expect(other.machine.digest()).toBe(one.machine.digest());
      expect(one.made).toBe(1);
      expect(other.made).toBeGreaterThan(20);
    }
  });

  test('start from nothing after a reset', () => {
    const m = both(3);
    const digest = m.machine.digest();
    m.reset();
    m.machine.write(LOCK, 8, 0n);
    m.machine.write(COUNT, 8, 0n);
    m.program(program, CODE + 64n);
    for (const hart of [0, 1]) m.machine.start(hart, { mode: 'S', pc: CODE + 64n });
    m.run(20_000);
    expect(m.machine.digest()).toBe(digest);
  });
});

describe('an interrupt in the midst of a handler', () => {
  test('is taken between two operations where its mode has it on, and the handler goes on', () => {
    let met = 0;
    function* handle(port: Port): Op<void> {
      if ((yield* port.csrr('mcause')) === MSI) {
        met++;
        yield* port.store(CLINT, 0n, 4);
        return yield* returning(port);
      }
      yield* skip(port);
      const kept = [yield* port.csrr('mepc'), yield* port.csrr('mstatus')];
      yield* port.store(CLINT, 1n, 4);
      yield* port.csrs('mie', 8n);
      yield* port.csrs('mstatus', 8n);
      for (let k = 0; k < 40; k++) yield* port.store(COUNT, BigInt(k));
      yield* port.csrc('mstatus', 8n);
      yield* port.csrw('mepc', kept[0]);
      yield* port.csrw('mstatus', kept[1]);
      yield* returning(port, { 10: yield* port.load(COUNT) });
    }
    const m = new ToyMachine({ rdsm: { handle } }, { schedule: 5 });
    expect(m.step('ecall').value).toBe(39n);
    expect(met).toBe(1);
  });
});

describe('a trap that the firmware above hands back', () => {
  const spec = { root: { base: ROOT, size: 0x1000n } };
  function* rootBoot(port: Port): Op<void> {
    yield* port.csrw('stvec', ROOT);
    yield* port.csrw('sepc', 0x800n);
    yield* port.csrs('hstatus', 1n << 7n);
    yield* port.csrs('sstatus', 1n << 8n);
    for (let n = 1; n < 32; n++) port.setX(n, 0n);
    yield* port.sret();
  }
  const toys = (handle: (port: Port) => Op<void>) => ({
    rdsm: {
      boot: (port: Port) => openBoot(port, ROOT + 0x800n, 1n << 10n),
      handle: forward,
    },
    root: { boot: rootBoot, handle },
  });
  function* done(port: Port, value: bigint): Op<void> {
    yield* port.csrw('sepc', (yield* port.csrr('sepc')) + 4n);
    for (let n = 1; n < 32; n++) port.setX(n, n === 10 ? value : port.x(n));
    yield* port.sret();
  }

  test('is the answer of an operation that asked for it', () => {
    const m = new ToyMachine(
      toys(function* (port) {
        const [sepc, sstatus, hstatus] = [
          yield* port.csrr('sepc'),
          yield* port.csrr('sstatus'),
          yield* port.csrr('hstatus'),
        ];
        const met = yield* port.tryLoad(0x1000n);
        yield* port.csrw('sepc', sepc);
        yield* port.csrw('sstatus', sstatus);
        yield* port.csrw('hstatus', hstatus);
        if (typeof met === 'bigint') throw new Error('it was loaded');
        expect(met).toMatchObject({ cause: 5, tval: 0x1000n, takenIn: 'S' });
        yield* done(port, BigInt(met.cause));
      }),
      spec,
    );
    expect(m.step('ecall', 'VS').value).toBe(5n);
  });

  test('is a fault of one that did not', () => {
    const m = new ToyMachine(
      toys(function* (port) {
        yield* port.csrr('mhartid');
        yield* done(port, 0n);
      }),
      spec,
    );
    expect(() => m.step('ecall', 'VS')).toThrow(
      /root on hart 0 must not trap: csr read of mhartid/,
    );
  });

  test('is a fault in its own memory', () => {
    const m = new ToyMachine(
      toys(function* (port) {
        yield* done(port, port.own.read(0x1000n, 8));
      }),
      spec,
    );
    expect(() => m.step('ecall', 'VS')).toThrow(/root on hart 0 must not trap in its own memory/);
  });
});
