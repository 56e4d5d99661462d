/** Writes flattened device trees: version 17 of the format, chapter 5 of the Devicetree Specification. */

/** `true` is a property without value; a number or numbers are 32-bit cells; strings end with a zero each. */
export type PropertyValue =
  true | number | readonly number[] | string | readonly string[] | Uint8Array;

export interface TreeNode {
  /** `cpu@0`; the root has the empty name. */
  readonly name: string;
  readonly properties: Readonly<Record<string, PropertyValue>>;
  readonly children: readonly TreeNode[];
}

/** A node of these properties and children. */
export function node(
  name: string,
  properties: TreeNode['properties'],
  children: readonly TreeNode[] = [],
): TreeNode {
  return { name, properties, children };
}

/** A 64-bit number as two cells. */
export function cells(value: bigint): readonly number[] {
  return [Number((value >> 32n) & 0xffff_ffffn), Number(value & 0xffff_ffffn)];
}

const MAGIC = 0xd00d_feed;
const VERSION = 17;
const COMPATIBLE_VERSION = 16;
const HEADER = 40;
const [BEGIN_NODE, END_NODE, PROP, END] = [1, 2, 3, 9];

/** Bytes that grow; numbers go in big-endian. */
class Blob {
  readonly bytes: number[] = [];

  word(value: number): void {
    this.bytes.push(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
  }

  words(values: readonly number[]): void {
    for (const value of values) this.word(value);
  }

  append(bytes: Iterable<number>): void {
    for (const byte of bytes) this.bytes.push(byte);
  }

  align(size: number): void {
    while (this.bytes.length % size !== 0) this.bytes.push(0);
  }
}

/** Characters of a string, which are ASCII, and a zero. */
function text(value: string): number[] {
  for (const char of value) {
    if (char < ' ' || char > '~') throw new RangeError(`a device tree holds ASCII: '${value}'`);
  }
  return [...value].map((char) => char.charCodeAt(0)).concat(0);
}

function encode(value: PropertyValue): Iterable<number> {
  if (value === true) return [];
  if (typeof value === 'string') return text(value);
  if (value instanceof Uint8Array) return value;
  const values: readonly (string | number)[] = typeof value === 'number' ? [value] : value;
  const blob = new Blob();
  for (const one of values) {
    if (typeof one === 'string') blob.append(text(one));
    else blob.word(one);
  }
  return blob.bytes;
}

/** Names of properties, each once, by their offset. */
class Strings {
  readonly blob = new Blob();
  readonly #offsets = new Map<string, number>();

  offset(name: string): number {
    const known = this.#offsets.get(name);
    if (known !== undefined) return known;
    const at = this.blob.bytes.length;
    this.#offsets.set(name, at);
    this.blob.append(text(name));
    return at;
  }
}

function structure(tree: TreeNode, out: Blob, strings: Strings): void {
  out.word(BEGIN_NODE);
  out.append(text(tree.name));
  out.align(4);
  for (const [name, value] of Object.entries(tree.properties)) {
    const bytes = [...encode(value)];
    out.words([PROP, bytes.length, strings.offset(name)]);
    out.append(bytes);
    out.align(4);
  }
  for (const child of tree.children) structure(child, out, strings);
  out.word(END_NODE);
}

/**
 * The tree as bytes, for memory aligned to 8. `bootHart`: boot_cpuid_phys; `reserved`: ranges that are not for
 * general use. Firmware edits the tree in place and makes it longer: leave some KiB of memory free behind it.
 */
export function flatten(
  root: TreeNode,
  bootHart = 0,
  reserved: readonly { readonly base: bigint; readonly size: bigint }[] = [],
): Uint8Array {
  const body = new Blob();
  const strings = new Strings();
  structure(root, body, strings);
  body.word(END);
  const map = new Blob();
  for (const { base, size } of reserved) map.words([...cells(base), ...cells(size)]);
  map.words([0, 0, 0, 0]);
  const structureAt = HEADER + map.bytes.length;
  const stringsAt = structureAt + body.bytes.length;
  const out = new Blob();
  out.words([MAGIC, stringsAt + strings.blob.bytes.length, structureAt, stringsAt, HEADER]);
  out.words([VERSION, COMPATIBLE_VERSION, bootHart]);
  out.words([strings.blob.bytes.length, body.bytes.length]);
  for (const { bytes } of [map, body, strings.blob]) out.append(bytes);
  return Uint8Array.from(out.bytes);
}
