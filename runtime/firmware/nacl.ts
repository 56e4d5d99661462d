/**
 * NACL shared memory of the bench's host. A host registers it on each hart when it boots, and answers a forwarded call
 * of a TVM with 0 unless a line has written another answer since.
 */
import { naclCsr, naclGpr } from '../../emulator/index.ts';
import type { TvmExit } from '../judge/actual.ts';
import type { World } from '../session/world.ts';
import type { HostMemory } from './host-memory.ts';
import type { Marshalled } from './marshal.ts';

const ECALL_FROM_VS = 10;
const ANSWER = [10, 11] as const;

export class Nacl {
  readonly #world: World;
  readonly #memory: HostMemory;
  /** vCPUs that came out with a call. */
  readonly #asked = new Set<string>();
  /** By hart: a0 and a1 as the last exit there has left them. */
  readonly #left = new Map<number, readonly bigint[]>();
  /** By hart: what lines of the scenario have registered with the TSM; null: nothing any more. */
  readonly #registered = new Map<number, bigint | null>();

  constructor(world: World, memory: HostMemory) {
    this.#world = world;
    this.#memory = memory;
  }

  /** Whether the bench registers the pages: something of the case runs TVMs, and no line does it by itself. */
  isWanted(): boolean {
    let runs = false;
    for (const line of this.#world.plan.lines) {
      const actions =
        line.kind === 'step'
          ? [line.action]
          : line.kind === 'program'
            ? line.lines.map(({ action }) => action)
            : [];
      for (const action of actions) {
        runs ||= action.do === 'run tvm';
        if (action.do !== 'call') continue;
        if (action.space === 'nacl' && action.name === 'set_shmem') return false;
        runs ||= action.name === 'run_tvm_vcpu' || action.name === 'promote_to_tvm';
      }
    }
    return runs;
  }

  /** A line has called set_shmem, and succeeded. */
  registered(hart: number, { args, registers }: Marshalled): void {
    const { setup, platform } = this.#world;
    // Without a domain in a6 it is the root that serves a host to which it offers something.
    const isOfRoot = setup.firmware.nacl.size > 0 && (registers[6] ?? 0n) >> 16n === 0n;
    if (isOfRoot) return;
    const [low = 0n, high = 0n] = ['shmem_phys_lo', 'shmem_phys_hi'].map((name) =>
      BigInt.asUintN(platform.xlen, args.get(name) ?? 0n),
    );
    const none = (1n << BigInt(platform.xlen)) - 1n;
    const at = (high << BigInt(platform.xlen)) | low;
    this.#registered.set(hart, low === none && high === none ? null : at);
  }

  /** Physical address of the page that the TSM writes on a hart; null: the host shares none there. */
  page(hart: number): bigint | null {
    const own = this.#registered.get(hart);
    return own === undefined ? this.#memory.nacl(hart) : own;
  }

  /** A vCPU has come out on a hart. */
  exited(hart: number, vcpu: string, { cause, interrupt }: TvmExit): void {
    this.#asked.delete(vcpu);
    this.#left.set(hart, this.#read(hart));
    if (!interrupt && cause === ECALL_FROM_VS) this.#asked.add(vcpu);
  }

  /** It is about to run again: where nobody has touched them, a0 and a1 become success. Whether a0 is 0 then. */
  answer(hart: number, vcpu: string): boolean {
    if (!this.#asked.delete(vcpu)) return false;
    const now = this.#read(hart);
    const left = this.#left.get(hart) ?? now;
    if (left.some((value, k) => value !== now[k])) return now[0] === 0n;
    const { backEnd, platform } = this.#world;
    for (const x of ANSWER) {
      backEnd.write(this.#at(hart, naclGpr(x, platform.xlen)), platform.xlen / 8, 0n);
    }
    this.#left.set(hart, this.#read(hart));
    return true;
  }

  /** `host.nacl.page`, `host.nacl.gpr(n)`, `host.nacl.csr(number)`; an actor's name stands for its hart. */
  symbol(path: string, args: readonly bigint[]): bigint | null {
    const [owner = '', word, member] = path.split('.');
    if (word !== 'nacl') return null;
    const hart = this.#hartOf(owner);
    const { xlen } = this.#world.platform;
    const number = Number(args[0] ?? 0n);
    if (member === 'page' || member === undefined) return this.#at(hart, 0n);
    if (member === 'gpr') return this.#at(hart, naclGpr(number, xlen));
    return member === 'csr' ? this.#at(hart, naclCsr(number, xlen)) : null;
  }

  /** The hart of the actor of that name, 0 for a domain. */
  #hartOf(name: string): number {
    for (const line of this.#world.plan.lines) {
      if (line.kind !== 'step' || !('mode' in line.actor)) continue;
      if (line.actor.name === name) return line.actor.hart;
    }
    return 0;
  }

  #at(hart: number, offset: bigint): bigint {
    return (this.page(hart) ?? this.#memory.nacl(hart)) + offset;
  }

  #read(hart: number): readonly bigint[] {
    const { backEnd, platform } = this.#world;
    return ANSWER.map((x) =>
      backEnd.read(this.#at(hart, naclGpr(x, platform.xlen)), platform.xlen / 8),
    );
  }
}
