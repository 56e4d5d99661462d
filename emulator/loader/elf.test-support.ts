/** Writes small ELF files for tests, from the layout of the System V ABI, chapter 4 and 5; every field may be spoiled. */

export interface TestSegment {
  readonly type?: number;
  readonly virtual: bigint;
  readonly physical?: bigint;
  readonly bytes: readonly number[];
  readonly memorySize?: bigint;
}

export interface TestSymbol {
  readonly name: string;
  readonly value: bigint;
  readonly info?: number;
  readonly section?: number;
}

export interface TestElf {
  readonly xlen?: 32 | 64;
  readonly type?: number;
  readonly entry?: bigint;
  readonly flags?: number;
  readonly segments: readonly TestSegment[];
  readonly symbols?: readonly TestSymbol[];
}

export const LOAD = 1;
export const DYNAMIC = 2;
export const INTERP = 3;

const sizes = {
  32: { header: 52, program: 32, section: 40, symbol: 16 },
  64: { header: 64, program: 56, section: 64, symbol: 24 },
};

/** Header, program headers, contents, symbols, their names, section headers, in this order. */
export function elfFile(of: TestElf): Uint8Array {
  const { xlen = 64, segments, symbols = [] } = of;
  const size = sizes[xlen];
  const contentsAt = size.header + size.program * segments.length;
  const contents = segments.flatMap(({ bytes }) => bytes);
  const symbolsAt = contentsAt + contents.length;
  const names = [0, ...symbols.flatMap(({ name }) => [...ascii(name), 0])];
  const symbolBytes = size.symbol * (symbols.length + 1);
  const namesAt = symbolsAt + symbolBytes;
  const sectionsAt = namesAt + names.length;
  const sections = symbols.length === 0 ? 0 : 3;
  const file = new Uint8Array(sectionsAt + sections * size.section);
  const view = new DataView(file.buffer);
  const half = (at: number, value: number): void => view.setUint16(at, value, true);
  const word = (at: number, value: number): void => view.setUint32(at, value, true);
  const address = (at: number, value: bigint): void =>
    xlen === 64 ? view.setBigUint64(at, value, true) : word(at, Number(value));

  file.set([0x7f, 0x45, 0x4c, 0x46, xlen / 32, 1, 1]);
  half(16, of.type ?? 2);
  half(18, 243);
  word(20, 1);
  address(24, of.entry ?? segments[0]?.virtual ?? 0n);
  const [programAt, sectionAt, rest] = xlen === 64 ? [32, 40, 48] : [28, 32, 36];
  address(programAt, BigInt(size.header));
  address(sectionAt, sections === 0 ? 0n : BigInt(sectionsAt));
  word(rest, of.flags ?? 5);
  const counts = [size.header, size.program, segments.length, size.section, sections, 0];
  counts.forEach((value, k) => half(rest + 4 + 2 * k, value));

  let at = contentsAt;
  segments.forEach((segment, k) => {
    const header = size.header + k * size.program;
    const { virtual, physical = virtual, bytes } = segment;
    const memory = segment.memorySize ?? BigInt(bytes.length);
    const fields = [BigInt(at), virtual, physical, BigInt(bytes.length), memory];
    word(header, segment.type ?? LOAD);
    const places = xlen === 64 ? [8, 16, 24, 32, 40] : [4, 8, 12, 16, 20];
    fields.forEach((value, field) => address(header + places[field], value));
    file.set(bytes, at);
    at += bytes.length;
  });

  let name = 1;
  symbols.forEach((symbol, k) => {
    const row = symbolsAt + (k + 1) * size.symbol;
    const [info, section, value] = xlen === 64 ? [4, 6, 8] : [12, 14, 4];
    word(row, name);
    view.setUint8(row + info, symbol.info ?? 0x12);
    half(row + section, symbol.section ?? 1);
    address(row + value, symbol.value);
    name += symbol.name.length + 1;
  });
  file.set(names, namesAt);

  const section = (k: number, type: number, offset: number, length: number, link: number): void => {
    const row = sectionsAt + k * size.section;
    const places = xlen === 64 ? [24, 32, 40, 56] : [16, 20, 24, 36];
    word(row + 4, type);
    address(row + places[0], BigInt(offset));
    address(row + places[1], BigInt(length));
    word(row + places[2], link);
    address(row + places[3], BigInt(type === 2 ? size.symbol : 0));
  };
  if (sections > 0) {
    section(1, 2, symbolsAt, symbolBytes, 2);
    section(2, 3, namesAt, names.length, 0);
  }
  return file;
}

const ascii = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));

/** Words of XLEN bits as bytes. */
export function wordsOf(xlen: 32 | 64, words: readonly bigint[]): number[] {
  const width = xlen / 8;
  return words.flatMap((word) =>
    Array.from({ length: width }, (_, k) =>
      Number((BigInt.asUintN(xlen, word) >> BigInt(8 * k)) & 0xffn),
    ),
  );
}
