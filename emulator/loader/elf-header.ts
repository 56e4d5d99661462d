/** The headers of an ELF file, checked against the file before anything is made of them. */
import { hex, Refused } from './image.ts';

/** One row of the program headers. Addresses are unsigned, sizes as the file claims them. */
export interface ProgramHeader {
  readonly type: number;
  readonly offset: bigint;
  readonly virtual: bigint;
  readonly physical: bigint;
  readonly fileSize: bigint;
  readonly memorySize: bigint;
}

/** One row of the section headers. */
export interface SectionHeader {
  readonly type: number;
  readonly offset: bigint;
  readonly size: bigint;
  readonly link: number;
  readonly entrySize: bigint;
}

/** Types of program headers and sections. */
export const PT = { load: 1, dynamic: 2, interp: 3 } as const;
export const SHT = { symtab: 2, nobits: 8, dynsym: 11 } as const;
/** Types of files: linked at its addresses, or at any. */
export const ET = { exec: 2, dyn: 3 } as const;

const EM_RISCV = 243;
const MACHINES: Readonly<Record<number, string>> = {
  3: 'x86 (32 bits)',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC (64 bits)',
  22: 'S/390',
  40: 'Arm (32 bits)',
  62: 'x86-64',
  183: 'Arm (64 bits)',
  258: 'LoongArch',
};
const OTHER_TYPES: Readonly<Record<number, readonly [string, string]>> = {
  1: ['an object file', 'link it first: riscv64-unknown-elf-ld'],
  4: ['a core dump', 'load the program that it was dumped from'],
};

/** Offsets and sizes that differ by class. */
const LAYOUTS = {
  32: { header: 52, program: 32, section: 40, entry: 24, tables: [28, 32], flags: 36, sizes: 42 },
  64: { header: 64, program: 56, section: 64, entry: 24, tables: [32, 40], flags: 48, sizes: 54 },
} as const;

export class ElfFile {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly xlen: 32 | 64;
  readonly type: number;
  readonly entry: bigint;
  readonly flags: number;
  readonly programs: readonly ProgramHeader[];
  readonly sections: readonly SectionHeader[];

  /** Throws `Refused` for what is no complete RISC-V ELF file, little-endian. */
  constructor(bytes: Uint8Array) {
    // A plain view: subclasses copy and cut in ways of their own.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.xlen = classOf(bytes);
    const { view } = this;
    const layout = LAYOUTS[this.xlen];
    this.within('ELF header', 0n, BigInt(layout.header));
    this.type = view.getUint16(16, true);
    checkMachine(view);
    this.entry = this.address(layout.entry);
    this.flags = view.getUint32(layout.flags, true);
    const [programAt, sectionAt] = layout.tables.map((at) => this.address(at));
    const [programSize, programCount, sectionSize, sectionCount] = [0, 2, 4, 6].map((at) =>
      view.getUint16(layout.sizes + at, true),
    );
    checkEntrySize('program headers', programCount, programSize, layout.program);
    const programs = this.table('program headers', programAt, programCount, programSize);
    this.programs = programs.map((at) => this.#program(at));
    if (sectionAt === 0n || sectionCount === 0) {
      this.sections = [];
      return;
    }
    checkEntrySize('section headers', sectionCount, sectionSize, layout.section);
    const sections = this.table('section headers', sectionAt, sectionCount, sectionSize);
    this.sections = sections.map((at) => this.#section(at));
  }

  /** XLEN bits, unsigned. */
  address(at: number): bigint {
    return this.xlen === 64
      ? this.view.getBigUint64(at, true)
      : BigInt(this.view.getUint32(at, true));
  }

  /** The bytes at `offset`; refused if they are not all there. */
  within(what: string, offset: bigint, size: bigint): Uint8Array {
    if (offset + size > BigInt(this.bytes.length)) {
      throw new Refused(
        `the file is cut short: its ${what} would end at ${hex(offset + size)}, the file ends at ${hex(this.bytes.length)}`,
        'copy it again, or build it again',
      );
    }
    return this.bytes.subarray(Number(offset), Number(offset + size));
  }

  /** Offsets of the rows of a table that lies in the file. */
  private table(what: string, at: bigint, count: number, size: number): readonly number[] {
    this.within(what, at, BigInt(count * size));
    return Array.from({ length: count }, (_, k) => Number(at) + k * size);
  }

  #program(at: number): ProgramHeader {
    const { view } = this;
    const fields = (places: readonly number[]): readonly bigint[] =>
      places.map((place) => this.address(at + place));
    const [offset, virtual, physical, fileSize, memorySize] = fields(
      this.xlen === 64 ? [8, 16, 24, 32, 40] : [4, 8, 12, 16, 20],
    );
    return { type: view.getUint32(at, true), offset, virtual, physical, fileSize, memorySize };
  }

  #section(at: number): SectionHeader {
    const { view } = this;
    const [offset, size, entrySize] = (this.xlen === 64 ? [24, 32, 56] : [16, 20, 36]).map(
      (place) => this.address(at + place),
    );
    const link = view.getUint32(at + (this.xlen === 64 ? 40 : 24), true);
    return { type: view.getUint32(at + 4, true), offset, size, link, entrySize };
  }
}

function classOf(bytes: Uint8Array): 32 | 64 {
  const [m, e, l, f, width, order, version] = bytes;
  if (m !== 0x7f || e !== 0x45 || l !== 0x4c || f !== 0x46) {
    throw new Refused(
      'the file is no ELF file: it does not begin with 7f 45 4c 46',
      'a raw image is named *.bin and is loaded at an address',
    );
  }
  if (bytes.length < 16) {
    throw new Refused('the file is cut short: it ends in its first 16 bytes', 'copy it again');
  }
  if (width !== 1 && width !== 2) {
    throw new Refused(`ELF class ${width} does not exist`, 'it is 1 (32 bits) or 2 (64 bits)');
  }
  if (order !== 1) {
    throw new Refused(
      order === 2 ? 'the file is big-endian' : `byte order ${order} does not exist`,
      'build it for little-endian RISC-V',
    );
  }
  if (version !== 1) throw new Refused(`ELF version ${version} does not exist`, 'it is 1');
  return width === 1 ? 32 : 64;
}

function checkMachine(view: DataView): void {
  const machine = view.getUint16(18, true);
  if (machine !== EM_RISCV) {
    const name = MACHINES[machine] ?? `machine ${machine}`;
    throw new Refused(
      `the program is for ${name}, not for RISC-V`,
      'build it for riscv32 or riscv64',
    );
  }
  const type = view.getUint16(16, true);
  if (type === ET.exec || type === ET.dyn) return;
  const [what, advice] = OTHER_TYPES[type] ?? [`of ELF type ${type}`, 'it is no program'];
  throw new Refused(`the file is ${what}`, advice);
}

function checkEntrySize(what: string, count: number, size: number, expected: number): void {
  if (count === 0 || size === expected) return;
  throw new Refused(`its ${what} have ${size} bytes each instead of ${expected}`, 'build it again');
}
