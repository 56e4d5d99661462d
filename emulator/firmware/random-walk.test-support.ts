/** A host that makes random calls on a real machine: RDSM and TSM, guests that do what their host's answers tell them. */
import { platformBlob } from '../devices/device-tree.ts';
import type { Replacements } from '../decisions.ts';
import { STAGE_GEOMETRIES } from '../translate/geometry.ts';
import { PageTable } from '../translate/build.ts';
import { functionWord } from './abi/abi.ts';
import { COVG } from './abi/covg.ts';
import { COVH } from './abi/covh.ts';
import { NACL } from './abi/nacl.ts';
import {
  type CheckedMemory,
  PAGE,
  snapshot,
  type Snapshot,
  violations,
} from './checker.test-support.ts';
import { Bench, EID, RAM, SIZE, TSM_BASE } from './rdsm/rdsm.test-support.ts';
import { makePayload } from './tsm/measure/payload.ts';
import { assemble, CODE } from './tsm/run/tvm.test-support.ts';
import { tsm } from './tsm/entry.ts';

export const HARTS = 2;
const NACL_AT = RAM + 0x10_0000n;
const NACL_STRIDE = 0x4000n;
export const SCRATCH = RAM + 0x11_0000n;
/** The program of every TVM, as its host holds it. */
export const SOURCE = RAM + 0x12_0000n;
/** Pages that the host shares. */
export const SHARED = RAM + 0x20_0000n;
export const SHARED_PAGES = 8n;
/** Pages that change sides. */
export const POOL = RAM + 0x40_0000n;
export const POOL_PAGES = 96n;
/** A virtual machine of the host, to be promoted, and its tables. */
const VM_PAGES = RAM + 0x13_0000n;
const VM_TABLES = RAM + 0x14_0000n;
export const VM_TREE = CODE + 2n * PAGE;
export const VM_PAYLOAD = CODE + 3n * PAGE;

export type CovhName = keyof typeof COVH.functions;
export type CovgName = keyof typeof COVG.functions;

/** What a guest does next: the numbers of COVG's functions, and these. */
export const ORDERS = { touch: 11, start: 12, stop: 13, reset: 14, spin: 15 } as const;

/** Begins anew at a trap. Tells the host the last result, and does what the answer says: order in bits 3:0, bit 4 breaks an alignment. */
const GUEST = `
  li t0, ${CODE}
  csrw stvec, t0
  li s2, 0
loop:
  mv a0, s2
  li a7, 0x4442434e
  li a6, 2
  ecall
  mv s0, a0
  mv s3, a1
  andi s1, s0, 15
  srli t0, s0, 12
  slli t0, t0, 12
  andi t1, s0, 16
  add t0, t0, t1
  li t2, ${ORDERS.touch}
  beq s1, t2, touch
  li t2, ${ORDERS.start}
  beq s1, t2, begin
  li t2, ${ORDERS.stop}
  beq s1, t2, stop
  li t2, ${ORDERS.reset}
  beq s1, t2, reset
  li t2, ${ORDERS.spin}
  beq s1, t2, spin
  mv a0, t0
  mv a1, s3
  li a2, 7
  li t2, 4
  beq s1, t2, number
  li t2, 5
  beq s1, t2, number
  li t2, 8
  bne s1, t2, go
  mv a2, t0
  li a3, 1
  mv a4, t0
  li a5, 4096
  j go
number:
  srli a0, s0, 12
go:
  li a7, ${COVG.eid}
  mv a6, s1
  ecall
  mv s2, a0
  j loop
touch:
  ld s2, 0(t0)
  j loop
begin:
  li a0, 1
  li a1, ${CODE}
  li a2, 0
  li a7, 0x48534d
  li a6, 0
  ecall
  mv s2, a0
  j loop
stop:
  li a7, 0x48534d
  li a6, 1
  ecall
  j loop
reset:
  li a0, 0
  li a1, 0
  li a7, 0x53525354
  li a6, 0
  ecall
  j loop
spin:
  li t0, 400
again:
  addi t0, t0, -1
  bnez t0, again
  li s2, 0
  j loop
`;

export type Exit = 'asks for orders' | 'shares' | 'other';

interface Waiting {
  readonly exit: Exit;
  /** What it was told to do last, whose result it tells next; null: nothing that has one. */
  readonly order: CovgName | null;
  /** Where it found no page. */
  readonly faulted?: bigint;
}

export const COVG_NAMES = Object.keys(COVG.functions) as CovgName[];
const DBCN = 0x4442_434en;

export class WalkHost extends Bench implements CheckedMemory {
  readonly tsm = TSM_BASE;
  readonly ram = { base: RAM, size: SIZE };
  readonly maxVcpus = 8;
  now: Snapshot;
  /** Calls that succeeded and failed, by name. */
  readonly counts = new Map<string, { ok: number; failed: number }>();
  /** By TVM and vCPU. */
  readonly #waiting = new Map<string, Waiting>();
  /** By hart: the vCPU whose run has not returned. */
  readonly #inside = new Map<number, string>();
  readonly #watched: readonly bigint[];
  #checks = 0;

  constructor(replaces: Replacements = {}) {
    super({ handler: tsm, platform: { harts: HARTS }, replaces });
    const { machine } = this;
    const program = assemble(GUEST);
    machine.writeBytes(SOURCE, program);
    this.#makeVirtualMachine(program);
    for (let hart = 0; hart < HARTS; hart++) this.register(hart);
    this.#watched = Array.from({ length: Number(POOL_PAGES) }, (_, k) => POOL + BigInt(k) * PAGE);
    this.now = snapshot(this);
  }

  get harts(): number {
    return HARTS;
  }

  readBytes(at: bigint, count: number): Uint8Array {
    return this.machine.readBytes(at, count);
  }

  register(hart: number): boolean {
    const { error } = this.call(NACL.eid, 1n, [this.nacl(hart), 0n, 0n], hart);
    return error === 0n;
  }

  nacl(hart: number): bigint {
    return NACL_AT + NACL_STRIDE * BigInt(hart);
  }

  isInside(hart: number): boolean {
    return this.#inside.has(hart);
  }

  count(name: string, isOk: boolean): boolean {
    const row = this.counts.get(name) ?? { ok: 0, failed: 0 };
    if (isOk) row.ok++;
    else row.failed++;
    this.counts.set(name, row);
    return isOk;
  }

  /** Whether it succeeded. */
  make(name: CovhName, values: readonly bigint[], hart: number): boolean {
    const word = functionWord(COVH.functions[name].fid ?? 0, 1);
    const { error, trap } = this.call(EID.covh, word, values, hart);
    if (trap !== null) throw new Error(`${name} trapped: ${trap.because}`);
    return this.count(name, error === 0n);
  }

  waiting(id: bigint, vcpu: bigint): Exit {
    return this.#waiting.get(`${id}.${vcpu}`)?.exit ?? 'other';
  }

  /** The page that it lacks, or one that it cannot do without. */
  faulted(id: bigint, vcpu: bigint): bigint {
    return this.#waiting.get(`${id}.${vcpu}`)?.faulted ?? CODE;
  }

  /** run_tvm_vcpu with an answer to its last exit in a0 and a1; it may stay inside for `steps` instructions. */
  run(id: bigint, vcpu: bigint, answer: readonly bigint[], hart: number, steps: number): boolean {
    const key = `${id}.${vcpu}`;
    answer.forEach((value, k) => {
      this.machine.write(this.nacl(hart) + BigInt(8 * (10 + k)), 8, value);
    });
    const wasAsking = this.waiting(id, vcpu) === 'asks for orders';
    const order = wasAsking ? (COVG_NAMES[Number((answer[0] ?? 0n) & 15n)] ?? null) : undefined;
    const word = functionWord(COVH.functions.run_tvm_vcpu.fid ?? 0, 1);
    const { trap } = this.call(EID.covh, word, [id, vcpu], hart);
    if (trap !== null) throw new Error(`the run trapped: ${trap.because}`);
    this.#inside.set(hart, key);
    if (order !== undefined) this.#waiting.set(key, { exit: 'other', order });
    return this.goOn(hart, steps);
  }

  /** Harts that are inside go on until one comes home; gives whether the run of this one has not failed. */
  goOn(hart: number, steps: number): boolean {
    const { machine } = this;
    if (machine.away(hart)) machine.run({ steps, until: [], stopAtTrap: () => false });
    const back = [...this.#inside].filter(([one]) => !machine.away(one));
    const results = back.map(([one, key]) => this.#comesBack(one, key) || one !== hart);
    return results.every(Boolean);
  }

  #comesBack(hart: number, key: string): boolean {
    this.#inside.delete(hart);
    const error = BigInt.asIntN(64, this.machine.readRegister(hart, 'x10'));
    if (!this.count('run_tvm_vcpu', error === 0n)) return false;
    this.#waiting.set(key, this.#exitOf(key, hart));
    return true;
  }

  #exitOf(key: string, hart: number): Waiting {
    const order = this.#waiting.get(key)?.order ?? null;
    const cause = this.csr('scause', hart);
    if (cause !== 10n) {
      const faulted = ((this.csr('htval', hart) << 2n) / PAGE) * PAGE;
      // Devices are emulated: there is no page to wait for.
      return { exit: 'other', order, ...(faulted >= CODE ? { faulted } : {}) };
    }
    const gpr = (n: number): bigint => this.machine.read(this.nacl(hart) + BigInt(8 * n), 8);
    if (gpr(17) === DBCN) {
      if (order !== null) this.count(order, gpr(10) === 0n);
      return { exit: 'asks for orders', order: null };
    }
    const isSharing = gpr(17) === COVG.eid && (gpr(16) === 2n || gpr(16) === 3n);
    if (isSharing && order !== null) this.count(order, true);
    return isSharing ? { exit: 'shares', order: null } : { exit: 'other', order };
  }

  /** What is wrong now, and what the host can reach of it. */
  check(isOk: boolean): string[] {
    const before = this.now;
    this.now = snapshot(this);
    const isWhole = this.#checks++ % 8 === 0;
    const changed = this.#watched.filter(
      (at) => before.pages.get(at)?.state !== this.now.pages.get(at)?.state,
    );
    const wrong = violations(this, this.now, this.spec.domains[0]?.mmpt ?? 0n, this.#watched);
    if (!isOk && shown(before) !== shown(this.now))
      wrong.push('a call that failed changed something');
    for (const at of changed) {
      const isBack = before.pages.get(at)?.state === 'unassigned';
      if (isBack && this.now.pages.get(at) === undefined && this.#holds(at)) {
        wrong.push(`0x${at.toString(16)} came back with what was in it`);
      }
    }
    return [...wrong, ...this.#reached(isWhole ? this.#watched : changed)];
  }

  #holds(at: bigint): boolean {
    return this.readBytes(at, 4096).some((byte) => byte !== 0);
  }

  /** Loads of every hart from every page, through what it may still hold: no byte of a page in use. */
  #reached(pages: readonly bigint[]): string[] {
    const wrong: string[] = [];
    for (let hart = 0; hart < HARTS; hart++) {
      if (this.isInside(hart)) continue;
      for (const at of pages) {
        const state = this.now.pages.get(at)?.state ?? 'host';
        const { trap } = this.tries('load', at, hart);
        // A page that came back may still be denied to a hart that has not called since.
        const mayRead = state === 'host' || state === 'shared' || state === 'unassigned';
        if (!mayRead && trap === null) {
          wrong.push(`hart ${hart} reads 0x${at.toString(16)}, ${state}`);
        }
      }
    }
    return wrong;
  }

  /** Program, data, device tree, payload. */
  #makeVirtualMachine(program: Uint8Array): void {
    const { machine, spec } = this;
    machine.fill(VM_PAGES, 4n * PAGE, 0n);
    machine.fill(VM_TABLES, 8n * PAGE, 0n);
    let next = VM_TABLES;
    const own = {
      read: (at: bigint, size: number) => machine.read(at, size),
      write: (at: bigint, size: number, value: bigint) => {
        machine.write(at, size, value);
      },
    };
    const table = PageTable.create(STAGE_GEOMETRIES.sv39x4, own, {
      take: (size) => (next += size) - size,
    });
    if (typeof table === 'string') throw new Error(table);
    table.map(CODE, VM_PAGES, 4n * PAGE, 7, { user: true });
    const none = { uart: null, clint: null, finisher: null };
    const tree = { harts: 2, isa: 'rv64ima', mmu: 'sv39', ram: [], timebase: 1, ...none } as const;
    machine.writeBytes(VM_PAGES, program);
    machine.writeBytes(VM_PAGES + 2n * PAGE, platformBlob(tree));
    const payload = makePayload(spec.seed, { references: [], secret: new Uint8Array(16).fill(9) });
    machine.writeBytes(VM_PAGES + 3n * PAGE, payload);
    for (let hart = 0; hart < HARTS; hart++) {
      machine.fill(this.nacl(hart), 3n * PAGE, 0n);
      const hgatp = this.nacl(hart) + 0x1000n + 8n * 0x180n;
      machine.write(hgatp, 8, (8n << 60n) | (table.root / PAGE));
    }
  }
}

/** All of a snapshot that calls change, as text. */
function shown({ pages, tvms }: Snapshot): string {
  const asText = (_: string, value: unknown): unknown =>
    typeof value === 'bigint' ? value.toString(16) : value;
  return JSON.stringify([[...pages], tvms], asText);
}
