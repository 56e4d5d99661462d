import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadElf } from './elf.ts';
import type { ElfOptions } from './elf.ts';
import type { TestElf } from './elf.test-support.ts';
import { DYNAMIC, elfFile, INTERP, wordsOf } from './elf.test-support.ts';
import type { Image } from './image.ts';
import { whereabouts } from './image.ts';

const BASE = 0x8000_0000n;
const NOP = [0x13, 0, 0, 0];

function image(of: TestElf | Uint8Array, options: ElfOptions = {}): Image {
  const loaded = loadElf(of instanceof Uint8Array ? of : elfFile(of), options);
  if (loaded.error !== null) throw new Error(loaded.error.message);
  return loaded.image;
}

function refusal(of: TestElf | Uint8Array, options: ElfOptions = {}): string {
  const { error } = loadElf(of instanceof Uint8Array ? of : elfFile(of), options);
  if (error === null) throw new Error('the file was loaded');
  expect(error.message).toMatch(/\w/);
  expect(error.advice).toMatch(/\w/);
  return error.message;
}

/** A file with some bytes of it replaced. */
function spoiled(of: TestElf, at: number, bytes: readonly number[]): Uint8Array {
  const file = elfFile(of);
  file.set(bytes, at);
  return file;
}

const program = (xlen: 32 | 64): TestElf => ({
  xlen,
  segments: [
    { virtual: BASE, bytes: [...NOP, ...NOP] },
    { virtual: BASE + 0x1000n, bytes: [1, 2, 3], memorySize: 0x20n },
  ],
  symbols: [
    { name: 'tohost', value: BASE + 0x1008n, info: 0x11 },
    { name: 'fromhost', value: BASE + 0x1010n, info: 0x11 },
    { name: '_start', value: BASE },
    { name: '$x', value: BASE + 4n, info: 0 },
    { name: '.L7', value: BASE + 4n, info: 0 },
    { name: 'main', value: BASE + 4n },
    { name: 'limit', value: BASE + 5n, section: 0xfff1 },
    { name: 'puts', value: BASE + 5n, section: 0 },
  ],
});

describe.each([32, 64] as const)('an ELF%i program', (xlen) => {
  const loaded = image(program(xlen));

  it('has its segments with the zeros behind them, its entry and its width', () => {
    expect(loaded.segments).toEqual([
      { address: BASE, bytes: Uint8Array.from([...NOP, ...NOP]), zeros: 0 },
      { address: BASE + 0x1000n, bytes: Uint8Array.from([1, 2, 3]), zeros: 0x1d },
    ]);
    expect([loaded.entry, loaded.xlen]).toEqual([BASE, xlen]);
  });

  it('says where it talks to its host', () => {
    expect([loaded.tohost, loaded.fromhost]).toEqual([BASE + 0x1008n, BASE + 0x1010n]);
  });

  it('says where an address is: the symbol before it, none of the tools own, nothing outside', () => {
    const at = (offset: bigint) => whereabouts(loaded, BASE + offset);
    expect([at(0n), at(2n), at(4n), at(6n)]).toEqual(['_start', '_start+0x2', 'main', 'main+0x2']);
    expect([at(0x101fn), at(0x1020n), at(-1n)]).toEqual(['fromhost+0xf', null, null]);
    expect([loaded.symbols.find('main'), loaded.symbols.find('mai')]).toEqual([BASE + 4n, null]);
  });

  it('has flags', () => {
    const flags = [0, 1, 2, 5, 7].map((value) => image({ ...program(xlen), flags: value }));
    expect(flags.map(({ compressed, floatAbi }) => [compressed, floatAbi])).toEqual([
      [false, 'soft'],
      [true, 'soft'],
      [false, 'single'],
      [true, 'double'],
      [true, 'quad'],
    ]);
  });

  it('is refused when it is cut anywhere: every structure must be whole', () => {
    const file = elfFile(program(xlen));
    for (let length = 0; length < file.length; length++) {
      expect(refusal(file.slice(0, length))).toMatch(length < 4 ? /no ELF file/ : /cut short/);
    }
  });

  it('goes where its physical addresses say, and its entry and mailbox with it', () => {
    const high = xlen === 64 ? 0xffff_ffff_8000_0000n : 0xc000_0000n;
    const moved = image({
      xlen,
      entry: high + 4n,
      segments: [{ virtual: high, physical: BASE, bytes: [...NOP, ...NOP], memorySize: 64n }],
      symbols: [{ name: 'tohost', value: high + 16n }],
    });
    expect([moved.segments[0].address, moved.entry, moved.tohost]).toEqual([
      BASE,
      BASE + 4n,
      BASE + 16n,
    ]);
    // A pc is virtual.
    expect(whereabouts(moved, high + 18n)).toBe('tohost+0x2');
  });

  it('may be position-independent: it is moved to the base, and its relative words with it', () => {
    const width = xlen / 8;
    const rela = wordsOf(xlen, [0x40n, 3n, 0x44n, 0n, 0n, 0n]);
    const data = [...rela, ...Array<number>(0x40 - rela.length).fill(0), ...wordsOf(xlen, [1n])];
    const tags = wordsOf(xlen, [7n, 0n, 8n, BigInt(rela.length), 9n, BigInt(3 * width), 0n, 0n]);
    const of: TestElf = {
      xlen,
      type: 3,
      entry: 0x20n,
      segments: [
        { virtual: 0n, bytes: data },
        { type: DYNAMIC, virtual: 0x100n, bytes: tags },
      ],
      symbols: [{ name: 'word', value: 0x40n }],
    };
    const moved = image(of, { base: 0x9000_0000n });
    expect([moved.segments[0].address, moved.entry]).toEqual([0x9000_0000n, 0x9000_0020n]);
    expect([...moved.segments[0].bytes.slice(0x40)]).toEqual(wordsOf(xlen, [0x9000_0044n]));
    expect(moved.symbols.find('word')).toBe(0x9000_0040n);
    // The file itself is left alone, also as a Buffer, whose slices are views.
    const file = Buffer.from(elfFile(of));
    image(file);
    expect([...file]).toEqual([...elfFile(of)]);
  });
});

describe('refused by name:', () => {
  const plain: TestElf = { segments: [{ virtual: BASE, bytes: NOP }] };
  const header = 64;

  it.each([
    ['another file', Uint8Array.from([0x23, 0x21, 0x2f, 0x62]), 'the file is no ELF file'],
    ['nothing', new Uint8Array(), 'the file is no ELF file'],
    ['an unknown class', spoiled(plain, 4, [3]), 'ELF class 3 does not exist'],
    ['big-endian', spoiled(plain, 5, [2]), 'the file is big-endian'],
    ['no byte order', spoiled(plain, 5, [0]), 'byte order 0'],
    ['an unknown version', spoiled(plain, 6, [9]), 'ELF version 9'],
    ['x86-64', spoiled(plain, 18, [62, 0]), 'for x86-64, not for RISC-V'],
    ['an unknown machine', spoiled(plain, 18, [0xff, 0xff]), 'for machine 65535'],
    ['an object file', spoiled(plain, 16, [1]), 'an object file'],
    ['a core dump', spoiled(plain, 16, [4]), 'a core dump'],
    ['another type', spoiled(plain, 16, [9]), 'of ELF type 9'],
    ['an embedded base', elfFile({ ...plain, flags: 0xd }), 'RV32E'],
    ['no program headers', spoiled(plain, 56, [0, 0]), 'nothing to load'],
    ['absurd sizes of headers', spoiled(plain, 54, [1, 0]), 'program headers have 1 bytes each'],
    ['more headers than file', spoiled(plain, 56, [0xff, 0xff]), 'cut short: its program headers'],
    ['headers beyond the file', spoiled(plain, 32, wordsOf(64, [-1n])), 'cut short: its program h'],
    ['sections beyond the file', spoiled(plain, 40, wordsOf(64, [1n << 63n])), null],
    [
      'contents beyond the file',
      spoiled(plain, header + 8, [0xff, 0xff]),
      'cut short: its segment',
    ],
    [
      'less memory than bytes',
      elfFile({ segments: [{ virtual: BASE, bytes: NOP, memorySize: 2n }] }),
      '4 bytes in the file, but 2 in memory',
    ],
    [
      'only empty segments',
      elfFile({ segments: [{ virtual: BASE, bytes: [], memorySize: 0n }] }),
      'nothing to load',
    ],
    [
      'gigabytes of zeros',
      elfFile({ segments: [{ virtual: BASE, bytes: NOP, memorySize: 2n ** 40n }] }),
      `ask for ${2n ** 40n - 4n} bytes of zeros`,
    ],
    [
      'gigabytes of zeros in pieces',
      elfFile({
        segments: [1n, 2n, 3n].map((k) => ({
          virtual: BASE + k * 2n ** 32n,
          bytes: [],
          memorySize: 2n ** 27n,
        })),
      }),
      'bytes of zeros',
    ],
    [
      'overlapping segments',
      elfFile({
        segments: [
          { virtual: BASE + 0x10n, bytes: NOP },
          { virtual: BASE, bytes: NOP, memorySize: 0x11n },
        ],
      }),
      'segments overlap: the one at 0x80000000 ends at 0x80000010, another begins at 0x80000010',
    ],
    [
      'a segment that wraps',
      elfFile({ segments: [{ virtual: 2n ** 64n - 4n, bytes: NOP, memorySize: 8n }] }),
      'wraps around',
    ],
    [
      'a segment that wraps at 32 bits',
      elfFile({ xlen: 32, segments: [{ virtual: 0xffff_fffcn, bytes: NOP, memorySize: 8n }] }),
      'wraps around',
    ],
    [
      'an interpreter',
      elfFile({
        type: 3,
        segments: [...plain.segments, { type: INTERP, virtual: 0n, bytes: [0x2f, 0] }],
      }),
      'asks for an interpreter',
    ],
    [
      'too many segments',
      elfFile({
        segments: Array.from({ length: 300 }, (_, k) => ({ virtual: BigInt(k * 16), bytes: NOP })),
      }),
      '300 segments, the limit is 256',
    ],
  ])('%s', (_name, file, message) => {
    if (message === null) expect(loadElf(file).error).toBe(null);
    else expect(refusal(file)).toContain(message);
  });

  const dynamic = (tags: readonly bigint[], data: readonly bigint[] = []): TestElf => ({
    type: 3,
    segments: [
      { virtual: 0n, bytes: wordsOf(64, [...data, 0n, 0n, 0n]) },
      { type: DYNAMIC, virtual: 0x100n, bytes: wordsOf(64, [...tags, 0n, 0n]) },
    ],
  });
  const rela = [7n, 0n, 8n, 24n, 9n, 24n];

  it.each([
    ['shared libraries', dynamic([1n, 5n]), 'needs shared libraries'],
    ['jump slots', dynamic([2n, 24n]), 'PLT relocations'],
    ['packed relocations', dynamic([36n, 0x10n]), 'RELR relocations'],
    ['an absolute relocation', dynamic(rela, [0n, (1n << 32n) | 2n, 0n]), 'relocation of type 2'],
    ['a relocation of nothing', dynamic(rela, [0x1000n, 3n, 0n]), 'relocated word at 0x1000'],
    ['relocations in nothing', dynamic([7n, 0x8000n, 8n, 24n]), 'table of relocations at 0x8000'],
    ['odd relocations', dynamic([...rela.slice(0, 5), 25n]), 'relocations have an unknown size'],
  ])('%s', (_name, of, message) => {
    expect(refusal(of)).toContain(message);
  });

  const symbolic: TestElf = { ...plain, symbols: [{ name: 'a', value: BASE }] };
  const file = elfFile(symbolic);
  const sections = file.length - 3 * 64;

  it.each([
    [
      'symbols beyond the file',
      sections + 64 + 32,
      wordsOf(64, [1n << 40n]),
      'its symbols would end',
    ],
    ['symbols without names', sections + 64 + 40, [9], 'their section does not exist'],
    ['names beyond the file', sections + 128 + 24, wordsOf(64, [-1n]), 'its names of symbols'],
    ['symbols of another size', sections + 64 + 56, [23], 'symbols have 23 bytes each'],
    ['absurd sections', 58, [1], 'section headers have 1 bytes each'],
  ])('%s', (_name, at, bytes, message) => {
    expect(refusal(spoiled(symbolic, at, bytes))).toContain(message);
  });
});

describe('whatever the bytes', () => {
  const outcome = (file: Uint8Array): void => {
    const loaded = loadElf(file);
    if (loaded.error !== null) {
      expect(loaded.error.message.length).toBeGreaterThan(10);
      expect(loaded.error.advice.length).toBeGreaterThan(4);
      return;
    }
    const bytes = loaded.image.segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
    expect(bytes).toBeLessThanOrEqual(file.length);
    whereabouts(loaded.image, loaded.image.entry);
  };

  it('they are a program or a refusal', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), outcome), { numRuns: 500 });
  });

  it('behind a good beginning they are a program or a refusal', () => {
    const start = [0x7f, 0x45, 0x4c, 0x46];
    const ident = fc.constantFrom([...start, 1, 1, 1], [...start, 2, 1, 1]);
    const rest = fc.uint8Array({ minLength: 40, maxLength: 400 });
    fc.assert(
      fc.property(ident, rest, (head, tail) => {
        const file = Uint8Array.from([...head, ...Array<number>(9).fill(0), 2, 0, 243, 0, ...tail]);
        outcome(file);
      }),
      { numRuns: 1000 },
    );
  });

  it('a good program with some of them changed is a program or a refusal', () => {
    const files = ([32, 64] as const).map((xlen) => elfFile(program(xlen)));
    const change = fc.tuple(
      fc.nat(),
      fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1 }),
        (good, changes) => {
          const file = good.slice();
          for (const [at, byte] of changes) file[at % file.length] = byte;
          outcome(file);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('many symbols with one endless name are read in bounded time', () => {
    const symbols = Array.from({ length: 20_000 }, () => ({ name: '', value: BASE }));
    const file = elfFile({ segments: [{ virtual: BASE, bytes: NOP }], symbols });
    const start = performance.now();
    // Every byte behind the contents that may be a name is one: none of the names ends.
    const view = new DataView(file.buffer);
    const names = file.length - 3 * 64 - 20_001;
    file.fill(0x61, names, file.length - 3 * 64);
    for (let k = 1; k <= 20_000; k++) view.setUint32(124 + 24 * k, 1, true);
    const loaded = image(file);
    expect(loaded.symbols.count).toBe(20_000);
    expect(loaded.symbols.find('tohost')).toBe(null);
    expect(whereabouts(loaded, BASE)).toHaveLength(256);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
