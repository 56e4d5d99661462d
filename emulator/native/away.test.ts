import { describe, expect, test } from 'vitest';
import type { Op, Port } from '../firmware/port.ts';
import { CODE, returning, ToyMachine, VECTOR } from './native.test-support.ts';

describe('a hart that a step leaves in a guest', () => {
  /** ECALL from S enters the guest at CODE; an ECALL of the guest comes back to S. */
  function* world(port: Port): Op<void> {
    const cause = yield* port.csrr('mcause');
    if (cause === 9n) {
      yield* port.csrw('sepc', (yield* port.csrr('mepc')) + 4n);
      yield* port.csrw('mepc', CODE);
      yield* port.csrs('mstatus', 1n << 39n);
      for (let n = 1; n < 32; n++) port.setX(n, 0n);
      return yield* port.mret();
    }
    yield* port.csrw('mepc', yield* port.csrr('sepc'));
    yield* port.csrc('mstatus', 1n << 39n);
    yield* returning(port);
  }

  test('is away, and comes home in a run', () => {
    const m = new ToyMachine({ rdsm: { handle: world } }).program('li a0, 6\nli a1, 7\necall');
    expect(m.step('ecall')).toEqual({ trap: null, value: 0n });
    expect(m.machine.away(0)).toBe(true);
    expect(() => m.step('ecall')).toThrow(/is away/);
    expect(m.run()).toMatchObject({ why: 'home', hart: 0 });
    expect(m.machine.away(0)).toBe(false);
    expect(m.machine.home(0)).toMatchObject({ trap: null, value: 6n });
    expect(m.x(11)).toBe(7n);
    expect(m.machine.readRegister(0, 'pc')).toBe(0x800n);
  });

  test('stops at a place on its way, or at a trap into software, and goes on', () => {
    const m = new ToyMachine({ rdsm: { handle: world } }).program('li a0, 6\nnop\nebreak\necall');
    m.program('li a0, 8\necall', VECTOR);
    m.machine.pokeCsr(0, 'medeleg', 1n << 3n);
    m.machine.pokeCsr(0, 'hedeleg', 1n << 3n);
    m.step('ecall');
    const first = [{ hart: 0, pc: CODE }];
    expect(m.machine.run({ steps: 99, until: first, stopAtTrap: () => true })).toMatchObject({
      why: 'until',
      steps: 0,
    });
    const until = [{ hart: 0, pc: CODE + 4n }];
    expect(m.machine.run({ steps: 99, until, stopAtTrap: () => true }).why).toBe('until');
    expect(m.machine.run({ steps: 99, until: [], stopAtTrap: () => true })).toMatchObject({
      why: 'trap',
      trap: { cause: 3, takenIn: 'VS' },
    });
    expect(m.run().why).toBe('home');
    expect(m.x(10)).toBe(8n);
  });

  test('is abandoned when it is parked', () => {
    const m = new ToyMachine({ rdsm: { handle: world } }).program('j .');
    m.step('ecall');
    expect(m.run(10).why).toBe('steps');
    m.machine.park(0);
    expect(m.machine.away(0)).toBe(false);
    expect(m.tries('store', CODE).trap).toBeNull();
  });

  test('may be two harts at once', () => {
    const m = new ToyMachine({ rdsm: { handle: world } }, {}, { harts: 2 });
    m.program('li a0, 1\nli t0, 500\n1: addi t0, t0, -1\nbnez t0, 1b\necall');
    m.step('ecall', 'S', 0);
    m.step('ecall', 'S', 1);
    expect(m.machine.away(0) && m.machine.away(1)).toBe(true);
    const first = m.run(10_000);
    const second = m.run(10_000);
    expect([first.why, second.why]).toEqual(['home', 'home']);
    expect([first.hart, second.hart].sort()).toEqual([0, 1]);
  });

  test('stops where firmware hands a trap to its software, and only there', () => {
    /** As before, and a breakpoint of the guest is handed to its own vector, behind which an ECALL leaves it. */
    function* injecting(port: Port): Op<void> {
      if ((yield* port.csrr('mcause')) !== 3n) return yield* world(port);
      yield* port.csrw('vsepc', yield* port.csrr('mepc'));
      yield* port.csrw('vscause', 3n);
      yield* port.csrw('mepc', yield* port.csrr('vstvec'));
      yield* returning(port);
    }
    const m = new ToyMachine({ rdsm: { handle: injecting } }).program('nop\nebreak');
    m.program('nop\nli a0, 9\necall', VECTOR);
    m.step('ecall');
    const asked: string[] = [];
    const stop = m.machine.run({
      steps: 99,
      until: [],
      stopAtTrap: (_, { cause, takenIn, epc }) => {
        asked.push(`${cause} ${takenIn} ${epc === CODE + 4n}`);
        return true;
      },
    });
    expect(stop).toMatchObject({ why: 'trap', trap: { cause: 3, takenIn: 'VS' } });
    expect(m.machine.readRegister(0, 'pc')).toBe(VECTOR);
    expect(m.run().why).toBe('home');
    expect(asked).toEqual(['3 VS true']);
    expect(m.x(10)).toBe(9n);
  });

  test('may be moved by whoever follows it', () => {
    const m = new ToyMachine({ rdsm: { handle: world } }).program('j .\nli a0, 3\necall');
    m.step('ecall');
    m.run(5);
    m.machine.writeRegister(0, 'pc', CODE + 4n);
    expect(m.machine.away(0)).toBe(true);
    expect(m.run().why).toBe('home');
    expect(m.machine.home(0)).toMatchObject({ value: 3n });
  });

  test('costs a trap and a return each way, and its own references', () => {
    const m = new ToyMachine({ rdsm: { handle: world } });
    m.program(`li t0, ${CODE + 0x800n}\nsd t0, 0(t0)\necall`);
    m.machine.trace(true);
    const before = m.machine.counts();
    m.step('ecall');
    m.run();
    const after = m.machine.counts();
    expect(after.trap_m - before.trap_m).toBe(2);
    expect(after.xret - before.xret).toBe(2);
    expect(after.stored - before.stored).toBe(8);
    expect(after.fw - before.fw).toBe(0);
  });
});
