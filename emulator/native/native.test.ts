import { describe, expect, test, vi } from 'vitest';
import type { Op, Port } from '../firmware/port.ts';
import { Engine } from '../engine/run.ts';
import {
  CODE,
  forward,
  openBoot,
  RDSM,
  returning,
  ROOT,
  skip,
  ToyMachine,
  VECTOR,
  wordOf,
} from './native.test-support.ts';

/** An ABI of one call: a0 + 1, behind an ECALL from S; other traps go on to S. */
function* increment(port: Port): Op<void> {
  const cause = yield* port.csrr('mcause');
  if (cause !== 9n) return yield* forward(port);
  yield* skip(port);
  yield* returning(port, { 10: port.x(10) + 1n });
}

describe('a step on a machine with firmware', () => {
  test('is answered by the handler that its trap leads to, and tells which trap that was', () => {
    const m = new ToyMachine({ rdsm: { handle: increment } });
    m.set(10, 41n);
    m.set(5, 5n);
    expect(m.step('ecall')).toEqual({ trap: null, value: 42n });
    expect(m.x(10)).toBe(42n);
    expect(m.x(5)).toBe(5n);
    expect(m.machine.away(0)).toBe(false);
    expect(m.machine.home(0)).toMatchObject({ trap: null, value: 42n });
    expect(m.machine.home(0)?.via.map(({ cause, takenIn }) => [cause, takenIn])).toEqual([
      [9, 'M'],
    ]);
  });

  test('is done at once when nothing traps, and needed no firmware', () => {
    const m = new ToyMachine({ rdsm: { handle: increment } });
    expect(m.tries('store', CODE, 'S', 5n)).toEqual({ trap: null, value: 0n });
    expect(m.tries('load', CODE)).toEqual({ trap: null, value: 5n });
    expect(m.machine.home(0)).toBeNull();
  });

  test('ends in the trap that firmware hands on to software of the scenario, with its reason', () => {
    const m = new ToyMachine({ rdsm: { handle: increment } });
    const { trap } = m.tries('load', 0x1000n);
    expect(trap).toMatchObject({ cause: 5, tval: 0x1000n, takenIn: 'S', because: 'pma.vacant' });
    expect(m.machine.home(0)?.via).toMatchObject([{ cause: 5, takenIn: 'M' }]);
  });

  test('ends at once in a trap that is delegated to software of the scenario', () => {
    const boot = (port: Port) => openBoot(port, null, 1n << 5n);
    const m = new ToyMachine({ rdsm: { handle: increment, boot } });
    expect(m.tries('load', 0x1000n).trap).toMatchObject({ cause: 5, takenIn: 'S' });
    expect(m.machine.home(0)).toBeNull();
  });

  test('gets its result from a handler that emulates the instruction that mtval tells', () => {
    function* emulate(port: Port): Op<void> {
      const word = Number(yield* port.csrr('mtval'));
      yield* skip(port);
      // csrrs rd, mhartid, x0 by S-mode.
      const rd = (word >>> 7) & 31;
      yield* returning(port, word >>> 20 === 0xf14 ? { [rd]: 77n } : {});
    }
    const m = new ToyMachine({ rdsm: { handle: emulate } });
    expect(m.step('csrr t0, mhartid')).toEqual({ trap: null, value: 77n });
    expect(m.x(5)).toBe(77n);
    const request = { mode: 'S', name: 'mhartid', op: 'read', value: 0n } as const;
    expect(m.machine.csr(0, request)).toEqual({ trap: null, value: 77n });
  });

  test('is made again when the handler returns to it', () => {
    function* repair(port: Port): Op<void> {
      const at = yield* port.csrr('mtval');
      yield* port.csrs('mcounteren', 1n);
      yield* port.store(CODE, at);
      yield* returning(port);
    }
    const m = new ToyMachine({ rdsm: { handle: repair } });
    m.machine.pokeCsr(0, 'mcounteren', 0n);
    expect(m.step('csrr t0, cycle').trap).toBeNull();
    expect(m.machine.home(0)?.via).toHaveLength(1);
    expect(m.machine.read(CODE, 4)).toBe(BigInt(wordOf('csrr t0, cycle')));
  });

  test('is given up when firmware sends it back again and again', () => {
    const m = new ToyMachine({ rdsm: { handle: (port) => returning(port) } });
    expect(() => m.tries('load', 0x1000n)).toThrow(/sends the step back more than 64 times/);
  });

  test('does not need the engine', () => {
    const m = new ToyMachine({ rdsm: { handle: increment } });
    const run = vi.spyOn(Engine.prototype, 'run');
    const execute = vi.spyOn(Engine.prototype, 'execute');
    expect(m.step('ecall').trap).toBeNull();
    expect(m.step('csrr t0, sstatus').trap).toBeNull();
    expect(run).not.toHaveBeenCalled();
    expect(execute).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});

describe('firmware is reached by its pc', () => {
  test('a host that fetches there gets its access fault, by PMP', () => {
    function* guarded(port: Port): Op<void> {
      yield* port.csrw('pmpaddr0', RDSM >> 2n);
      yield* port.csrw('pmpaddr1', (RDSM + 0x1_0000n) >> 2n);
      yield* port.csrw('pmpaddr2', (1n << 54n) - 1n);
      yield* port.csrw('pmpcfg0', 0x1f_080fn);
      yield* port.csrw('mtvec', RDSM);
      yield* port.csrs('mstatus', 1n << 11n);
      yield* port.csrc('mstatus', 1n << 12n);
      yield* port.csrw('mepc', port.x(12));
      yield* port.mret();
    }
    const m = new ToyMachine({ rdsm: { boot: guarded, handle: increment } });
    expect(m.tries('fetch', RDSM, 'S', 0n, 4).trap).toMatchObject({
      cause: 1,
      because: 'pmp.permission',
      epc: RDSM,
    });
    m.set(10, 1n);
    expect(m.step('ecall').value).toBe(2n);
  });

  test('the native word anywhere else is an illegal instruction', () => {
    const m = new ToyMachine({ rdsm: { handle: increment } });
    m.program('nop\n.word 0x0000000b').program('ebreak', VECTOR);
    expect(m.step('.word 0x0000000b').trap).toMatchObject({ cause: 2, tval: 0xbn });
    m.machine.start(0, { mode: 'S', pc: CODE });
    const stop = m.machine.run({ steps: 10, until: [], stopAtTrap: () => true });
    expect(stop).toMatchObject({ why: 'trap', trap: { cause: 2, epc: CODE + 4n } });
  });

  test('a wrong mtvec runs nothing', () => {
    const m = new ToyMachine({ rdsm: { handle: increment } });
    m.machine.pokeCsr(0, 'mtvec', VECTOR);
    expect(m.step('ecall').trap).toMatchObject({ cause: 9, takenIn: 'M' });
    m.machine.pokeCsr(0, 'mtvec', RDSM + 0x1000n);
    expect(m.step('ecall').trap).toMatchObject({ cause: 9, takenIn: 'M' });
  });

  test('a page whose words were overwritten is no firmware any more', () => {
    const m = new ToyMachine({ rdsm: { handle: increment } });
    m.machine.write(RDSM, 4, 0n);
    expect(m.step('ecall').trap).toMatchObject({ cause: 9, takenIn: 'M' });
  });
});

describe('registers', () => {
  test('that a handler did not write hold canaries', () => {
    const m = new ToyMachine({
      rdsm: {
        *handle(port) {
          yield* skip(port);
          port.setX(10, 7n);
          yield* port.mret();
        },
      },
    });
    m.set(5, 5n);
    m.step('ecall');
    expect(m.x(10)).toBe(7n);
    expect(m.x(5) >> 32n).toBe(0xcafe_0005n);
    expect(m.x(6) >> 32n).toBe(0xcafe_0006n);
  });

  test('of floating point hold canaries where the code uses them, and need FS', () => {
    function* handle(port: Port): Op<void> {
      yield* skip(port);
      port.setF(1, 9n);
      yield* returning(port);
    }
    const m = new ToyMachine({ rdsm: { handle, clobbers: 'xf' } });
    expect(() => m.step('ecall')).toThrow(/FS is off/);
    m.reset();
    m.machine.pokeCsr(0, 'mstatus', m.machine.peekCsr(0, 'mstatus') | (1n << 13n));
    m.step('ecall');
    expect(m.machine.readRegister(0, 'f1')).toBe(9n);
    expect(m.machine.readRegister(0, 'f2') >> 32n).toBe(0xcafe_0102n);
  });
});

describe('a fault of firmware', () => {
  test('ends the case with its handler, its operation and its trap', () => {
    const m = new ToyMachine({
      rdsm: {
        *handle(port) {
          yield* port.load(0x1000n);
        },
      },
    });
    expect(() => m.step('ecall')).toThrow(
      /firmware fault: rdsm on hart 0 must not trap: load of 8 bytes at 0x1000: cause 5 \(pma.vacant\)/,
    );
  });

  test('is a handler that ends without a return', () => {
    const m = new ToyMachine({ rdsm: { *handle() {} } });
    expect(() => m.step('ecall')).toThrow(/ends without an mret or sret/);
  });

  test('is one that waits for ever', () => {
    const m = new ToyMachine({
      rdsm: {
        *handle(port) {
          while ((yield* port.load(CODE)) !== 1n);
        },
      },
    });
    expect(() => m.step('ecall')).toThrow(/waits for ever/);
  });

  test('is no access to an address that somebody else named: that gives the trap', () => {
    const m = new ToyMachine({
      rdsm: {
        *handle(port) {
          yield* skip(port);
          const met = yield* port.tryLoad(port.x(10));
          yield* returning(port, { 10: typeof met === 'bigint' ? 0n : BigInt(met.cause) });
        },
      },
    });
    m.set(10, 0x1000n);
    expect(m.step('ecall').value).toBe(5n);
    m.set(10, CODE);
    expect(m.step('ecall').value).toBe(0n);
  });
});

const HS_BOOT = ROOT + 0x800n;

/** An RDSM that knows `csrrs x31, mhartid, x0` and ECALL from HS, and boots through the root. */
function* emulateForRoot(port: Port): Op<void> {
  const cause = yield* port.csrr('mcause');
  yield* skip(port);
  if (cause === 9n) return yield* returning(port, { 10: port.x(10) * 2n });
  const word = Number(yield* port.csrr('mtval'));
  yield* returning(port, { [(word >>> 7) & 31]: 33n });
}

describe('firmware under firmware', () => {
  const spec = { root: { base: ROOT, size: 0x1000n } };
  const rdsm = { boot: (port: Port) => openBoot(port, HS_BOOT, 1n << 10n), handle: emulateForRoot };
  function* boot(port: Port): Op<void> {
    yield* port.csrw('stvec', ROOT);
    yield* port.csrw('sepc', 0x800n);
    yield* port.csrs('hstatus', 1n << 7n);
    yield* port.csrs('sstatus', 1n << 8n);
    for (let n = 1; n < 32; n++) port.setX(n, 0n);
    yield* port.sret();
  }
  function* done(port: Port, change: Readonly<Record<number, bigint>>): Op<void> {
    yield* port.csrw('sepc', (yield* port.csrr('sepc')) + 4n);
    for (let n = 1; n < 32; n++) port.setX(n, change[n] ?? port.x(n));
    yield* port.sret();
  }

  test('traps in the middle of an operation, and goes on behind it with the result', () => {
    const m = new ToyMachine(
      {
        rdsm,
        root: {
          boot,
          *handle(port) {
            const [a, b] = [port.x(30), port.x(31)];
            const hart = yield* port.csrr('mhartid');
            expect([port.x(30), port.x(31)]).toEqual([a, b]);
            yield* done(port, { 10: hart });
          },
        },
      },
      spec,
    );
    m.set(30, 1234n);
    expect(m.step('ecall', 'VS').value).toBe(33n);
    expect(m.x(30)).toBe(1234n);
    expect(m.machine.home(0)?.via.map(({ cause, takenIn }) => [cause, takenIn])).toEqual([
      [10, 'S'],
      [2, 'M'],
    ]);
  });

  test('calls what lies above it by ECALL', () => {
    const m = new ToyMachine(
      {
        rdsm,
        root: {
          boot,
          *handle(port) {
            port.setX(10, port.x(10) + 1n);
            yield* port.ecall();
            yield* done(port, { 10: port.x(10) });
          },
        },
      },
      spec,
    );
    m.set(10, 4n);
    expect(m.step('ecall', 'VS').value).toBe(10n);
  });

  test('makes an operation again that the firmware above has made possible', () => {
    const m = new ToyMachine(
      {
        rdsm: {
          ...rdsm,
          *handle(port) {
            yield* port.csrs('mcounteren', 7n);
            yield* returning(port);
          },
        },
        root: {
          boot,
          *handle(port) {
            yield* port.csrr('instret');
            yield* done(port, { 10: 1n });
          },
        },
      },
      spec,
    );
    m.machine.pokeCsr(0, 'mcounteren', 0n);
    expect(m.step('ecall', 'VS').value).toBe(1n);
    expect(m.machine.home(0)?.via).toHaveLength(2);
  });
});
