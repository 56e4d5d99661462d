/** A program in memory: assembled from its lines or from a file, with the place of each line. */
import type { PlanLine, PlanProgramLine } from '../../dsl/index.ts';
import type { Image } from '../../emulator/index.ts';
import { disassemble } from '../../emulator/index.ts';
import { CaseError } from '../session/case-error.ts';
import type { World } from '../session/world.ts';
import { assembled, decoded } from './assembly.ts';
import { codeOf, type LineCode } from './program-line.ts';

export type ProgramPlan = Extract<PlanLine, { readonly kind: 'program' }>;

/** One line and the bytes that it became, as offsets from the start of the program. */
export interface PlacedLine {
  /** Null: the whole of an assembly file. */
  readonly line: PlanProgramLine | null;
  readonly code: LineCode;
  readonly start: number;
  readonly end: number;
}

export interface Program {
  readonly name: string;
  /** Where the first region that holds it lies, physically; null: no region does. */
  readonly base: bigint | null;
  readonly lines: readonly PlacedLine[];
}

const WHOLE_FILE: Omit<LineCode, 'text'> = {
  origin: null,
  address: 0n,
  size: 0,
  result: null,
  bits: 64,
  jumps: false,
  call: null,
};

/** Assembles a program for where its region lies, and writes it into every region that holds it. */
export function loadProgram(world: World, plan: ProgramPlan): Program {
  const regions = world.plan.regions.filter(({ program }) => program === plan.name);
  const base = regions[0]?.base ?? null;
  const lines = plan.from === null ? linesOf(world, plan, base ?? 0n) : fileOf(world, plan, base);
  const size = lines.at(-1)?.end ?? 0;
  for (const region of regions) {
    if (BigInt(size) > region.size) {
      throw new CaseError(
        `program ${plan.name} takes ${size} bytes, but region ${region.name} has ${region.size}`,
        plan.span,
      );
    }
    for (const { bytes, start } of lines) writeBytes(world, region.base + BigInt(start), bytes);
    if (world.firmware !== null && BigInt(size + REST.length) <= region.size) {
      writeBytes(world, region.base + BigInt(size), REST);
    }
  }
  return { name: plan.name, base, lines };
}

/** Behind the last line of a program in a TVM: `wfi` and a jump back to it, so that the TVM has nothing more to do. */
const REST = Uint8Array.of(0x73, 0x00, 0x50, 0x10, 0x6f, 0xf0, 0xdf, 0xff);

interface Assembled extends PlacedLine {
  readonly bytes: Uint8Array;
}

function linesOf(world: World, plan: ProgramPlan, base: bigint): readonly Assembled[] {
  const { xlen, knobs } = world.platform;
  const out: Assembled[] = [];
  let start = 0;
  for (const line of plan.lines) {
    const { file, line: number, col } = line.span;
    const code = codeAt(line, world);
    const { bytes, places } = assembled(
      code.text,
      xlen,
      knobs.fence_encoding,
      base + BigInt(start),
      `${file}:${number}:${col}: this line of ${plan.name}`,
    );
    const last = places.at(-1)?.offset ?? 0;
    const result = code.result === 'rd' ? resultOf(world, bytes, last) : code.result;
    const end = start + bytes.length;
    out.push({ line, code: { ...code, result }, start, end, bytes });
    start = end;
  }
  return out;
}

/** What has no form in a program is the mistake of its line, not of the one that holds them. */
function codeAt(line: PlanProgramLine, world: World): LineCode {
  try {
    return codeOf(line, world);
  } catch (error) {
    if (!(error instanceof CaseError) || error.span !== null) throw error;
    throw new CaseError(error.message, line.span);
  }
}

/** The register that the last instruction writes, or null; a statement at `from` may stand for several. */
function resultOf(world: World, bytes: Uint8Array, from: number): string | null {
  const { xlen, knobs } = world.platform;
  const sizeAt = (at: number): number => (((bytes[at] ?? 0) & 3) === 3 ? 4 : 2);
  let at = from;
  while (at + sizeAt(at) < bytes.length) at += sizeAt(at);
  const word = bytes.slice(at).reduceRight((sum, byte) => sum * 256 + byte, 0);
  const instruction = decoded(word, xlen, knobs.fence_encoding);
  if (instruction === null) return null;
  const { op, operands } = instruction;
  const piece = op.pieces.find(({ slot }) => slot === 'rd');
  if (piece === undefined) return null;
  return piece.text.startsWith('f') ? `f${operands.rd}` : `x${operands.rd}`;
}

function fileOf(world: World, plan: ProgramPlan, base: bigint | null): readonly Assembled[] {
  const path = plan.from ?? '';
  const read = world.files(path, plan.span.file);
  if (typeof read === 'string') throw new CaseError(read, plan.span);
  const { xlen, knobs } = world.platform;
  const text = new TextDecoder().decode(read);
  const { bytes } = assembled(text, xlen, knobs.fence_encoding, base ?? 0n, path);
  const code = { ...WHOLE_FILE, text };
  return [{ line: null, code, start: 0, end: bytes.length, bytes }];
}

/** An image as a program: entered where the file says, ended behind its last byte. */
export function wholeProgram(
  name: string,
  { entry, segments }: Pick<Image, 'entry' | 'segments'>,
): Program {
  const ends = segments.map(({ address, bytes }) => Number(address - entry) + bytes.length);
  const end = Math.max(...ends);
  return {
    name,
    base: entry,
    lines: [{ line: null, code: { ...WHOLE_FILE, text: '' }, start: 0, end }],
  };
}

/** Bytes into memory by the hand of the bench. */
export function writeBytes({ backEnd }: World, at: bigint, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let k = 0;
  for (; k + 8 <= bytes.length; k += 8) {
    backEnd.write(at + BigInt(k), 8, view.getBigUint64(k, true));
  }
  for (; k < bytes.length; k++) backEnd.write(at + BigInt(k), 1, BigInt(bytes[k] ?? 0));
}

/** `ld a0, 8(a1)`, for messages. */
export function textOf(word: number, world: World, pc: bigint): string {
  const { xlen, knobs } = world.platform;
  const instruction = decoded(word, xlen, knobs.fence_encoding);
  return instruction === null ? `0x${word.toString(16)}` : disassemble(instruction, pc);
}
