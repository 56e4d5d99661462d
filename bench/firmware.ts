/** Firmware alone: operations of a handler through its port, and the way of a call into it and back. */
import { Machine } from '../emulator/index.ts';
import type { FirmwareOp, FirmwarePort, FirmwareSpec, Handlers } from '../emulator/index.ts';
import { expand } from '../dsl/index.ts';
import { setupFor } from '../runtime/session/session.ts';
import { DEFAULT_VARIATION } from '../runtime/session/variation.ts';
import { compiled } from './cases.ts';
import { seconds, type Workload } from './measure.ts';

const RAM = 0x8000_0000n;
const FIRMWARE = RAM + 0x10_0000n;
const DATA = RAM + 0x20_0000n;
const ECALL = 0x73;

const PLATFORM = `sdt 1
suite "Bench"
scenario "a machine"
  covers SMMPT-ACC-02
  machine mpt smmpt43, caching retain
  domain host
  host loads at 0x8000_0000                        -> load access fault
`;

const SPEC: FirmwareSpec = {
  model: 'tsm_peer',
  xlen: 64,
  harts: 1,
  ram: [{ base: RAM, size: 0x1000_0000n }],
  aliases: [],
  rdsm: { base: FIRMWARE, size: 0x1_0000n },
  root: null,
  tables: { base: RAM + 0x40_0000n, size: 0x1_0000n },
  domains: [],
  mpt: null,
  gstage: 'sv39x4',
  features: new Set(),
  vmidlen: 14,
  sdidlen: 6,
  tsm: { profile: 'spec', state: 'ready', maxVcpus: 8, interruptible: true },
  clint: null,
  uart: null,
  finisher: null,
  schedule: null,
  amnesia: false,
  l3Valid: false,
  seed: 1,
  nacl: new Set(),
  shadowPages: 0,
  acceleration: new Set(),
};

/** Goes back behind the call, with the registers of who called. */
function* leave(port: FirmwarePort): FirmwareOp<never> {
  yield* port.csrw('mepc', (yield* port.csrr('mepc')) + 4n);
  for (let n = 1; n < 32; n++) port.setX(n, port.x(n));
  return yield* port.mret();
}

/** Six operations. */
function* some(port: FirmwarePort, k: number): FirmwareOp<void> {
  const at = DATA + BigInt(8 * (k & 1023));
  yield* port.store(at, 5n);
  yield* port.load(at);
  yield* port.tryLoad(at + 8n);
  port.own.write(at, 8, port.own.read(at, 8));
  yield* port.csrr('mscratch');
}

/** A machine whose M-mode firmware makes `count` operations in each call. */
function machineOf(count: number): Machine {
  const [scenario] = compiled(PLATFORM).scenarios;
  if (scenario === undefined) throw new Error('one scenario expected');
  const setup = setupFor(expand(scenario, 0), DEFAULT_VARIATION);
  if (!('platform' in setup)) throw new Error(setup.reason);
  const handlers: Handlers = {
    rdsm: () => ({
      name: 'rdsm',
      clobbers: 'x',
      *boot(port) {
        yield* port.csrw('mtvec', FIRMWARE);
        yield* port.csrw('mepc', port.x(12));
        yield* port.csrs('mstatus', 1n << 11n);
        yield* port.csrc('mstatus', 1n << 12n);
        yield* port.mret();
      },
      *handle(port) {
        for (let k = 0; k < count; k += 6) yield* some(port, k);
        yield* leave(port);
      },
    }),
  };
  const machine = new Machine({}, handlers);
  const why = machine.reset(setup.platform) ?? machine.boot(SPEC);
  if (why !== null) throw new Error(why);
  return machine;
}

function call(machine: Machine, times: number): void {
  for (let k = 0; k < times; k++) {
    if (machine.execute(0, { mode: 'S', word: ECALL }).trap !== null) throw new Error('refused');
  }
}

export const operations: Workload = {
  name: 'firmware operations',
  unit: 'operations',
  budget: '2,000,000/s under retain',
  run(scale) {
    const each = 60_000;
    const machine = machineOf(each);
    const times = Math.ceil(20 * scale);
    call(machine, 2);
    return { units: each * times, seconds: seconds(() => call(machine, times), 5) };
  },
};

export const calls: Workload = {
  name: 'calls into firmware and back',
  unit: 'calls',
  budget: '200,000/s',
  run(scale) {
    const machine = machineOf(0);
    const count = Math.ceil(100_000 * scale);
    call(machine, 5_000);
    return { units: count, seconds: seconds(() => call(machine, count), 5) };
  },
};
