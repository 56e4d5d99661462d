import { describe, expect, test } from 'vitest';
import type { Op, Port } from '../firmware/port.ts';
import {
  CODE,
  forward,
  openBoot,
  RDSM,
  returning,
  skip,
  ToyMachine,
  wordOf,
} from './native.test-support.ts';

const VACANT = 0x1000n;

/** Answers loads of a device that is not there: rd is that of the instruction which mtinst tells, transformed. */
function* emulateLoad(port: Port): Op<void> {
  const [cause, tinst] = [yield* port.csrr('mcause'), Number(yield* port.csrr('mtinst'))];
  if (cause !== 5n) return yield* forward(port);
  yield* skip(port);
  yield* returning(port, { [(tinst >>> 7) & 31]: BigInt(tinst) });
}

describe('a step that traps into firmware shows its instruction', () => {
  test('a load as it is transformed; and takes its value from the register that this names', () => {
    const m = new ToyMachine({ rdsm: { handle: emulateLoad } });
    expect(m.tries('load', VACANT).value).toBe(BigInt(wordOf('ld x31, 0(x0)')));
    expect(m.tries('load', VACANT, 'S', 0n, 4).value).toBe(BigInt(wordOf('lwu x31, 0(x0)')));
    expect(m.tries('load', VACANT, 'S', 0n, 1).value).toBe(BigInt(wordOf('lbu x31, 0(x0)')));
  });

  test('a store with its address and its value in registers', () => {
    let seen: bigint[] = [];
    const m = new ToyMachine({
      rdsm: {
        *handle(port) {
          seen = [yield* port.csrr('mtinst'), port.x(30), port.x(31)];
          yield* skip(port);
          yield* returning(port);
        },
      },
    });
    expect(m.tries('store', VACANT, 'S', 0x55n, 2)).toEqual({ trap: null, value: 0n });
    expect(seen).toEqual([BigInt(wordOf('sh x31, 0(x0)')), VACANT, 0x55n]);
  });

  test.each([
    ['csr', 'csrrw x31, mscratch, x30'],
    ['fence', 'mfence.pa x30, x31'],
    ['word', 'csrr t0, mscratch'],
  ])('a %s as its word in mtval', (what, text) => {
    let tval = 0n;
    const m = new ToyMachine({
      rdsm: {
        *handle(port) {
          tval = yield* port.csrr('mtval');
          yield* skip(port);
          yield* returning(port);
        },
      },
    });
    const { machine } = m;
    const request = { mode: 'S', name: 'mscratch', op: 'write', value: 5n } as const;
    if (what === 'csr') machine.csr(0, request);
    else if (what === 'fence')
      machine.fence(0, { fence: 'mfence_pa', mode: 'S', rs1: 4096n, rs2: 1n });
    else m.step(text);
    expect(tval).toBe(BigInt(wordOf(text) >>> 0));
  });
});

describe('a step that fetches', () => {
  function* open(port: Port): Op<void> {
    yield* port.csrw('pmpcfg0', 0x1f_0000n);
    yield* port.fence('sfence_vma');
    yield* returning(port);
  }
  /** Nothing may be executed. */
  function* closed(port: Port): Op<void> {
    yield* port.csrw('pmpaddr2', (1n << 54n) - 1n);
    yield* port.csrw('pmpcfg0', 0x1b_0000n);
    yield* port.csrw('mtvec', RDSM);
    yield* port.csrc('mstatus', 3n << 11n);
    yield* port.csrs('mstatus', 1n << 11n);
    yield* port.csrw('mepc', port.x(12));
    yield* port.mret();
  }

  test('stands at its address: the trap tells so, and firmware that opens the page sends it back there', () => {
    const m = new ToyMachine({ rdsm: { boot: closed, handle: open } });
    m.program('nop');
    expect(m.tries('fetch', CODE, 'S', 0n, 4).trap).toBeNull();
    expect(m.machine.home(0)?.via).toMatchObject([{ cause: 1, epc: CODE, tval: CODE }]);
    expect(m.machine.readRegister(0, 'pc')).toBe(0x800n);
  });

  test('ends in the trap that firmware hands on', () => {
    const m = new ToyMachine({ rdsm: { boot: closed, handle: forward } });
    expect(m.tries('fetch', CODE, 'S', 0n, 4).trap).toMatchObject({
      cause: 1,
      epc: CODE,
      tval: CODE,
      takenIn: 'S',
      because: 'pmp.permission',
    });
  });
});

describe('what firmware costs', () => {
  const busy = {
    *handle(port: Port): Op<void> {
      yield* skip(port);
      yield* port.store(CODE, 1n);
      yield* port.load(CODE);
      port.own.write(CODE + 8n, 8, 2n);
      yield* port.zero(CODE + 0x1000n, 0x2000);
      yield* port.tryReadBytes(CODE + 3n, 30);
      port.note({ what: 'scrubbed', bytes: 0x2000 });
      port.note({ what: 'world switch', from: 0, to: 1 });
      port.note({ what: 'shadow', event: 'flush', entries: 3 });
      yield* returning(port);
    },
  };

  test('is counted apart from what programs do', () => {
    const m = new ToyMachine({ rdsm: busy });
    const before = m.machine.counts();
    m.step('ecall');
    const after = m.machine.counts();
    const cost = (name: keyof typeof after) => after[name] - before[name];
    // Two stores and a load; 128 blocks; 5 bytes, 3 double words and a byte.
    expect(cost('fw')).toBe(3 + 128 + 5 + 3 + 1);
    for (const name of ['data', 'stored', 's', 'mpt'] as const) expect(cost(name)).toBe(0);
    expect(cost('trap_m')).toBe(1);
    expect(cost('trap')).toBe(1);
    expect(cost('xret')).toBe(1);
    expect(cost('csrw')).toBe(1);
    expect(cost('csr')).toBe(2);
    expect(cost('scrubbed')).toBe(0x2000);
    expect(cost('world_switch')).toBe(1);
    expect(cost('shadow_flush')).toBe(3);
    expect(m.machine.read(CODE + 0x2ff8n, 8)).toBe(0n);
  });

  test('is told step by step while somebody traces, and not otherwise', () => {
    const m = new ToyMachine({ rdsm: busy });
    m.step('ecall');
    expect(m.machine.takeFirmwareLog()).toEqual([]);
    m.machine.trace(true);
    m.step('ecall');
    const lines = m.machine.takeFirmwareLog().map(({ text }) => text);
    expect(lines[0]).toMatch(/^trap: cause 9 .* to M at pc 0x800$/);
    expect(lines).toContain('rdsm: csrw mepc, 0x804');
    expect(lines).toContain('rdsm: world switch from domain 0 to 1');
    expect(lines.at(-1)).toBe('rdsm: mret to S at 0x804');
    expect(m.machine.takeTrace()).toEqual([]);
    expect(m.machine.takeFirmwareLog()).toEqual([]);
  });
});

describe('firmware behind a protection table', () => {
  test('runs only where the table of the domain lets its mode execute', () => {
    // Smmpt43, root at TABLE: nothing is mapped, so that S-mode may go nowhere.
    const TABLE = RDSM + 0x8000n;
    function* handle(port: Port): Op<void> {
      yield* port.csrw('sepc', (yield* port.csrr('sepc')) + 4n);
      for (let n = 1; n < 32; n++) port.setX(n, port.x(n));
      yield* port.sret();
    }
    const root = { base: RDSM + 0x1000n, size: 0x1000n };
    const boot = (port: Port) => openBoot(port, null, 1n << 10n);
    const m = new ToyMachine({ rdsm: { handle: forward, boot }, root: { handle } }, { root });
    m.machine.fill(TABLE, 0x1000n, 0n);
    m.machine.pokeCsr(0, 'stvec', root.base);
    expect(m.step('ecall', 'VS').trap).toBeNull();
    m.machine.pokeCsr(0, 'mmpt', (1n << 60n) | (TABLE >> 12n));
    m.machine.fence(0, { fence: 'mfence_pa', mode: 'M', rs1: null, rs2: null });
    // The vector lies in the page of the root, which HS-mode may not fetch any more.
    expect(m.step('ecall', 'VS').trap).toMatchObject({ cause: 10, takenIn: 'S' });
    expect(m.made).toBe(2);
  });
});
