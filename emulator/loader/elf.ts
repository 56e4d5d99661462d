/** Loads ELF programs: RISC-V, 32 or 64 bits, little-endian, linked to fixed addresses or position-independent. */
import { ElfFile, ET, PT, SHT } from './elf-header.ts';
import type { ProgramHeader } from './elf-header.ts';
import type { FloatAbi, Image, Loaded, Segment } from './image.ts';
import { attempt, endOf, hex, Refused } from './image.ts';
import { relocate } from './relocate.ts';
import type { Place } from './symbols.ts';
import { noSymbols, Symbols } from './symbols.ts';

export interface ElfOptions {
  /** Where a position-independent program that is linked at 0 goes. */
  readonly base?: bigint;
  /** Zero bytes that its segments may ask for together; 256 MiB. */
  readonly maxZeros?: bigint;
}

/** Segments to load: linkers make a handful. */
const MAX_SEGMENTS = 256;
/** e_flags: compressed instructions, two bits of the float ABI, the embedded base. */
const RVC = 0x1;
const RVE = 0x8;
const FLOAT_ABIS: readonly FloatAbi[] = ['soft', 'single', 'double', 'quad'];
/** Types of symbols that name a place: none, object, function. */
const PLACES = 2;
/** Sections of symbols that have no place here: undefined, and numbers without a section. */
const [UNDEFINED, FIRST_SPECIAL] = [0, 0xff00];

/** The program in a file; whatever the bytes, it ends soon and allocates no more than the file is long. */
export function loadElf(bytes: Uint8Array, options: ElfOptions = {}): Loaded {
  return attempt(() => load(new ElfFile(bytes), options));
}

function load(file: ElfFile, { base = 0x8000_0000n, maxZeros = 2n ** 28n }: ElfOptions): Image {
  if ((file.flags & RVE) !== 0) {
    throw new Refused('the program is for RV32E or RV64E', 'build it for a base with 32 registers');
  }
  const interpreted = file.programs.some(({ type }) => type === PT.interp);
  if (interpreted) {
    throw new Refused(
      'the program is dynamically linked and asks for an interpreter',
      'link it with -static',
    );
  }
  const loads = file.programs.filter(({ type, memorySize }) => type === PT.load && memorySize > 0n);
  if (loads.length === 0) {
    throw new Refused('the program has nothing to load', 'it has no segment of type LOAD');
  }
  checkTotals(file, loads, maxZeros);
  const lowest = loads.reduce((low, { virtual }) => (virtual < low ? virtual : low), 2n ** 64n);
  const bias = file.type === ET.dyn && lowest < 4096n ? base : 0n;
  const contents = loads.map((header) => contentOf(file, header));
  const dynamic = file.programs.find(({ type }) => type === PT.dynamic);
  if (file.type === ET.dyn && dynamic !== undefined) {
    for (const [k, bytes] of contents.entries()) contents[k] = bytes.slice();
    const movable = loads.map(({ virtual }, k) => ({ virtual, bytes: contents[k] }));
    relocate(file, dynamic, movable, bias);
  }
  const segments = loads.map(({ physical, fileSize, memorySize }, k) => ({
    address: physical + bias,
    bytes: contents[k],
    zeros: Number(memorySize - fileSize),
  }));
  checkPlaces(segments, 2n ** BigInt(file.xlen));
  const toPhysical = (address: bigint): bigint => physicalOf(loads, address) + bias;
  const symbols = symbolsOf(file, loads, bias);
  const place = (name: string): bigint | null => {
    const address = symbols.find(name);
    return address === null ? null : toPhysical(address - bias);
  };
  return {
    xlen: file.xlen,
    entry: toPhysical(file.entry),
    segments: segments.sort((a, b) => (a.address < b.address ? -1 : 1)),
    symbols,
    compressed: (file.flags & RVC) !== 0,
    floatAbi: FLOAT_ABIS[(file.flags >>> 1) & 3],
    tohost: place('tohost'),
    fromhost: place('fromhost'),
  };
}

function contentOf(file: ElfFile, { offset, fileSize, physical }: ProgramHeader): Uint8Array {
  return file.within(`segment at ${hex(physical)}`, offset, fileSize);
}

/** What the file claims together, before anything is copied or searched. */
function checkTotals(file: ElfFile, loads: readonly ProgramHeader[], maxZeros: bigint): void {
  if (loads.length > MAX_SEGMENTS) {
    throw new Refused(
      `the program has ${loads.length} segments, the limit is ${MAX_SEGMENTS}`,
      'check the linker script',
    );
  }
  for (const { fileSize, memorySize, physical } of loads) {
    if (fileSize <= memorySize) continue;
    throw new Refused(
      `the segment at ${hex(physical)} has ${fileSize} bytes in the file, but ${memorySize} in memory`,
      'build it again',
    );
  }
  const bytes = loads.reduce((sum, { fileSize }) => sum + fileSize, 0n);
  if (bytes > BigInt(file.bytes.length)) {
    throw new Refused(
      `the file is cut short: its segments have ${bytes} bytes, it has ${file.bytes.length}`,
      'copy it again, or build it again',
    );
  }
  const zeros = loads.reduce((sum, { memorySize }) => sum + memorySize, 0n) - bytes;
  if (zeros > maxZeros) {
    throw new Refused(
      `its segments ask for ${zeros} bytes of zeros, the limit is ${maxZeros}`,
      'move large buffers out of .bss',
    );
  }
}

/** Segments end below 2^XLEN and do not overlap. */
function checkPlaces(segments: readonly Segment[], limit: bigint): void {
  const sorted = [...segments].sort((a, b) => (a.address < b.address ? -1 : 1));
  for (const [k, segment] of sorted.entries()) {
    const end = endOf(segment);
    if (end > limit) {
      throw new Refused(
        `the segment at ${hex(segment.address)} wraps around the end of addresses`,
        'check the linker script',
      );
    }
    const next = sorted[k + 1];
    if (next !== undefined && end > next.address) {
      throw new Refused(
        `segments overlap: the one at ${hex(segment.address)} ends at ${hex(end - 1n)}, another begins at ${hex(next.address)}`,
        'check the linker script',
      );
    }
  }
}

/** Where a virtual address of the program lies; itself, if in no segment. */
function physicalOf(loads: readonly ProgramHeader[], address: bigint): bigint {
  for (const { virtual, physical, memorySize } of loads) {
    if (address >= virtual && address < virtual + memorySize) return physical + (address - virtual);
  }
  return address;
}

/** The symbols that name places, of the full table or else of the dynamic one. */
function symbolsOf(file: ElfFile, loads: readonly ProgramHeader[], bias: bigint): Symbols {
  const { sections, view, xlen } = file;
  const table =
    sections.find(({ type }) => type === SHT.symtab) ??
    sections.find(({ type }) => type === SHT.dynsym);
  if (table === undefined) return noSymbols();
  const row = xlen === 64 ? 24 : 16;
  if (table.entrySize !== BigInt(row)) {
    throw new Refused(
      `its symbols have ${table.entrySize} bytes each instead of ${row}`,
      'build it again',
    );
  }
  file.within('symbols', table.offset, table.size);
  const strings = sections[table.link];
  if (strings === undefined) {
    throw new Refused('its symbols have no names: their section does not exist', 'build it again');
  }
  const names = file.within('names of symbols', strings.offset, strings.size);
  const places: Place[] = [];
  const end = Number(table.offset + table.size);
  for (let at = Number(table.offset); at + row <= end; at += row) {
    const name = view.getUint32(at, true);
    const [info, section, value] =
      xlen === 64 ? [at + 4, at + 6, at + 8] : [at + 12, at + 14, at + 4];
    const index = view.getUint16(section, true);
    if ((view.getUint8(info) & 15) > PLACES || index === UNDEFINED || index >= FIRST_SPECIAL)
      continue;
    if (isPlace(names, name)) places.push({ address: file.address(value) + bias, name });
  }
  const ends = loads.map(({ virtual, memorySize }) => virtual + memorySize);
  const last = ends.reduce((top, end) => (end > top ? end : top), 0n);
  return new Symbols(places, names, last + bias);
}

/** Not a name of the tools' own: none, `$x`, `.L1`. */
function isPlace(names: Uint8Array, at: number): boolean {
  if (at >= names.length || names[at] === 0) return false;
  return names[at] !== 0x24 && !(names[at] === 0x2e && names[at + 1] === 0x4c);
}
