/** A machine with toy firmware, for tests: an RDSM of a few lines, and words for steps. */
import type { Mode } from '../access/context.ts';
import type { OperationName } from '../access/kinds.ts';
import type { FirmwareSpec } from '../firmware/spec.ts';
import type { Handler, HandlerName } from '../firmware/handler.ts';
import type { Op, Port } from '../firmware/port.ts';
import { Assembler } from '../isa/assemble.ts';
import { wholeIsa } from '../isa/extensions.ts';
import { Machine } from '../machine.ts';
import type { Platform } from '../platform.ts';
import { testPlatform } from '../test-platform.ts';

export const RAM = 0x8000_0000n;
export const RDSM = RAM + 0x10_0000n;
export const ROOT = RAM + 0x20_0000n;
export const TSM = RAM + 0x30_0000n;
/** Software of the scenario. */
export const CODE = RAM + 0x1000n;
export const VECTOR = RAM + 0x2000n;
export const CLINT = 0x200_0000n;

export const SPEC: FirmwareSpec = {
  model: 'tsm_peer',
  xlen: 64,
  harts: 1,
  ram: [{ base: RAM, size: 0x1000_0000n }],
  aliases: [],
  rdsm: { base: RDSM, size: 0x1_0000n },
  root: null,
  tables: { base: RAM + 0x40_0000n, size: 0x1_0000n },
  domains: [],
  mpt: null,
  gstage: 'sv39x4',
  features: new Set(),
  vmidlen: 14,
  sdidlen: 6,
  tsm: { profile: 'spec', state: 'ready', maxVcpus: 8, interruptible: true },
  clint: CLINT,
  uart: null,
  finisher: null,
  schedule: null,
  amnesia: false,
  l3Valid: false,
  seed: 7,
  nacl: new Set(),
  shadowPages: 0,
  acceleration: new Set(),
};

/** What a toy does. */
export interface Toy {
  readonly boot?: (port: Port) => Op<void>;
  readonly handle: (port: Port) => Op<void>;
  readonly clobbers?: 'x' | 'xf';
}

const MPP = 3n << 11n;
const MPV = 1n << 39n;

/** Opens memory to all modes, sets the vector, and goes on in S-mode at a2, or at `to`. */
export function* openBoot(port: Port, to: bigint | null = null, delegated = 0n): Op<void> {
  const next = to ?? port.x(12);
  yield* port.csrw('pmpaddr0', (1n << 54n) - 1n);
  yield* port.csrw('pmpcfg0', 0x1fn);
  yield* port.csrw('mtvec', RDSM);
  yield* port.csrw('medeleg', delegated);
  yield* port.csrc('mstatus', MPP);
  yield* port.csrs('mstatus', 1n << 11n);
  yield* port.csrw('mepc', next);
  yield* port.mret();
}

/** Registers of the trapped context, which comes back as it was but for what `change` says. */
export function* returning(port: Port, change: Readonly<Record<number, bigint>> = {}): Op<void> {
  for (let n = 1; n < 32; n++) port.setX(n, change[n] ?? port.x(n));
  yield* port.mret();
}

/** Behind the instruction that trapped. */
export function* skip(port: Port): Op<void> {
  yield* port.csrw('mepc', (yield* port.csrr('mepc')) + 4n);
}

/** Hands a trap on to S-mode. */
export function* forward(port: Port): Op<void> {
  yield* port.csrw('scause', yield* port.csrr('mcause'));
  yield* port.csrw('stval', yield* port.csrr('mtval'));
  yield* port.csrw('sepc', yield* port.csrr('mepc'));
  const status = yield* port.csrr('mstatus');
  const previous = (status >> 11n) & 1n;
  yield* port.csrc('mstatus', MPP | MPV | (1n << 8n));
  yield* port.csrs('mstatus', (1n << 11n) | (previous << 8n));
  yield* port.csrw('mepc', yield* port.csrr('stvec'));
  yield* returning(port);
}

const handlerOf = (name: HandlerName, { boot, handle, clobbers }: Toy): Handler => ({
  name,
  clobbers: clobbers ?? 'x',
  boot: boot ?? ((port) => openBoot(port)),
  handle,
});

const assembler = new Assembler(wholeIsa(64));

export function assemble(text: string, at: bigint): Uint8Array {
  const assembled = assembler.assemble(text, at);
  if (assembled.error !== null) throw new Error(assembled.error.message);
  return assembled.bytes;
}

export const wordOf = (text: string): number =>
  assemble(text, 0n).reduce((sum, byte, index) => sum + byte * 2 ** (8 * index), 0);

export class ToyMachine {
  readonly machine: Machine;
  readonly #spec: FirmwareSpec;
  readonly #platform: Platform;
  /** How often handlers were made. */
  made = 0;

  constructor(
    toys: Partial<Record<HandlerName, Toy>>,
    spec: Partial<FirmwareSpec> = {},
    platform: Partial<Platform> = {},
  ) {
    this.#platform = {
      ...testPlatform({ caching: 'retain', ...platform }),
      devices: [{ kind: 'clint', base: CLINT }],
    };
    this.#spec = { ...SPEC, harts: this.#platform.harts, ...spec };
    const factory = (name: HandlerName) => () => {
      this.made++;
      return handlerOf(name, toys[name] ?? { handle: (port) => port.mret() });
    };
    const handlers = { rdsm: factory('rdsm'), tsm: factory('tsm'), root: factory('root') };
    this.machine = new Machine({}, handlers);
    this.reset();
  }

  reset(): void {
    const why = this.machine.reset(this.#platform) ?? this.machine.boot(this.#spec);
    if (why !== null) throw new Error(why);
    for (let hart = 0; hart < this.#platform.harts; hart++) {
      for (const name of ['stvec', 'vstvec']) {
        if (this.machine.peekCsr(hart, name) === 0n) this.machine.pokeCsr(hart, name, VECTOR);
      }
    }
  }

  program(text: string, at = CODE): this {
    this.machine.writeBytes(at, assemble(text, at));
    return this;
  }

  step(text: string, mode: Mode = 'S', hart = 0) {
    return this.machine.execute(hart, { mode, word: wordOf(text) });
  }

  tries(operation: OperationName, address: bigint, mode: Mode = 'S', value = 0n, size = 8) {
    return this.machine.attempt(0, { mode, operation, address, size, value });
  }

  run(steps = 1000) {
    return this.machine.run({ steps, until: [], stopAtTrap: () => false });
  }

  x(number: number, hart = 0): bigint {
    return this.machine.readRegister(hart, `x${number}`);
  }

  set(number: number, value: bigint, hart = 0): void {
    this.machine.writeRegister(hart, `x${number}`, value);
  }
}
