/**
 * Where the entries come from that the caches hold: the line that filled each, the lines that changed its table since,
 * and the fences between. Kept only while a case is run for its walk, as it looks at every entry after every line.
 */
import type { PlanLine } from '../../dsl/index.ts';
import type { CachedEntry, FenceRequest, KeptVerdict, WalkStep } from '../../emulator/index.ts';
import { FENCES, REVISIONS } from '../../emulator/index.ts';
import { type ExecutedFence, type Reach, reachOf, reachOfVerdicts } from './fence-reach.ts';
import type { Piece } from './destination.ts';
import { rootTag } from './registers.ts';
import type { ShownStep } from './results.ts';
import type { World } from './world.ts';

interface Origin {
  readonly entry: CachedEntry;
  /** Source line that filled it. */
  readonly line: number;
  /** What the register of its root held then, and the bytes in memory. */
  readonly root: bigint;
  readonly bytes: bigint;
  /** The bytes as last seen, and the line that changed them last; null: none has. */
  now: bigint;
  changed: number | null;
}

/** A PMP verdict that a hart keeps, and the source line that asked for it first. */
interface KeptSince extends KeptVerdict {
  readonly line: number;
}

/** The caches of one hart around the line that ran last. */
export interface CacheChange {
  readonly hart: number;
  readonly before: readonly CachedEntry[];
  /** With what there is to say of each: see `tell`. */
  readonly after: readonly { readonly entry: CachedEntry; readonly kept: string }[];
  /** Pages whose PMP verdict was no longer that of the registers, before and after. */
  readonly staleVerdicts: { readonly before: number; readonly after: number };
}

/** Fences named behind one entry; earlier ones are left out. */
const SHOWN = 3;

export class History {
  readonly #world: World;
  /** By hart, by what tells entries apart. */
  readonly #origins: Map<string, Origin>[];
  /** As they were before the line that ran last. */
  #before: readonly (readonly CachedEntry[])[] = [];
  /** By hart, by page number. */
  readonly #verdicts: Map<number, KeptSince>[];
  #staleBefore: readonly number[] = [];
  /** Where PMP registers were written. */
  readonly #pmpLines: { readonly hart: number | null; readonly line: number }[] = [];
  /** Memory that the last attempt named. */
  #named: readonly Piece[] = [];
  readonly #fences: ExecutedFence[] = [];
  readonly #writes: { readonly hart: number; readonly csr: string; readonly line: number }[] = [];
  /** By address of a table entry: the line that wrote it by hand, after which no other line has built it. */
  readonly #byHand = new Map<bigint, number>();
  #line = 0;
  #isLowRoad = false;

  constructor(world: World) {
    this.#world = world;
    const { harts } = world.platform;
    this.#origins = Array.from({ length: harts }, () => new Map<string, Origin>());
    this.#verdicts = Array.from({ length: harts }, () => new Map<number, KeptSince>());
  }

  /** A line of the source begins. */
  begin({ kind, span }: PlanLine): void {
    this.#line = span.line;
    this.#isLowRoad = kind === 'entry' || kind === 'poke';
    this.#named = [];
    if (kind === 'pmp') this.#pmpLines.push({ hart: null, line: span.line });
  }

  /** The bench wrote memory that may be a table's. */
  written(at: bigint, size: number): void {
    const width = BigInt(this.#world.platform.xlen / 8);
    for (let entry = at - (at % width); entry < at + BigInt(size); entry += width) {
      if (this.#isLowRoad) this.#byHand.set(entry, this.#line);
      else this.#byHand.delete(entry);
    }
  }

  /** An attempt is about to be made at this memory. */
  attempts(named: readonly Piece[]): void {
    this.#named = named;
  }

  /** The steps of a walk that a hart has made, with what there is to say of each; kept PMP verdicts stand at the end. */
  show(hart: number, walk: readonly WalkStep[]): readonly ShownStep[] {
    const steps = walk.map((step) => {
      const kept = step.source === 'cache' ? this.tell(hart, step) : null;
      return { ...step, kept, byHand: this.#byHand.get(step.at) ?? null };
    });
    return [...steps, ...this.#staleVerdicts(hart, walk)];
  }

  /** What PMP once said of the pages that an attempt went to, where the registers say something else by now. */
  #staleVerdicts(hart: number, walk: readonly WalkStep[]): readonly ShownStep[] {
    const pages = new Set(this.#named.map(({ base }) => Number(base >> 12n)));
    for (const { stage, at } of walk) {
      // Entries of protection tables are read as M-mode reads them.
      if (stage !== 'mpt' && stage !== 'mtt') pages.add(Number(at >> 12n));
    }
    const shown: ShownStep[] = [];
    for (const verdict of this.#verdicts[hart]?.values() ?? []) {
      const kept = pages.has(verdict.page) ? this.#keptVerdict(hart, verdict) : null;
      if (kept === null) continue;
      const place = { stage: 'pmp', level: 0, depth: 0, at: BigInt(verdict.page) << 12n } as const;
      const what = { entry: BigInt(verdict.rights), source: 'cache', verdict: 'leaf' } as const;
      shown.push({ ...place, ...what, rule: null, kept, byHand: null });
    }
    return shown;
  }

  #keptVerdict(hart: number, { line, rights, now }: KeptSince): string | null {
    const change = this.#pmpLines.findLast((other) => other.hart === null || other.hart === hart);
    if (rights === now || change === undefined || change.line < line) return null;
    const left = this.#nearest(change.line, (fence) => reachOfVerdicts(fence, hart));
    return [`cached by line ${line}`, `PMP changed at line ${change.line}`, ...left].join('; ');
  }

  /** It has run: what it filled is its own, and what it changed in memory too. */
  end(): void {
    const { backEnd, platform } = this.#world;
    const size = platform.xlen / 8;
    this.#before = this.#origins.map((origins) => [...origins.values()].map(({ entry }) => entry));
    this.#origins.forEach((before, hart) => {
      const after = new Map<string, Origin>();
      for (const entry of backEnd.cached(hart)) {
        const key = keyOf(entry);
        const bytes = backEnd.read(entry.at, size);
        const known = before.get(key);
        if (known === undefined) {
          const root = this.#root(hart, entry);
          after.set(key, { entry, line: this.#line, root, bytes, now: bytes, changed: null });
          continue;
        }
        if (known.now !== bytes) {
          known.now = bytes;
          known.changed = this.#line;
        }
        after.set(key, known);
      }
      this.#origins[hart] = after;
    });
    this.#staleBefore = this.#verdicts.map(staleOf);
    this.#verdicts.forEach((before, hart) => {
      const after = new Map<number, KeptSince>();
      for (const verdict of backEnd.keptVerdicts(hart)) {
        const known = before.get(verdict.page);
        const line = known?.rights === verdict.rights ? known.line : this.#line;
        after.set(verdict.page, { ...verdict, line });
      }
      this.#verdicts[hart] = after;
    });
  }

  /** A fence instruction was executed; `rs1` of a G-stage fence stands shifted right by 2. */
  fenced(hart: number, { fence, mode, rs1, rs2 }: FenceRequest): void {
    const { platform, backEnd } = this.#world;
    const { xlen, sdidlen, asidlen, vmidlen } = platform;
    const row = FENCES[fence];
    const bits = row.rs2 === 'asid' ? asidlen : row.rs2 === 'vmid' ? vmidlen : sdidlen;
    const csr = REVISIONS[platform.revision].csr;
    this.#fences.push({
      fence,
      mode,
      hart,
      line: this.#line,
      address: rs1 !== null && row.rs1 === 'gpa' ? rs1 << 2n : rs1,
      id: rs2 === null ? null : Number(BigInt.asUintN(bits, rs2)),
      sdid: platform.features.has('Smsd') ? rootTag(csr, xlen, backEnd.peekCsr(hart, csr)) : 0,
      vmid: this.#world.has('H') ? rootTag('hgatp', xlen, backEnd.peekCsr(hart, 'hgatp')) : 0,
    });
  }

  /** A scenario wrote a CSR by an instruction. */
  wrote(hart: number, csr: string): void {
    this.#writes.push({ hart, csr, line: this.#line });
    if (/^(pmp|mseccfg)/.test(csr)) this.#pmpLines.push({ hart, line: this.#line });
  }

  /** What the line that ran last did to the caches. */
  changes(): readonly CacheChange[] {
    return this.#origins.map((origins, hart) => ({
      hart,
      before: this.#before[hart] ?? [],
      after: [...origins.values()].map(({ entry }) => ({ entry, kept: this.tell(hart, entry) })),
      staleVerdicts: {
        before: this.#staleBefore[hart] ?? 0,
        after: staleOf(this.#verdicts[hart] ?? new Map()),
      },
    }));
  }

  /**
   * What there is to say of an entry from the cache of a hart: `cached`, and where its table or root
   * is no longer what it was, since which line, changed by which, and why the fences since have left it.
   */
  tell(hart: number, step: Pick<WalkStep, 'stage' | 'level' | 'at' | 'entry'>): string {
    const origin = [...(this.#origins[hart]?.values() ?? [])].find(
      ({ entry }) =>
        entry.stage === step.stage &&
        entry.level === step.level &&
        entry.at === step.at &&
        entry.entry === step.entry,
    );
    if (origin === undefined) return 'cached';
    const change = this.#change(hart, origin);
    if (change === null) return 'cached';
    const { line, text } = change;
    return [`cached by line ${origin.line}`, text, ...this.#left(hart, origin.entry, line)].join(
      '; ',
    );
  }

  /** The change that made an entry stale. */
  #change(hart: number, origin: Origin): { readonly line: number; readonly text: string } | null {
    const { entry, changed } = origin;
    if (changed !== null && origin.now !== origin.bytes) {
      return { line: changed, text: `the table changed at line ${changed}` };
    }
    if (this.#root(hart, entry) === origin.root) return null;
    const csr = this.#rootName(entry);
    const write = this.#writes.findLast((other) => other.hart === hart && other.csr === csr);
    if (write === undefined || write.line < origin.line) return null;
    return { line: write.line, text: `line ${write.line} wrote ${csr}` };
  }

  /** Why the fences from a line on have left an entry, one part each. */
  #left(hart: number, entry: CachedEntry, from: number): readonly string[] {
    return this.#nearest(from, (fence, index) =>
      reachOf(fence, entry, hart, this.#completed(index)),
    );
  }

  #nearest(
    from: number,
    reaches: (fence: ExecutedFence, index: number) => Reach,
  ): readonly string[] {
    const nearest = new Map<number, Reach>();
    this.#fences.forEach((fence, index) => {
      if (fence.line < from || FENCES[fence.fence].rs1 === null) return;
      const reach = reaches(fence, index);
      if (reach.rank >= (nearest.get(fence.line)?.rank ?? 0)) nearest.set(fence.line, reach);
    });
    if (nearest.size === 0) return ['no fence since'];
    return [...nearest].slice(-SHOWN).map(([line, { why }]) => {
      return `the fence of line ${line} ${why ?? 'covers it, and the machine kept it'}`;
    });
  }

  /** Whether SFENCE.W.INVAL stands in front of a queued invalidation, and SFENCE.INVAL.IR behind it. */
  #completed(index: number): boolean {
    const hart = this.#fences[index]?.hart;
    const stands = (name: string, from: number, to: number) =>
      this.#fences.slice(from, to).some((fence) => fence.fence === name && fence.hart === hart);
    return (
      stands('sfence_w_inval', 0, index) &&
      stands('sfence_inval_ir', index + 1, this.#fences.length)
    );
  }

  #rootName({ stage }: CachedEntry): string {
    const first = { s: 'satp', vs: 'vsatp', g: 'hgatp' } as const;
    return stage === 'mpt' || stage === 'mtt'
      ? REVISIONS[this.#world.platform.revision].csr
      : first[stage];
  }

  #root(hart: number, entry: CachedEntry): bigint {
    return this.#world.backEnd.peekCsr(hart, this.#rootName(entry));
  }
}

function staleOf(verdicts: ReadonlyMap<number, KeptVerdict>): number {
  return [...verdicts.values()].filter(({ rights, now }) => rights !== now).length;
}

function keyOf({ stage, level, at, entry, base, sdid, vmid, asid }: CachedEntry): string {
  return [stage, level, at, entry, base, sdid, vmid, asid].join();
}
