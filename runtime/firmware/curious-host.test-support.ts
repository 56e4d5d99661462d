/** A host that runs a TVM and writes down all that it can see in between. */
import { createHash } from 'node:crypto';
import {
  Assembler,
  CSR_NAMES,
  EXTENSIONS,
  fidOf,
  functionWord,
  type FirmwareSpec,
  Machine,
  MODELS,
  type Mode,
  type ModelName,
  naclBytes,
  wholeIsa,
} from '../../emulator/index.ts';
import { FAULTS } from '../../emulator/faults/index.ts';
import { runCase } from '../session/session.ts';
import { planOf } from '../session/session.test-support.ts';
import { DEFAULT_VARIATION } from '../session/variation.ts';
import {
  ENTRY,
  EXITS,
  type ExitRow,
  HOLES,
  IMAGE_PAGES,
  imageOf,
  type Secrets,
} from './secret-guest.test-support.ts';

/** What the host sees, by what it calls it. */
export type Seen = ReadonlyMap<string, bigint | string>;

const PAGE = 0x1000n;
const POOL = 0x9000_0000n;
const POOL_SIZE = 0x6_0000n;
const SPARE = POOL + 0x5_0000n;
const WINDOW = 0x8900_0000n;
const BOARD = 0x8a00_0000n;
const IMAGE = 0x8800_0000n;
const IMAGE_SIZE = BigInt(IMAGE_PAGES) * PAGE;
const FOREVER = (1n << 64n) - 1n;
const ECALL = 0x73;

const plans = new Map<ModelName, ReturnType<typeof planOf>>();

/** Boots, and builds the TVM; the board then tells where things lie. */
function planFor(model: ModelName) {
  const known = plans.get(model);
  if (known !== undefined) return known;
  const plan = planOf(`scenario "t"
  requires H
  machine model ${model}, harts 1, ram at 0x8000_0000 size 512M
  domain host sdid 0
  domain tsm sdid 1
  region pool at ${POOL} size ${POOL_SIZE} holds 0x77
  region window at ${WINDOW} size 8K holds 0x77
  region board at ${BOARD} size 4K
  region image at ${IMAGE} size ${IMAGE_SIZE}
  grant rwx on pool to host
  grant rw on window to host
  grant rw on image to host
  grant rw on board to host
  tvm guest from image entry ${ENTRY} vcpus 4
  host calls covh.run_tvm_vcpu(tvm_guest_id: guest, tvm_vcpu_id: 1) -> error invalid_param
  poke board with guest
  poke board + 8 with host.nacl.page
  host writes csr sstatus with 0x2000
  host writes csr sie with 0x20
  host writes csr stimecmp with ${FOREVER}`);
  plans.set(model, plan);
  return plan;
}

/** The loader puts the image where the case has room for it. */
class Loader extends Machine {
  image: Uint8Array = new Uint8Array();

  override boot(spec: FirmwareSpec): string | null {
    const why = super.boot(spec);
    this.writeBytes(IMAGE, this.image);
    return why;
  }
}

const machine = new Loader(FAULTS);
const json = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'bigint' ? `0x${item.toString(16)}` : item,
  );

const assembler = new Assembler(wholeIsa(64));
const HYPERVISOR = ['hlv.d x6, (x5)', 'hlvx.wu x6, (x5)', 'hsv.d x6, (x5)'].map((text) => {
  const made = assembler.assemble(text, 0n);
  if (made.error !== null) throw new Error(made.error.message);
  return [text, new DataView(made.bytes.buffer).getUint32(made.bytes.byteOffset, true)] as const;
});

/** Every access goes all its way, and is counted. */
const VARIATION = { ...DEFAULT_VARIATION, ways: 'off' } as const;

export class CuriousHost {
  readonly seen: Seen[] = [];
  readonly #mode: Mode;
  readonly #guest: bigint;
  readonly #nacl: bigint;
  readonly #readable: readonly string[];
  #spare = SPARE;

  constructor(model: ModelName, secrets: Secrets, faults: readonly string[] = []) {
    machine.image = imageOf(secrets);
    const result = runCase(planFor(model), machine, { ...VARIATION, faults });
    if (result.status !== 'pass') throw new Error(result.reason ?? json(result.failures));
    this.#mode = MODELS[model].physicalMode('host', 'S') ?? 'S';
    this.#guest = machine.read(BOARD, 8);
    this.#nacl = machine.read(BOARD + 8n, 8);
    // From here on nothing outside the TVM tells the runs apart.
    machine.fill(IMAGE, IMAGE_SIZE, 0n);
    machine.fill(this.#nacl, naclBytes(64), 0n);
    this.#readable = [...CSR_NAMES.keys()].filter((name) => this.#csr(name).trap === null);
    this.#covh('convert_pages', [SPARE, 16n]);
    this.#covh('global_fence');
    this.seen.push(this.#look());
  }

  get readable(): readonly string[] {
    return this.#readable;
  }

  /** Every exit of the catalogue in turn; then the TVM goes, and the host takes all of its memory back. */
  run(): void {
    for (const row of EXITS) this.#exit(row);
    this.#covh('destroy_tvm', [this.#guest]);
    let reclaimed = 0;
    for (let at = POOL; at < POOL + POOL_SIZE; at += PAGE) {
      if (this.#call('reclaim_pages', [at, 1n]) === 0n) reclaimed++;
    }
    if (reclaimed < 16 + IMAGE_PAGES) throw new Error(`only ${reclaimed} pages came back`);
    this.seen.push(this.#look());
  }

  #exit(row: ExitRow): void {
    const deadline = row.timer === undefined ? FOREVER : this.#time() + row.timer;
    this.#write('stimecmp', row.timer === 0n ? 0n : deadline);
    this.#covh('run_tvm_vcpu', [this.#guest, BigInt(row.vcpu)]);
    const value = machine.readRegister(0, 'x11');
    this.seen.push(this.#look());
    const cause = this.seen.at(-1)?.get('csr scause');
    if (cause !== row.cause || value !== (row.value ?? 0n)) {
      throw new Error(`${row.says}: cause ${String(cause)}, value ${value}`);
    }
    machine.fill(this.#nacl, naclBytes(64), 0n);
    if (row.zero !== undefined) this.#add('add_tvm_zero_pages', this.#spare, row.zero);
    if (row.zero !== undefined) this.#spare += PAGE;
    if (row.share !== undefined) this.#add('add_tvm_shared_pages', WINDOW, row.share);
  }

  #add(name: string, page: bigint, gpa: bigint): void {
    this.#covh(name, [this.#guest, page, 0n, 1n, gpa]);
  }

  #covh(name: string, values: readonly bigint[] = []): void {
    const error = this.#call(name, values);
    if (error !== 0n) throw new Error(`${name}: ${error}`);
  }

  #call(name: string, values: readonly bigint[]): bigint {
    const { eid, functions } = EXTENSIONS.covh;
    const row = Object.entries(functions).find(([other]) => other === name)?.[1];
    const fid = row === undefined ? null : fidOf(row, 'spec');
    if (fid === null) throw new Error(`no call ${name}`);
    for (let n = 1; n < 32; n++) machine.writeRegister(0, `x${n}`, 0x1000n + BigInt(n));
    for (let k = 0; k < 6; k++) machine.writeRegister(0, `x${10 + k}`, values[k] ?? 0n);
    machine.writeRegister(0, 'x16', functionWord(fid, 1));
    machine.writeRegister(0, 'x17', eid);
    machine.execute(0, { mode: this.#mode, word: ECALL });
    if (machine.away(0)) {
      const { why } = machine.run({ steps: 20_000, until: [], stopAtTrap: () => false });
      if (why !== 'home') throw new Error(`${name} did not come back: ${why}`);
    }
    const trap = machine.home(0)?.trap ?? null;
    if (trap !== null) throw new Error(`${name} trapped: ${trap.cause} ${trap.because}`);
    return BigInt.asIntN(64, machine.readRegister(0, 'x10'));
  }

  #csr(name: string) {
    return machine.csr(0, { mode: this.#mode, name, op: 'read', value: 0n });
  }

  #write(name: string, value: bigint): void {
    const { trap } = machine.csr(0, { mode: this.#mode, name, op: 'write', value });
    if (trap !== null) throw new Error(`${name} cannot be written`);
  }

  #time(): bigint {
    return this.#csr('time').value ?? 0n;
  }

  /** An access of the host's own hypervisor instructions: what x6 holds then, or how it trapped. */
  #hypervisor(word: number, address: bigint): string {
    machine.writeRegister(0, 'x5', address);
    machine.writeRegister(0, 'x6', 0n);
    const { trap } = machine.execute(0, { mode: this.#mode, word });
    const heard = machine.home(0)?.trap ?? trap;
    return json(heard ?? machine.readRegister(0, 'x6'));
  }

  /** Registers first: a trap of the host's own would change them. */
  #look(): Seen {
    const seen = new Map<string, bigint | string>();
    for (let n = 1; n < 32; n++) seen.set(`x${n}`, machine.readRegister(0, `x${n}`));
    for (let n = 0; n < 32; n++) seen.set(`f${n}`, machine.readRegister(0, `f${n}`));
    for (const [name, count] of Object.entries(machine.counts())) {
      seen.set(`count ${name}`, BigInt(count));
    }
    for (const name of this.#readable) {
      const { trap, value } = this.#csr(name);
      seen.set(`csr ${name}`, value ?? `trap ${trap?.cause}`);
    }
    const nacl = new DataView(machine.readBytes(this.#nacl, Number(naclBytes(64))).buffer);
    for (let offset = 0; offset < nacl.byteLength; offset += 8) {
      seen.set(`nacl ${offset}`, nacl.getBigUint64(offset, true));
    }
    seen.set('shared', machine.read(WINDOW, 8));
    for (const gpa of [ENTRY, ENTRY + 0x2000n, ...Object.values(HOLES)]) {
      for (const [text, word] of HYPERVISOR) {
        seen.set(`${text} ${gpa.toString(16)}`, this.#hypervisor(word, gpa));
      }
    }
    this.#memory(seen);
    return seen;
  }

  /** Page by page: what a load gives, and where it gives something, all of its bytes. */
  #memory(seen: Map<string, bigint | string>): void {
    const areas = [
      { base: POOL, size: POOL_SIZE },
      { base: WINDOW + 8n, size: 2n * PAGE - 8n },
      { base: BOARD, size: PAGE },
      { base: IMAGE, size: IMAGE_SIZE },
    ];
    for (const { base, size } of areas) {
      for (let at = base; at < base + size; at += PAGE) {
        const page = at - (at % PAGE);
        const tried = machine.attempt(0, {
          mode: this.#mode,
          operation: 'load',
          address: at,
          size: 8,
          value: 0n,
        });
        const name = `memory ${page.toString(16)}`;
        if (tried.trap !== null) {
          seen.set(name, json(tried));
          continue;
        }
        const bytes = machine.readBytes(at, Number(page + PAGE - at));
        seen.set(name, createHash('sha256').update(bytes).digest('hex'));
      }
    }
  }
}
