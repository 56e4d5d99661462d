/** How many harts a flattened device tree gives a virtual machine (Devicetree Specification 0.4, chapter 5). */

const MAGIC = 0xd00d_feed;
const HEADER = 40;
const TOKEN = { beginNode: 1, endNode: 2, property: 3, nop: 4, end: 9 } as const;

/** Bytes of the tree whose header this is; null: it is none. */
export function treeSize(header: Uint8Array): number | null {
  if (header.length < HEADER) return null;
  const view = viewOf(header);
  return view.getUint32(0) === MAGIC ? view.getUint32(4) : null;
}

/** Nodes `cpu@...` of /cpus; null: the tree is damaged. */
export function countHarts(tree: Uint8Array): number | null {
  const size = treeSize(tree);
  if (size === null || size > tree.length) return null;
  const view = viewOf(tree);
  const end = Math.min(size, tree.length);
  const path: string[] = [];
  let harts = 0;
  for (let at = view.getUint32(8); at + 4 <= end;) {
    const token = view.getUint32(at);
    at += 4;
    if (token === TOKEN.end) return path.length === 0 ? harts : null;
    if (token === TOKEN.endNode) {
      path.pop();
    } else if (token === TOKEN.property) {
      if (at + 8 > end) return null;
      at = aligned(at + 8 + view.getUint32(at));
    } else if (token === TOKEN.beginNode) {
      const stop = tree.indexOf(0, at);
      if (stop < 0 || stop >= end) return null;
      const name = String.fromCharCode(...tree.subarray(at, stop));
      if (path.length === 2 && path[1] === 'cpus' && name.startsWith('cpu@')) harts++;
      path.push(name);
      at = aligned(stop + 1);
    } else if (token !== TOKEN.nop) {
      return null;
    }
  }
  return null;
}

const aligned = (at: number): number => Math.ceil(at / 4) * 4;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
