/** COVH under the profile of Salus: one large leaf for 512 small ones, and back. */
import { refuse } from '../../abi/check.ts';
import { COVH } from '../../abi/covh.ts';
import type { Op } from '../../port.ts';
import { errorProfile, failure, type Outcome, success, type TsmContext } from '../context.ts';
import { leaf, pointer, target } from '../tvm/entry.ts';
import { exactly, geometryOf, type Mapping, mappingAt, rightsTo, write } from '../tvm/gstage.ts';
import { retireTable, takeTable } from '../tvm/pool.ts';
import { findTvm, type Tvm, tvmState } from '../tvm/tvm.ts';
import type { Values } from './call.ts';
import { isAligned, leafOf, PAGE } from './ranges.ts';
import { isFenced, contentOf } from './removal.ts';

type Named = Values<'promote_page'>;

/** The page that a leaf of some type would cover, of which the small ones make up the whole. */
interface Large {
  readonly tvm: Tvm | null;
  readonly size: bigint;
  readonly level: number;
}

/** `type` of the call, or (`above`) of the leaf one level up. */
function largeOf(context: TsmContext, named: Named, above: 0 | 1): Large | null {
  const leaf = leafOf(context, named.tsm_page_type + BigInt(above));
  if (leaf === null || leaf.level === 0) return null;
  return { tvm: findTvm(context, named.tvm_guest_id), ...leaf };
}

function conditions(context: TsmContext, { tvm_guest_id: id, gpa }: Named, large: Large | null) {
  const tvm = findTvm(context, id);
  return {
    tvm: () => tvm === null,
    state: () => tvm !== null && !context.decisions.isIn(tvmState(tvm), 'runnable'),
    type: () => large === null,
    alignment: () => large !== null && !isAligned(gpa, large.size),
  };
}

/** `tsm_page_type` is the type of the new leaf; its 512 parts are invalidated, fenced and contiguous. */
export function* promotePage(context: TsmContext, named: Named): Op<Outcome> {
  const { port } = context;
  const large = largeOf(context, named, 0);
  const tvm = large?.tvm ?? null;
  let found: readonly Mapping[] | null = null;
  const { checks } = COVH.functions.promote_page;
  const refused = yield* refuse(port, errorProfile(context), checks, {
    ...conditions(context, named, large),
    invalidated() {
      if (tvm === null || large === null) return false;
      found = exactly(context, tvm, named.gpa, large.size, 'blocked');
      return found?.every(({ level }) => level === large.level - 1) !== true;
    },
    fenced: () => tvm !== null && found !== null && !isFenced(context, tvm, found),
    contiguous: () => large !== null && found !== null && !isContiguous(found, large.size),
  });
  const first = (found as readonly Mapping[] | null)?.[0];
  if (refused !== 0n || tvm === null || large === null || first === undefined) {
    return failure(refused);
  }
  const above = mappingAt(context, tvm, named.gpa, large.level);
  retireTable(context, tvm, target(geometryOf(context), above.entry));
  write(context, above, leaf(first.to, rightsTo(context, contentOf(context, first.to))));
  port.fired('TFEN-14');
  return success();
}

/** `tsm_page_type` is the type of the new, smaller leaves. */
export function* demotePage(context: TsmContext, named: Named): Op<Outcome> {
  const { port } = context;
  const large = largeOf(context, named, 1);
  const tvm = large?.tvm ?? null;
  let found: readonly Mapping[] | null = null;
  const { checks } = COVH.functions.demote_page;
  const refused = yield* refuse(port, errorProfile(context), checks, {
    ...conditions(context, named, large),
    invalidated() {
      if (tvm === null || large === null) return false;
      found = exactly(context, tvm, named.gpa, large.size, 'blocked');
      return found?.length !== 1;
    },
    fenced: () => tvm !== null && found !== null && !isFenced(context, tvm, found),
    page_tables: () => tvm?.record.get('poolPages') === 0n,
  });
  const whole = (found as readonly Mapping[] | null)?.[0];
  if (refused !== 0n || tvm === null || large === null || whole === undefined) {
    return failure(refused);
  }
  const table = takeTable(context, tvm);
  if (table === null) throw new Error('the pool has a page and gives none');
  const g = geometryOf(context);
  const part = BigInt(g.span[large.level - 1] ?? 1) * PAGE;
  const rights = rightsTo(context, contentOf(context, whole.to));
  for (let done = 0n; done < large.size; done += part) {
    const at = table + (done / part) * BigInt(g.entrySize);
    port.own.write(at, g.entrySize, leaf(whole.to + done, rights));
  }
  write(context, whole, pointer(table));
  return success();
}

function isContiguous(found: readonly Mapping[], size: bigint): boolean {
  const first = found[0]?.to ?? 0n;
  return (
    isAligned(first, size) &&
    found.every(({ to, base }) => to - first === base - (found[0]?.base ?? 0n))
  );
}
