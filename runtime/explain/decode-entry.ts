/** A table entry in words: its fields as the formats name them, permissions run together. */
import type { StageName, WalkStep } from '../../emulator/index.ts';
import { formatOf } from '../../emulator/index.ts';
import { hex } from './text-width.ts';

const XWR = ['none', 'r', 'w!', 'rw', 'x', 'rx', 'wx!', 'rwx'];
/** 2-bit permissions of the MTT era. */
const PERM = ['none', 'rx', 'rw', 'rwx'];
/** TYPE of an L2 entry of the MTT era. */
const L2_TYPES = ['1G none', '1G rx', '1G rw', '1G rwx', 'L1', '4M pages', '2M pages', 'reserved'];

/** Whether the entry of a step was read at all: its read may have been denied, or have failed. */
export function wasRead({ verdict }: Pick<WalkStep, 'verdict'>): boolean {
  return !/\.(implicit|table)_/.test(verdict);
}

/** `leaf xwr 0 rw, 1-15 none`; `!` marks a reserved encoding. */
export function decodeEntry(stage: StageName, level: number, entry: bigint, xlen: 32 | 64): string {
  if (stage === 'mpt') return decodeMpte(entry, xlen);
  if (stage === 'mtt') return decodeMtt(level, entry, xlen);
  return decodePte(entry, xlen);
}

function decodeMpte(entry: bigint, xlen: 32 | 64): string {
  const get = reader('mpte', entry, xlen);
  if (get('v') === 0n) return 'invalid';
  if (get('l') === 0n) return `pointer to ${hex(get('ppn') << 12n)}${get('n') === 0n ? '' : ' n'}`;
  if (get('n') === 1n) return `napot leaf g ${get('g')} xwr ${XWR[Number(get('xwr'))] ?? ''}`;
  const tuples = Array.from({ length: xlen === 32 ? 8 : 16 }, (_, k) => {
    return XWR[Number(get(`xwr${k}`))] ?? '';
  });
  return `leaf xwr ${runs(tuples)}`;
}

function decodeMtt(level: number, entry: bigint, xlen: 32 | 64): string {
  const get = reader(`mttl${level}`, entry, xlen);
  const perms = () =>
    runs(
      Array.from({ length: xlen === 32 ? 8 : 16 }, (_, k) => PERM[Number(get(`perm${k}`))] ?? ''),
    );
  if (level === 3) return `L2 table at ${hex(get('ppn') << 12n)} valid ${get('valid')}`;
  if (level === 1) return `perm ${perms()}`;
  const type = Number(get('type'));
  if (type === 4) return `L1 table at ${hex(get('info') << 12n)}`;
  const paged = type === 5 || type === 6;
  return `${L2_TYPES[type] ?? ''}${paged ? ` perm ${perms()}` : ''}`;
}

function decodePte(entry: bigint, xlen: 32 | 64): string {
  const get = reader('pte', entry, xlen);
  if (get('v') === 0n) return 'invalid';
  const flags = ['r', 'w', 'x', 'u', 'g', 'a', 'd']
    .map((name) => (get(name) === 0n ? '-' : name))
    .join('');
  const leaf = (get('xwr') & 5n) !== 0n || get('w') !== 0n;
  const more =
    xlen === 64 ? [get('n') ? ' napot' : '', get('pbmt') ? ` pbmt ${get('pbmt')}` : ''] : [];
  const page = hex(get('ppn') << 12n);
  return leaf ? `leaf ${flags} page ${page}${more.join('')}` : `pointer to ${page}${more.join('')}`;
}

/** `0 rw, 1-15 none`. */
function runs(values: readonly string[]): string {
  const parts: string[] = [];
  for (let from = 0; from < values.length;) {
    let to = from;
    while (values[to + 1] === values[from]) to++;
    const which = from === to ? `${from}` : `${from}-${to}`;
    parts.push(
      from === 0 && to === values.length - 1
        ? `all ${values[0] ?? ''}`
        : `${which} ${values[from] ?? ''}`,
    );
    from = to + 1;
  }
  return parts.join(', ');
}

/** Reads fields of an entry by name; one that the format lacks is 0. */
function reader(format: string, entry: bigint, xlen: 32 | 64): (field: string) => bigint {
  const fields = formatOf(format, xlen)?.fields ?? {};
  return (name) => {
    const [high, low] = fields[name] ?? [-1, 0];
    return (entry >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);
  };
}
