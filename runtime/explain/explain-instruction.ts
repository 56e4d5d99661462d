/** What `sdt explain` says of an executed instruction: its encoding, and the registers that it read and wrote. */
import type { PlanAction } from '../../dsl/index.ts';
import type { Decoded } from '../../emulator/index.ts';
import { csrText, disassemble, F_NAMES, X_NAMES } from '../../emulator/index.ts';
import { assembled, decoded, wordOf } from '../execute/assembly.ts';
import type { HartReader } from '../execute/hart-state.ts';
import type { PlacedLine } from '../execute/program.ts';
import type { World } from '../session/world.ts';
import { hex } from './text-width.ts';

type ExecuteAction = Extract<PlanAction, { readonly do: 'execute' }>;

/** The instruction, `after` as the hart was left; indented by two. */
export function instructionLines(
  { code, registers }: ExecuteAction,
  world: World,
  after: HartReader | null,
): readonly string[] {
  const { xlen, knobs } = world.platform;
  const word = wordOf(code, xlen, knobs.fence_encoding);
  const instruction = decoded(word, xlen, knobs.fence_encoding);
  if (instruction === null) return [];
  const digits = instruction.length * 2;
  const lines = [`  0x${word.toString(16).padStart(digits, '0')}  ${disassemble(instruction)}`];
  const { op, form } = instruction;
  if (form !== op) lines.push(`  short for ${op.name}`);
  const given = new Map(registers.map(({ name, value }) => [name, world.resolve(value)]));
  const { reads, writes } = registersOf(instruction);
  for (const name of reads) lines.push(`  reads ${name} = ${hex(given.get(name) ?? 0n)}`);
  const csr = csrRead(instruction);
  const was = csr === null ? null : (after?.(csr.into) ?? null);
  if (csr !== null && was !== null) lines.push(`  reads ${csr.name} = ${hex(was)}`);
  for (const name of writes) {
    const value = after?.(name) ?? null;
    if (value !== null) lines.push(`  writes ${name} = ${hex(value)}`);
  }
  return lines;
}

/** Names of the registers and the CSR that an instruction reads and writes, by the operands of its syntax. */
export function registersOf({ op, operands }: Decoded): {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
} {
  const reads: string[] = [];
  const writes: string[] = [];
  for (const { text, slot } of op.pieces) {
    if (slot === null) continue;
    const names = text.startsWith('f') ? F_NAMES : X_NAMES;
    const name = names[operands[slot]] ?? text;
    if (name === 'zero') continue;
    if (slot === 'rs1' || slot === 'rs2' || slot === 'rs3') reads.push(name);
    if (slot === 'rd') writes.push(name);
    if (slot === 'csr') {
      const csr = csrText(operands.csr);
      const sets = op.name.startsWith('csrrw') || operands.rs1 !== 0 || operands.imm !== 0;
      if (sets) writes.push(csr);
    }
  }
  return { reads, writes };
}

/** The CSR that an instruction reads, and the register that then holds what it read. */
function csrRead({
  op,
  operands,
}: Decoded): { readonly name: string; readonly into: string } | null {
  if (op.semantics.kind !== 'system' || op.semantics.call !== 'csr' || operands.rd === 0)
    return null;
  return { name: csrText(operands.csr), into: X_NAMES[operands.rd] ?? 'zero' };
}

/** The instructions that a line of a program became, where they lie. */
export function codeLines(placed: PlacedLine, program: string, world: World): readonly string[] {
  const { xlen, knobs } = world.platform;
  const base = (world.programs.get(program)?.base ?? 0n) + BigInt(placed.start);
  const { bytes } = assembled(placed.code.text, xlen, knobs.fence_encoding, base, program);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const short = ((bytes[at] ?? 0) & 3) !== 3;
    const size = short ? 2 : 4;
    const word = bytes.slice(at, at + size).reduceRight((sum, byte) => sum * 256 + byte, 0);
    const instruction = decoded(word, xlen, knobs.fence_encoding);
    const pc = base + BigInt(at);
    const text = instruction === null ? 'no instruction' : disassemble(instruction, pc);
    lines.push(`  ${hex(pc)}  0x${word.toString(16).padStart(2 * size, '0')}  ${text}`);
    at += size;
  }
  return lines;
}
