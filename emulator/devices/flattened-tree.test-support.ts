/** Reads flattened device trees for tests, from the format in chapter 5 of the Devicetree Specification. */

export interface ReadNode {
  readonly name: string;
  readonly properties: Readonly<Record<string, readonly number[]>>;
  readonly children: readonly ReadNode[];
  /** The node at a path, names parted by `/`; throws if there is none. */
  at(path: string): ReadNode;
}

class Node implements ReadNode {
  readonly name: string;
  readonly properties: Record<string, readonly number[]> = {};
  readonly children: Node[] = [];

  constructor(name: string) {
    this.name = name;
  }

  at(path: string): ReadNode {
    const [name, ...rest] = path.split('/');
    const child = this.children.find((known) => known.name === name);
    if (child === undefined) throw new Error(`no node ${path} under '${this.name}'`);
    return rest.length === 0 ? child : child.at(rest.join('/'));
  }
}

export function readTree(blob: Uint8Array): ReadNode {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const [magic, , structure = 0, strings = 0, , version] = [0, 4, 8, 12, 16, 20].map((at) =>
    view.getUint32(at),
  );
  if (magic !== 0xd00d_feed || version !== 17) throw new Error('no device tree of version 17');
  const text = (at: number): string => {
    let out = '';
    for (let k = at; blob[k] !== 0; k++) out += String.fromCharCode(blob[k]);
    return out;
  };
  const open: Node[] = [new Node('(document)')];
  let at = structure;
  for (;;) {
    const token = view.getUint32(at);
    at += 4;
    const top = open[open.length - 1];
    if (token === 1) {
      const node = new Node(text(at));
      top.children.push(node);
      open.push(node);
      at += Math.ceil((node.name.length + 1) / 4) * 4;
    } else if (token === 2) open.pop();
    else if (token === 3) {
      const length = view.getUint32(at);
      const name = text(strings + view.getUint32(at + 4));
      top.properties[name] = [...blob.subarray(at + 8, at + 8 + length)];
      at += 8 + Math.ceil(length / 4) * 4;
    } else if (token === 9) return open[0].children[0];
    else if (token !== 4) throw new Error(`token ${token}`);
  }
}
