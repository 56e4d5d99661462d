import { describe, expect, test } from 'vitest';
import type { Trap } from '../../access/trap.ts';
import type { Op, Port } from '../port.ts';
import { ask, Bench, EID, PAGE_A, RAM, teeret, TSM_BASE } from './rdsm.test-support.ts';

const SSIP = 2n;
const SIE = 2n;
const INVALID_STATE = -10n;
const FAILED = -1n;
/** Where a program of hart 1 lies. */
const OTHER = PAGE_A + 0x1000n;
const INVALID_PARAM = -3n;

/** CSRs that a call of the host must find again. */
const PATTERNS: Readonly<Record<string, bigint>> = {
  stvec: 0x8000_4000n,
  sscratch: 0x1234_5678_9abc_def0n,
  scounteren: 5n,
  satp: (8n << 60n) | (0x77n << 44n) | 0x80123n,
  senvcfg: 0x10n,
  sie: 0x222n,
};

/** Overwrites everything of S-mode that it can. */
function* spoil(port: Port): Op<void> {
  const stvec = yield* port.csrr('stvec');
  for (const name of ['sscratch', 'scounteren', 'satp', 'senvcfg']) yield* port.csrw(name, 1n);
  for (let number = 1; number < 32; number++) port.setX(number, 0xbadn);
  yield* port.csrw('stvec', stvec);
  yield* teeret(port, -7n, 99n);
}

describe('after boot', () => {
  test('the host stands in S-mode at its beginning, in its own domain, with its hart in a0', () => {
    const b = new Bench({ platform: { harts: 2 } });
    expect(b.sdid).toBe(0n);
    expect(b.machine.readRegister(1, 'x10')).toBe(1n);
    expect(b.machine.readRegister(1, 'pc')).toBe(0x800n);
  });

  test('nothing below M reaches the memory of the RDSM, even if its table says so', () => {
    const b = new Bench();
    const at = b.spec.rdsm.base + 0x1000n;
    b.tables.get(0)?.set(b.spec.rdsm.base, b.spec.rdsm.size, 7);
    b.machine.flush('all');
    for (const operation of ['load', 'store'] as const) {
      expect(b.tries(operation, at).trap).toMatchObject({ because: 'pmp.permission' });
    }
  });

  test('all but calls from S-mode is delegated, and the interrupts of S-mode', () => {
    const b = new Bench();
    expect(b.csr('medeleg') & 0xb3ffn).toBe(0xb1ffn);
    expect(b.csr('mideleg') & 0x222n).toBe(0x222n);
  });

  test('CSRs that were set up before are what the host finds', () => {
    const b = new Bench({ before: (machine) => machine.pokeCsr(0, 'sscratch', 0x55n) });
    expect(b.csr('sscratch')).toBe(0x55n);
  });

  test('every TSM has booted on every hart, once', () => {
    const b = new Bench({ platform: { harts: 2 }, tsms: [1, 3] });
    for (const hart of [0, 1]) {
      expect(b.covh(0, [1n], 1, hart).value).toBe(2n);
      expect(b.covh(0, [5n], 3, hart).value).toBe(6n);
    }
  });
});

describe('TEECALL', () => {
  test('takes a call of the host to the TSM of its SDID, and the answer back', () => {
    const b = new Bench();
    expect(b.covh(0, [41n])).toMatchObject({ trap: null, error: 0n, value: 42n });
    expect(b.sdid).toBe(0n);
    expect(b.machine.fired()).toContain('TEE-01');
  });

  test('puts the domain of the TSM in force before its first instruction', () => {
    function* fetch(port: Port): Op<void> {
      // Only its own domain lets it read its memory.
      const own = yield* port.tryLoad(TSM_BASE + 0x2000n);
      yield* teeret(port, typeof own === 'bigint' ? 0n : 1n, 0n);
    }
    const b = new Bench({ tsm: fetch });
    expect(b.covh(0).error).toBe(0n);
    expect(b.tries('load', TSM_BASE + 0x2000n).trap).toMatchObject({ cause: 5 });
  });

  test('hands over a0 to a7 and the cause of a call, and nothing else of the host', () => {
    const seen: bigint[] = [];
    let cause = 0n;
    function* look(port: Port): Op<void> {
      for (let number = 1; number < 32; number++) seen.push(port.x(number));
      cause = yield* port.csrr('scause');
      yield* teeret(port, 0n, 0n);
    }
    const b = new Bench({ tsm: look });
    for (let number = 1; number < 32; number++) {
      b.machine.writeRegister(0, `x${number}`, 0x5ec_0000n + BigInt(number));
    }
    b.covh(7, [1n, 2n, 3n, 4n, 5n, 6n]);
    expect(seen.slice(9, 17)).toEqual([1n, 2n, 3n, 4n, 5n, 6n, (1n << 26n) | 7n, EID.covh]);
    const others = [...seen.slice(0, 9), ...seen.slice(17)];
    expect(others.filter((value) => value >> 16n === 0x5ecn)).toEqual([]);
    expect(cause).toBe(24n);
  });

  test('enters with interrupts off, though one of the host is pending and enabled', () => {
    const enabled: bigint[] = [];
    function* look(port: Port): Op<void> {
      enabled.push(yield* port.csrr('sie'), (yield* port.csrr('sstatus')) & 2n);
      yield* teeret(port, 0n, 0n);
    }
    const b = new Bench({ tsm: look });
    b.machine.pokeCsr(0, 'sie', 0x222n);
    b.machine.pokeCsr(0, 'mip', SSIP);
    expect(b.covh(0).trap).toBeNull();
    expect(enabled).toEqual([0n, 0n]);
    expect(b.csr('sip') & SSIP).toBe(SSIP);
  });

  test('finds the TSM on each hart as it left that hart', () => {
    function* remember(port: Port): Op<void> {
      const last = yield* port.csrr('sscratch');
      yield* port.csrw('sscratch', last + 1n);
      yield* teeret(port, 0n, last);
    }
    const b = new Bench({ platform: { harts: 2 }, tsm: remember });
    expect([b.covh(0).value, b.covh(0).value, b.covh(0).value]).toEqual([0n, 1n, 2n]);
    expect(b.covh(0, [], 1, 1).value).toBe(0n);
  });
});

describe('TEERET', () => {
  test('gives the host back all its CSRs and registers, but for a0 and a1', () => {
    const b = new Bench({ tsm: spoil });
    for (const [name, value] of Object.entries(PATTERNS)) b.machine.pokeCsr(0, name, value);
    const before = Object.keys(PATTERNS).map((name) => b.csr(name));
    for (let number = 1; number < 32; number++) {
      b.machine.writeRegister(0, `x${number}`, 0x1000n + BigInt(number));
    }
    const { error, value } = b.covh(5, [1n, 2n]);
    expect([error, value]).toEqual([-7n, 99n]);
    expect(Object.keys(PATTERNS).map((name) => b.csr(name))).toEqual(before);
    const kept = [1, 2, 3, 4, 5, 6, 7, 8, 9, 18, 24, 31];
    expect(kept.map((n) => b.machine.readRegister(0, `x${n}`))).toEqual(
      kept.map((n) => 0x1000n + BigInt(n)),
    );
    for (const rule of ['TEE-02', 'TEE-03', 'TEE-04']) expect(b.machine.fired()).toContain(rule);
  });

  test('goes on behind the ECALL of a program', () => {
    const b = new Bench();
    b.program('li a6, 0x4000000', 'li a7, 0x434f5648', 'li a0, 1', 'ecall', 'mv s2, a1', 'ecall');
    b.machine.start(0, { mode: 'S', pc: PAGE_A });
    b.machine.run({ steps: 40, until: [{ hart: 0, pc: b.end }], stopAtTrap: () => false });
    expect(b.machine.readRegister(0, 'x18')).toBe(2n);
  });

  test('is refused to a TSM that was not called', () => {
    const errors: bigint[] = [];
    const b = new Bench({
      tsm: function* (port) {
        yield* teeret(port, 0n, 0n);
      },
      tsmBoot: function* (port) {
        errors.push(yield* teeret(port, 0n, 0n));
      },
    });
    expect(errors).toEqual([INVALID_STATE]);
    expect(b.covh(0).error).toBe(0n);
  });
});

/** Interrupted once per call, with state in a register that only memory could keep otherwise. */
function* interruptedOnce(port: Port): Op<void> {
  const argument = port.x(10);
  port.setX(20, 0x5ecn);
  const resumed = yield* ask(port, 17n);
  yield* teeret(port, resumed, argument + port.x(20));
}

describe('an interrupted call', () => {
  test('goes on when the host repeats it', () => {
    const b = new Bench({ tsm: interruptedOnce });
    expect(b.covh(0, [1n])).toMatchObject({ trap: null, error: 0n, value: 0x5edn });
    expect(b.machine.fired()).toContain('TEE-06');
  });

  test('lets the host take at its ECALL what came meanwhile, before it repeats it', () => {
    const b = new Bench({
      platform: { harts: 2 },
      tsm: function* (port) {
        while (((yield* port.csrr('sip')) & SSIP) === 0n) yield* port.pause();
        yield* interruptedOnce(port);
      },
    });
    b.program('csrsi sie, 2', 'li a6, 0x4000000', 'li a7, 0x434f5648', 'li a0, 1', 'ecall', 'nop');
    b.programAt(OTHER, ['li a6, 0', 'li a7, 0x735049', 'li a0, 1', 'li a1, 0', 'ecall', 'j .']);
    b.machine.pokeCsr(0, 'stvec', RAM + 0x20_0000n);
    b.machine.pokeCsr(0, 'sstatus', SIE);
    b.machine.start(0, { mode: 'S', pc: PAGE_A });
    b.machine.start(1, { mode: 'S', pc: OTHER });
    const stopAtTrap = (_: number, { takenIn }: Trap) => takenIn === 'S';
    const stop = b.machine.run({ steps: 500, until: [], stopAtTrap });
    expect(stop.trap).toMatchObject({ interrupt: true, cause: 1, epc: b.end - 8n });
    expect(b.machine.readRegister(0, 'x10')).toBe(1n);
  });

  test('refuses everything else on that hart until then, and nothing on another', () => {
    const b = new Bench({ platform: { harts: 2 }, tsm: interruptedOnce, tsms: [1, 2] });
    expect(b.interruptedCall([1n])).toBe(b.end - 8n);
    const call = { x10: 1n, x11: 0n, x16: 1n << 26n };
    expect(b.calledAgain({ ...call, x10: 2n }).error).toBe(INVALID_STATE);
    expect(b.calledAgain({ ...call, x16: (1n << 26n) | 1n }).error).toBe(INVALID_STATE);
    expect(b.calledAgain({ ...call, x16: 2n << 26n }).error).toBe(INVALID_STATE);
    expect(b.covh(0, [3n], 1, 1).value).toBe(0x5efn);
    expect(b.calledAgain(call)).toEqual({ error: 0n, value: 0x5edn });
  });
});

describe('the deadline of the host', () => {
  test('stays in force while a TSM runs, unless the TSM has an earlier one of its own', () => {
    const seen: bigint[] = [];
    function* look(port: Port): Op<void> {
      seen.push(yield* port.csrr('stimecmp'));
      if (port.x(10) === 1n) yield* port.csrw('stimecmp', 500n);
      yield* teeret(port, 0n, 0n);
    }
    const b = new Bench({ tsm: look });
    b.machine.pokeCsr(0, 'stimecmp', 1000n);
    b.covh(0, [1n]);
    b.covh(0);
    b.machine.pokeCsr(0, 'stimecmp', 400n);
    b.covh(0);
    expect(seen).toEqual([1000n, 500n, 400n]);
    expect(b.csr('stimecmp')).toBe(400n);
  });
});

describe('a non-maskable interrupt', () => {
  test('ends every TSM: no call reaches one again, and the host goes on', () => {
    const b = new Bench({ with: ['Smrnmi'], tsms: [1, 2] });
    expect(b.covh(0).error).toBe(0n);
    b.machine.nmi(0);
    b.tries('load', PAGE_A);
    expect(b.tries('load', PAGE_A).trap).toBeNull();
    expect(b.covh(0).error).toBe(INVALID_PARAM);
    expect(b.covh(0, [], 2).error).toBe(INVALID_PARAM);
    expect(b.call(EID.supd, 0n).value).toBe(1n);
    expect(b.machine.fired()).toContain('TEE-10');
  });

  test('in the midst of a call ends the call with an error', () => {
    const b: Bench = new Bench({
      with: ['Smrnmi'],
      tsm: function* (port) {
        b.machine.nmi(0);
        yield* port.csrr('sscratch');
        yield* teeret(port, 0n, 0n);
      },
      spec: { schedule: 3 },
    });
    expect(b.covh(0)).toMatchObject({ error: FAILED, value: 0n });
    expect(b.sdid).toBe(0n);
    expect(b.covh(0).error).toBe(INVALID_PARAM);
  });
});

describe('domains that look the same to a hart', () => {
  test('are separated by fences at each switch', () => {
    const b = new Bench({ platform: { sdidlen: 0 } });
    const before = b.machine.counts().fence;
    expect(b.covh(0).error).toBe(0n);
    // MFENCE.PA, SFENCE.VMA, HFENCE.GVMA and HFENCE.VVMA, there and back.
    expect(b.machine.counts().fence - before).toBe(8);
  });

  test('need none where each has a tag', () => {
    const b = new Bench();
    const before = b.machine.counts().fence;
    b.covh(0);
    expect(b.machine.counts().fence).toBe(before);
  });
});
