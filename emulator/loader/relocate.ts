/** Relative relocations of a position-independent program: every other kind needs a dynamic linker. */
import type { ElfFile, ProgramHeader } from './elf-header.ts';
import { hex, Refused } from './image.ts';

/** Tags of the dynamic section. */
const DT = {
  null: 0,
  needed: 1,
  pltRelSize: 2,
  rela: 7,
  relaSize: 8,
  relaEntry: 9,
  rel: 17,
  relr: 36,
};
const R_NONE = 0;
const R_RELATIVE = 3;

/** A segment while it is being relocated: its virtual address before the move, and its own copy of the bytes. */
export interface Movable {
  readonly virtual: bigint;
  readonly bytes: Uint8Array;
}

const ADVICE = 'link it with -static, or -static-pie';

/** Adds `bias` to every word that the dynamic section names. Throws `Refused` for what a dynamic linker would do. */
export function relocate(
  file: ElfFile,
  dynamic: ProgramHeader,
  segments: readonly Movable[],
  bias: bigint,
): void {
  const tags = readDynamic(file, dynamic);
  if (tags.has(DT.needed)) throw new Refused('the program needs shared libraries', ADVICE);
  for (const [tag, name] of [
    [DT.rel, 'REL'],
    [DT.relr, 'RELR'],
    [DT.pltRelSize, 'PLT'],
  ] as const) {
    if ((tags.get(tag) ?? 0n) !== 0n) {
      throw new Refused(`the program has ${name} relocations: only RELA is taken`, ADVICE);
    }
  }
  const size = tags.get(DT.relaSize) ?? 0n;
  const table = tags.get(DT.rela);
  if (table === undefined || size === 0n) return;
  const width = file.xlen / 8;
  const row = 3 * width;
  if ((tags.get(DT.relaEntry) ?? BigInt(row)) !== BigInt(row)) {
    throw new Refused('its relocations have an unknown size', 'build it again');
  }
  const rows = piece(segments, table, size, 'table of relocations');
  for (let at = 0; at + row <= rows.byteLength; at += row) {
    const word = (k: number): bigint => readWord(rows, at + k * width, width);
    const type = Number(word(1) & (width === 8 ? 0xffff_ffffn : 0xffn));
    if (type === R_NONE) continue;
    if (type !== R_RELATIVE) {
      throw new Refused(
        `the program has a relocation of type ${type}: only RELATIVE is taken`,
        ADVICE,
      );
    }
    const target = piece(segments, word(0), BigInt(width), 'relocated word');
    writeWord(target, width, word(2) + bias);
  }
}

/** The tags that stand before DT_NULL; of several equal ones the last. */
function readDynamic(
  file: ElfFile,
  { offset, fileSize }: ProgramHeader,
): ReadonlyMap<number, bigint> {
  file.within('dynamic section', offset, fileSize);
  const width = file.xlen / 8;
  const tags = new Map<number, bigint>();
  const end = Number(offset + fileSize);
  for (let at = Number(offset); at + 2 * width <= end; at += 2 * width) {
    const tag = file.address(at);
    if (tag === 0n) break;
    if (tag < 2n ** 31n) tags.set(Number(tag), file.address(at + width));
  }
  return tags;
}

/** Bytes of the program at a virtual address, which must lie in one segment. */
function piece(segments: readonly Movable[], at: bigint, size: bigint, what: string): DataView {
  for (const { virtual, bytes } of segments) {
    if (at < virtual || at + size > virtual + BigInt(bytes.length)) continue;
    return new DataView(bytes.buffer, bytes.byteOffset + Number(at - virtual), Number(size));
  }
  throw new Refused(`a ${what} at ${hex(at)} lies in no segment`, 'build it again');
}

function readWord(view: DataView, at: number, width: number): bigint {
  return width === 8 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
}

function writeWord(view: DataView, width: number, value: bigint): void {
  if (width === 8) view.setBigUint64(0, BigInt.asUintN(64, value), true);
  else view.setUint32(0, Number(BigInt.asUintN(32, value)), true);
}
