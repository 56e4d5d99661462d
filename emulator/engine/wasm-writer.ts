/** The bytes of a WebAssembly module: one imported memory, functions, their exports. */

/** Machine code of WebAssembly. */
export type Code = readonly number[];

/** Pieces of code behind each other. Many small arrays: `concat` is much faster here than spreading, in cold code. */
export const join = (...pieces: readonly (number | Code)[]): Code =>
  ([] as number[]).concat(...pieces);

/** Value types. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export type ValueType = typeof I32 | typeof I64;

/** A block without a result. */
export const VOID = 0x40;

export interface WasmFunction {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  /** Besides the parameters; numbered after them. */
  readonly locals: readonly ValueType[];
  /** Without the final `end`. */
  readonly body: Code;
}

/** An unsigned number below 2^32 in LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** A signed 64-bit number, given as two halves, in LEB128. */
export function signed(lo: number, hi: number): number[] {
  const bytes: number[] = [];
  let [low, high] = [lo | 0, hi | 0];
  for (;;) {
    const seven = low & 127;
    low = (low >>> 7) | (high << 25);
    high >>= 7;
    // What is left is the sign that bit 6 already tells.
    const isLast = high === low && high === ((seven & 64) === 0 ? 0 : -1);
    bytes.push(isLast ? seven : seven | 128);
    if (isLast) return bytes;
  }
}

const text = (value: string): number[] => [
  ...unsigned(value.length),
  ...[...value].map((char) => char.charCodeAt(0)),
];

const list = (items: readonly Code[]): number[] => {
  const bytes = unsigned(items.length);
  for (const item of items) bytes.push(...item);
  return bytes;
};

/** A section in pieces, its size before them. */
const section = (id: number, ...content: readonly Code[]): readonly Code[] => [
  [id, ...unsigned(content.reduce((sum, { length }) => sum + length, 0))],
  ...content,
];

/** A module with memory `engine.memory` and these functions, all exported. */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params, results }) => [
    ...[0x60, ...unsigned(params.length), ...params],
    ...[...unsigned(results.length), ...results],
  ]);
  // A body's size, locals and code, and the `end` of the function.
  const bodies = functions.flatMap(({ locals, body }) => {
    const declared = list(locals.map((type) => [1, type]));
    return [[...unsigned(declared.length + body.length + 1), ...declared], body, [0x0b]];
  });
  const names = functions.map(({ name }, k) => [...text(name), 0, ...unsigned(k)]);
  const pieces = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    // Limits: at least one page.
    ...section(2, [1, ...text('engine'), ...text('memory'), 2, 0, 1]),
    ...section(3, list(functions.map((_, k) => unsigned(k)))),
    ...section(7, list(names)),
    ...section(10, unsigned(functions.length), ...bodies),
  ];
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
