/** One instruction of an actor on its parked hart: registers set, executed, what it left read back. */
import type { PlanAction, PlanActor } from '../../dsl/index.ts';
import type { Decoded } from '../../emulator/index.ts';
import { csrText, F_REGISTERS, X_REGISTERS } from '../../emulator/index.ts';
import { protectTables } from '../build/mml.ts';
import type { Actual } from '../judge/actual.ts';
import type { Harts, HartState } from '../session/actors.ts';
import { MSECCFG_MML } from '../session/registers.ts';
import type { World } from '../session/world.ts';
import { decoded, wordOf } from './assembly.ts';
import { clearRegisters } from './hart-state.ts';

export type ExecuteAction = Extract<PlanAction, { readonly do: 'execute' }>;

/** Which cause triple a memory instruction reports as; null: it makes no access of its own. */
function originOf({ op: { semantics } }: Decoded): Actual['origin'] {
  if (semantics.kind === 'memory') {
    return semantics.action === 'load' || semantics.action === 'lr' ? 'load' : 'store';
  }
  if (semantics.kind !== 'system') return null;
  if (semantics.call === 'load') return 'load';
  return semantics.call === 'store' || semantics.call === 'cbo' ? 'store' : null;
}

export class Instructions {
  readonly #world: World;
  readonly #harts: Harts;

  constructor(world: World, harts: Harts) {
    this.#world = world;
    this.#harts = harts;
  }

  /** Registers that `with` does not name hold zero before; none persists. */
  execute(actor: PlanActor, { code, registers }: ExecuteAction): Actual {
    const { backEnd, platform } = this.#world;
    const { xlen } = platform;
    const word = wordOf(code, xlen, platform.knobs.fence_encoding);
    const instruction = decoded(word, xlen, platform.knobs.fence_encoding);
    const hart = this.#harts.switchTo(actor);
    clearRegisters(this.#world, hart.id);
    const values = new Map<number, bigint>();
    for (const { name, value } of registers) {
      const given = BigInt.asUintN(xlen, this.#world.resolve(value));
      const x = X_REGISTERS.get(name);
      if (x !== undefined) values.set(x, given);
      const register = x === undefined ? `f${F_REGISTERS.get(name)}` : `x${x}`;
      backEnd.writeRegister(hart.id, register, given);
    }
    const mode = this.#world.mode(actor);
    const csr = instruction === null ? null : csrOf(instruction);
    const before = csr === null ? 0n : backEnd.peekCsr(hart.id, this.#harts.physical(hart, csr));
    const result = backEnd.execute(hart.id, { mode, word });
    hart.used = true;
    if (result.trap !== null) this.#harts.trapped(hart, result.trap);
    else if (instruction !== null) this.#changed(hart, instruction, csr, before);
    // Words that mean nothing here are the machine's to refuse.
    const { rs1, imm } = instruction?.operands ?? { rs1: 0, imm: 0 };
    const origin = instruction === null ? null : originOf(instruction);
    const address = BigInt.asUintN(xlen, (values.get(rs1) ?? 0n) + BigInt(imm));
    return this.#world.settled(hart.id, {
      origin,
      mode,
      address: origin === null ? 0n : address,
      size: 0,
      trap: result.trap,
      value: instruction !== null && hasResult(instruction) ? result.value : null,
      leaked: null,
      state: hart.state,
    });
  }

  /** What the bench believed of the hart's CSRs no longer holds where the instruction wrote them. */
  #changed(hart: HartState, { op }: Decoded, csr: string | null, before: bigint): void {
    const { backEnd } = this.#world;
    if (csr !== null) {
      this.#world.history?.wrote(hart.id, csr);
      this.#harts.csrWritten(hart, csr, before);
      if (csr === 'mseccfg' && (backEnd.peekCsr(hart.id, csr) & MSECCFG_MML) !== 0n) {
        protectTables(this.#world, hart.id);
      }
    } else if (op.semantics.kind === 'system' && op.semantics.call === 'xret') {
      this.#harts.returned(hart);
    }
  }
}

/** Whether the value of the instruction is that of a register: x0 holds none. */
function hasResult({ op, operands }: Decoded): boolean {
  const piece = op.pieces.find(({ slot }) => slot === 'rd');
  return piece !== undefined && (piece.text.startsWith('f') || operands.rd !== 0);
}

/** The CSR that a CSR instruction names, or null. */
function csrOf({ op: { semantics }, operands }: Decoded): string | null {
  return semantics.kind === 'system' && semantics.call === 'csr' ? csrText(operands.csr) : null;
}
