/** SYNC_HFENCE: fences that a domain has queued in shared memory. */
import { naclHfence } from '../../layouts/nacl.ts';
import type { Op } from '../../port.ts';
import type { Root } from '../context.ts';
import { fenceFirstStage, fenceGuestStage, tableVmid } from '../hfence.ts';
import { readShared, writeShared } from './shared-memory.ts';

const PENDING = 1n << 63n;
/** More pages than this are fenced at once. */
const MOST = 512n;

interface Kind {
  readonly stage: 'gvma' | 'vvma';
  /** A range of addresses; else all. */
  readonly ranged: boolean;
  /** GVMA: of one VMID; VVMA: of one ASID. */
  readonly named: boolean;
}

/** By bits 59:56. */
const KINDS: readonly Kind[] = [
  { stage: 'gvma', ranged: true, named: false },
  { stage: 'gvma', ranged: false, named: false },
  { stage: 'gvma', ranged: true, named: true },
  { stage: 'gvma', ranged: false, named: true },
  { stage: 'vvma', ranged: true, named: false },
  { stage: 'vvma', ranged: false, named: false },
  { stage: 'vvma', ranged: true, named: true },
  { stage: 'vvma', ranged: false, named: true },
];

/** An entry is read once; then it is not pending any more, whatever it asked for. */
export function* fenceEntry(root: Root, entry: number): Op<void> {
  const word = (k: number) => naclHfence(entry, k, root.port.xlen);
  const control = yield* readShared(root, word(0));
  if ((control & PENDING) === 0n) return;
  const first = yield* readShared(root, word(1));
  const count = yield* readShared(root, word(3));
  yield* writeShared(root, word(0), control & ~PENDING);
  const kind = KINDS[Number((control >> 56n) & 15n)];
  if (kind === undefined) return;
  const order = ((control >> 48n) & 0x7fn) + 12n;
  const vmid = (control >> 16n) & 0x3fffn;
  const asid = control & 0xffffn;
  const isAll = !kind.ranged || count > MOST;
  const addresses = isAll ? [null] : pages(first << order, order, count);
  // Entries of the guest stand under the VMID of its shadow table: those of other VMIDs hold nothing.
  if (kind.stage === 'vvma' && vmid !== (yield* tableVmid(root))) return;
  for (const address of addresses) {
    if (kind.stage === 'vvma') {
      yield* fenceFirstStage(root, { address, id: kind.named ? asid : null });
    } else {
      const gpa = address === null ? null : address >> 2n;
      yield* fenceGuestStage(root, { address: gpa, id: kind.named ? vmid : null });
    }
  }
}

function pages(from: bigint, order: bigint, count: bigint): readonly bigint[] {
  return Array.from({ length: Number(count) }, (_, k) => from + (BigInt(k) << order));
}
