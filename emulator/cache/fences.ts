/** Fence instructions of one hart: who may execute them, and which cached entries each drops. */
import type { Mode } from '../access/context.ts';
import type { Denial } from '../access/trap.ts';
import type { CsrFile } from '../hart/csr-file.ts';
import type { FenceFields } from '../hart/csr-fields.ts';
import { fenceFields } from '../hart/csr-fields.ts';
import type { FenceOperands } from '../hart/fence-operands.ts';
import { fenceOperands, implementsFence } from '../hart/fence-operands.ts';
import type { Pmp } from '../protect/pmp.ts';
import type { EntryCache } from './entry-cache.ts';
import type { EntryView } from './entry-view.ts';
import type { FenceDecisions } from './fence-decisions.ts';
import { fenceDecisions } from './fence-decisions.ts';
import { markAbsentFence, markFence, markInvalidation, markRefusedFence } from './fence-marks.ts';
import type { FenceName, FenceRequest, FenceScope } from './fence-request.ts';
import { FENCES } from './fence-request.ts';

/** The entry cache, as far as fences know it. */
type Droppable = Pick<EntryCache, 'drop'>;

/** A fence to be applied: which entries go, and whether PMP verdicts go with them. */
interface Invalidation {
  readonly fence: FenceName;
  readonly drops: (entry: EntryView) => boolean;
  readonly synchronisesPmp: boolean;
}

/** The scope of each instruction; SFENCE.VMA and SINVAL.VMA act on the guest's stage while V=1. */
function scopeOf(fence: FenceName, mode: Mode): FenceScope {
  switch (fence) {
    case 'mfence_pa':
    case 'minval_pa':
      return 'protection';
    case 'sfence_vma':
    case 'sinval_vma':
      return mode === 'VS' ? 'vs' : 's';
    case 'hfence_vvma':
    case 'hinval_vvma':
      return 'vs';
    case 'hfence_gvma':
    case 'hinval_gvma':
      return 'g';
    case 'sfence_w_inval':
    case 'sfence_inval_ir':
      return 'order';
    case 'fence_i':
      return 'code';
  }
}

/** Invalidations that wait for SFENCE.INVAL.IR. */
const LONGEST = 1024;

const QUEUED: ReadonlySet<FenceName> = new Set<FenceName>([
  'minval_pa',
  'sinval_vma',
  'hinval_vvma',
  'hinval_gvma',
]);

/** Cause 2 or 22 where `mode` may not execute the instruction, else null. */
function refuses(
  fence: FenceName,
  mode: Mode,
  { tvm, vtvm }: FenceFields,
  decide: FenceDecisions,
): 2 | 22 | null {
  const supervisor = fence === 'sfence_vma' || fence === 'sinval_vma';
  const gStage = fence === 'hfence_gvma' || fence === 'hinval_gvma';
  if (fence === 'fence_i') return null;
  if (fence === 'mfence_pa' || fence === 'minval_pa') {
    return decide.mayFenceProtection(mode) ? null : 2;
  }
  if (mode === 'U') return 2;
  if (mode === 'VU') return 22;
  if (mode === 'S' && (supervisor || gStage) && decide.trapsSupervisor(tvm)) return 2;
  if (mode !== 'VS') return null;
  if (supervisor) return decide.trapsGuest(vtvm) ? 22 : null;
  return fence.startsWith('h') ? 22 : null;
}

export class Fences {
  readonly #csrs: CsrFile;
  readonly #pmp: Pmp;
  #decide: FenceDecisions = fenceDecisions;
  /** SINVAL, HINVAL and MINVAL that no SFENCE.INVAL.IR has completed. */
  #queue: Invalidation[] = [];
  /** Whether an SFENCE.W.INVAL has ordered earlier stores. */
  #ordered = false;

  constructor(csrs: CsrFile, pmp: Pmp) {
    this.#csrs = csrs;
    this.#pmp = pmp;
  }

  reset(decide: FenceDecisions = fenceDecisions): void {
    this.#decide = decide;
    this.#queue = [];
    this.#ordered = false;
  }

  /** Executes one fence instruction on this hart; returns why it may not, or null. */
  execute(request: FenceRequest, cache: Droppable): Denial | null {
    const { fence, mode } = request;
    const { platform, fired } = this.#csrs;
    if (!implementsFence(platform, this.#decide, FENCES[fence])) {
      markAbsentFence(fired, platform, fence);
      return { cause: 2, because: 'instruction.absent', rule: null };
    }
    const fields = fenceFields(this.#csrs);
    const cause = refuses(fence, mode, fields, this.#decide);
    if (cause !== null) {
      markRefusedFence(fired, platform, fence);
      return { cause, because: 'instruction.privilege', rule: null };
    }
    const scope = scopeOf(fence, mode);
    if (scope === 'code') return null;
    if (scope === 'order') return this.#order(fence, cache);
    const operands = fenceOperands(platform, this.#decide, request);
    const invalidation = this.#invalidation(fence, scope, operands, fields);
    markFence(fired, platform, fence, mode, scope, operands);
    if (!QUEUED.has(fence) || this.#decide.invalidatesAtOnce()) this.#apply([invalidation], cache);
    else if (this.#ordered || !this.#decide.needsWriteInvalidate()) {
      // Each may take effect before SFENCE.INVAL.IR: programs without one keep no more.
      if (this.#queue.length === LONGEST) this.#apply(this.#queue.splice(0, LONGEST / 2), cache);
      this.#queue.push(invalidation);
    }
    return null;
  }

  /** SFENCE.W.INVAL orders earlier stores; SFENCE.INVAL.IR completes what was queued. */
  #order(fence: FenceName, cache: Droppable): null {
    if (fence === 'sfence_w_inval') this.#ordered = true;
    else {
      const { fired, platform } = this.#csrs;
      const queue = this.#queue;
      this.#queue = [];
      markInvalidation(
        fired,
        platform,
        queue.map((item) => item.fence),
      );
      this.#apply(
        queue.filter((_, index) => this.#decide.completesInvalidation(index, queue.length)),
        cache,
      );
    }
    return null;
  }

  #apply(invalidations: readonly Invalidation[], cache: Droppable): void {
    if (invalidations.length === 0) return;
    cache.drop((entry) => invalidations.some((invalidation) => invalidation.drops(entry)));
    if (invalidations.some(({ synchronisesPmp }) => synchronisesPmp)) this.#pmp.synchronise();
  }

  /** The operand matrix of the manual, as a predicate over one cached entry. */
  #invalidation(
    fence: FenceName,
    scope: Exclude<FenceScope, 'order' | 'code'>,
    { page, id }: FenceOperands,
    { sdid, vmid }: FenceFields,
  ): Invalidation {
    const decide = this.#decide;
    const all = page === null && id === null;
    if (scope === 'protection') {
      const drops = (entry: EntryView): boolean => {
        if (entry.stage !== 'mpt' && entry.stage !== 'mtt') return false;
        if (!decide.fencesProtection()) return false;
        if (id !== null && !decide.matchesSdid(entry.sdid, id, sdid)) return false;
        if (page === null) return true;
        const selects = entry.stage === 'mtt' ? decide.selectsMtt : decide.selectsMpt;
        return selects(entry, page);
      };
      return { fence, drops, synchronisesPmp: false };
    }
    const drops = (entry: EntryView): boolean => {
      if (entry.stage !== scope || !decide.fencesTranslation()) return false;
      if (!decide.matchesCurrentSdid(entry.sdid, sdid)) return false;
      if (scope === 'vs' && !decide.matchesVmid(entry.vmid, vmid)) return false;
      if (id !== null) {
        if (scope === 'g' && !decide.matchesVmid(entry.vmid, id)) return false;
        if (scope !== 'g' && !decide.matchesAsid(entry, id)) return false;
      }
      return page === null || decide.selectsTranslation(entry, page);
    };
    return { fence, drops, synchronisesPmp: all && scope !== 'vs' && decide.synchronisesPmp() };
  }
}
