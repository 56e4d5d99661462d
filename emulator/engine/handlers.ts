/** The handlers of generated code: what each record may ask for, numbered. */
import type { Op } from '../isa/op.ts';
import type { Isa } from '../isa/extensions.ts';
import type { FenceEncoding } from '../isa/isolation.ts';
import { targetOf } from '../isa/alias.ts';
import { opsOf } from '../isa/table.ts';

/** Handlers that stand for no row: generated code returns, or goes on by itself. */
export const HANDLER = {
  /** Not decoded yet. */
  undecoded: 0,
  /** Behind the last parcel of a page: go on in the next. */
  nextPage: 1,
  /** Look the pc up. */
  enter: 2,
  /** A row of TypeScript: privileged behaviour, float arithmetic, illegal instructions. */
  call: 3,
  /** An access at rs1 that no way answers: LR, SC, AMO. */
  access: 4,
  /** An instruction that lies in two pages. */
  straddle: 5,
} as const;

/** A handler generated from a row: for its form of 2 or 4 bytes, and for jumps within the page or out of it. */
export interface Form {
  readonly op: Op;
  readonly length: 2 | 4;
  /** Of a branch or call: whether the target lies in the page. */
  readonly isNear: boolean;
}

/** Why generated code returned. */
export const EXIT = {
  /** The slice is over. */
  budget: 0,
  call: 1,
  /** No way answered: the address is in its cell. */
  access: 2,
  /** No way answers for the pc. */
  fetch: 3,
  undecoded: 4,
  /** An instruction that reads or writes float registers while that is not known to be allowed. */
  float: 5,
  /** A jump to an address where no instruction may lie: it is in the address cell. */
  target: 6,
  straddle: 7,
} as const;

/** The forms of an instruction set, and the number of each. */
export class Handlers {
  readonly forms: readonly Form[];
  /** Whether instructions may lie at any even address. */
  readonly isCompressed: boolean;
  readonly #numbers: ReadonlyMap<Op, readonly number[]>;

  constructor(isa: Isa, encoding: FenceEncoding = 'custom') {
    this.isCompressed = isa.extensions.has('Zca');
    const rows = opsOf(isa, encoding);
    const shortened = new Set(rows.map((row) => targetOf(row, rows)));
    const forms: Form[] = [];
    const numbers = new Map<Op, number[]>();
    const first = Object.keys(HANDLER).length;
    for (const op of rows) {
      if (!isGenerated(op)) continue;
      const own: number[] = [];
      for (const length of [4, 2] as const) {
        if (length === 2 && !shortened.has(op)) continue;
        for (const isNear of isRelative(op) ? [false, true] : [false]) {
          own[indexOf(length, isNear)] = first + forms.length;
          forms.push({ op, length, isNear });
        }
      }
      numbers.set(op, own);
    }
    this.forms = forms;
    this.#numbers = numbers;
  }

  /** The handler of a row; `isNear` counts for relative jumps only. */
  of(op: Op, length: 2 | 4, isNear: boolean): number {
    const { semantics } = op;
    if (semantics.kind === 'memory' && !isGenerated(op)) return HANDLER.access;
    const numbers = this.#numbers.get(op);
    return numbers?.[indexOf(length, isNear && isRelative(op))] ?? HANDLER.call;
  }
}

const indexOf = (length: 2 | 4, isNear: boolean): number => length + (isNear ? 1 : 0);

/** Whether a jump's target is known when the instruction is decoded. */
export function isRelative({ semantics }: Op): boolean {
  return semantics.kind === 'control' && semantics.jump !== 'return';
}

/** Whether generated code has a handler for the row: what it computes, where it goes, plain loads and stores. */
function isGenerated({ semantics }: Op): boolean {
  switch (semantics.kind) {
    case 'pure':
    case 'control':
      return true;
    case 'memory':
      return semantics.action === 'load' || semantics.action === 'store';
    case 'system':
    case 'alias':
      return false;
  }
}
