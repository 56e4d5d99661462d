/** The CSRs of one hart: their state, what writes leave, and executed CSR instructions. */
import type { Mode } from '../access/context.ts';
import type { Denial } from '../access/trap.ts';
import type { Platform } from '../platform.ts';
import type { Pmp } from '../protect/pmp.ts';
import { REVISIONS } from '../revision.ts';
import type { Fired } from '../rules/fired.ts';
import { newFired, R } from '../rules/fired.ts';
import { deniesCsr, isVirtual } from './csr-access.ts';
import type { CsrDecisions } from './csr-decisions.ts';
import { csrDecisions } from './csr-decisions.ts';
import { isFloatCsr } from './csr-float.ts';
import type { CsrRow, CsrState } from './csr-row.ts';
import { CELLS, cellOf } from './csr-cells.ts';
import { CSR_ROWS } from './csr-table.ts';
import { markFloatDirty } from './float-state.ts';

export type CsrOp = 'read' | 'write' | 'set' | 'clear';

/** The value read (before a write), or why the instruction may not execute. */
export type CsrOutcome =
  | { readonly denial: null; readonly value: bigint }
  | { readonly denial: Denial; readonly value: null };

/** A row as it is on this platform. */
interface Bound {
  readonly row: CsrRow;
  /** Where its register lies; an upper half shares that of its low half. */
  readonly cell: number;
  /** Bits that software can write, of the whole register. */
  readonly mask: bigint;
  /** The row whose register it is: itself, or its low half. */
  readonly owner: CsrRow;
}

/** The rows of a platform: what depends on its features, XLEN and revision only. */
interface Binding {
  readonly bound: ReadonlyMap<string, Bound>;
  readonly byNumber: ReadonlyMap<number, Bound>;
  readonly initial: BigUint64Array;
}

const LOW = 0xffff_ffffn;
const ROW_OF = new Map(CSR_ROWS.map((row) => [row.name, row]));

function bind(platform: Platform): Binding {
  const bound = new Map<string, Bound>();
  const initial = new BigUint64Array(CELLS);
  for (const row of CSR_ROWS) {
    if ((row.xlen ?? platform.xlen) !== platform.xlen || !row.exists(platform)) continue;
    const owner = row.highOf === null ? row : ROW_OF.get(row.highOf)!;
    const cell = cellOf(owner.name);
    bound.set(row.name, { row, owner, cell, mask: owner.mask(platform) });
    if (owner === row) initial[cell] = row.initial(platform);
  }
  const byNumber = new Map([...bound.values()].map((one) => [one.row.number, one]));
  return { bound, byNumber, initial };
}

/** Whether two platforms have the same rows. */
function sameRows(one: Platform, other: Platform): boolean {
  if (one.xlen !== other.xlen || one.revision !== other.revision) return false;
  if ((one.nesting ?? false) !== (other.nesting ?? false)) return false;
  if (one.features === other.features) return true;
  return (
    one.features.size === other.features.size &&
    [...one.features].every((feature) => other.features.has(feature))
  );
}

export class CsrFile implements CsrState {
  readonly hartId: number;
  readonly pmp: Pmp;
  #platform: Platform | null = null;
  decide: CsrDecisions = csrDecisions;
  fired: Fired = newFired();
  retired = 0;
  trapped = 0;
  inFlight = 0;
  guest = false;
  lines = 0;
  /** Something happened that may make an interrupt pending or due; who looks clears it. */
  attention = false;
  /** The page of the M-mode firmware, where non-maskable interrupts go; null: there is none. */
  firmware: bigint | null = null;
  /** Where `time` comes from; null: a tick for every instruction of this hart. */
  clock: { now(): bigint } | null = null;
  /** Rises with each write that may change how memory accesses are decided. */
  version = 0;
  /** Rises when a write of mmpt or mttp puts a domain in force. */
  domainVersion = 0;
  /** Whether mmpt still holds its reset value. */
  #untouched = true;
  readonly cells = new BigUint64Array(CELLS);
  readonly words = new Uint32Array(this.cells.buffer);
  #binding: Binding = { bound: new Map(), byNumber: new Map(), initial: this.cells };

  constructor(hartId: number, pmp: Pmp) {
    this.hartId = hartId;
    this.pmp = pmp;
  }

  /** Reset values; the PMP is reset by its owner. */
  reset(platform: Platform, fired: Fired, decide: CsrDecisions = csrDecisions): void {
    if (this.#platform === null || !sameRows(platform, this.#platform)) {
      this.#binding = bind(platform);
    }
    this.#platform = platform;
    this.decide = decide;
    this.fired = fired;
    this.retired = 0;
    this.trapped = 0;
    this.inFlight = 0;
    this.lines = 0;
    this.attention = false;
    this.firmware = null;
    this.#untouched = true;
    this.cells.set(this.#binding.initial);
    const domain = REVISIONS[platform.revision].csr;
    if (this.has(domain)) this.setRaw(domain, decide.resetDomain());
    this.version++;
    this.domainVersion++;
  }

  /** The platform of the last reset. */
  get platform(): Platform {
    if (this.#platform === null) throw new Error('a hart has no CSRs before its first reset');
    return this.#platform;
  }

  /** mtime. */
  get time(): bigint {
    return this.clock === null ? BigInt(this.retired) : this.clock.now();
  }

  has(name: string): boolean {
    return this.#binding.bound.has(name);
  }

  raw(name: string): bigint {
    return this.cells[cellOf(name)];
  }

  setRaw(name: string, value: bigint): void {
    this.cells[cellOf(name)] = value;
  }

  domainChanged(): void {
    this.domainVersion++;
  }

  /** What an M-mode read gives; 0 for a CSR that this machine has not. */
  peek(name: string): bigint {
    const bound = this.#binding.bound.get(name);
    return bound === undefined ? 0n : this.#read(bound);
  }

  /** What an M-mode write leaves, WARL included; nothing for a CSR that this machine has not. */
  poke(name: string, value: bigint): void {
    const bound = this.#binding.bound.get(name);
    if (bound !== undefined) this.#write(bound, value);
  }

  /** An executed CSR instruction. `set` and `clear` write even if `value` is 0; `read` never does. */
  access(mode: Mode, name: string, op: CsrOp, value: bigint): CsrOutcome {
    return this.#access(this.#binding.bound.get(name), mode, op, value);
  }

  /** The same by number, as instructions have it. */
  accessNumber(mode: Mode, number: number, op: CsrOp, value: bigint): CsrOutcome {
    return this.#access(this.#binding.byNumber.get(number), mode, op, value);
  }

  #access(named: Bound | undefined, mode: Mode, op: CsrOp, value: bigint): CsrOutcome {
    if (named === undefined || !this.decide.answers(named.row.number)) {
      return { denial: { cause: 2, because: 'csr.absent', rule: null }, value: null };
    }
    const denial = deniesCsr(this, named.row, mode, op !== 'read');
    if (denial !== null) return { denial, value: null };
    const { name } = named.row;
    this.#mark(name, op);
    this.guest = isVirtual(mode);
    const virtual = this.decide.redirects(isVirtual(mode)) ? named.row.virtual : null;
    const bound = virtual === null ? named : this.#binding.bound.get(virtual)!;
    const old = this.#read(bound);
    if (op !== 'read') this.attention = true;
    if (op !== 'read' && isFloatCsr(named.row.number)) markFloatDirty(this, mode);
    if (op === 'write') this.#write(bound, value);
    else if (op !== 'read') {
      const start = bound.owner.software === null ? old : bound.owner.software(this);
      this.#write(bound, this.decide[op](start, value));
    }
    this.guest = false;
    return { denial: null, value: isVirtual(mode) ? this.#virtualTime(name, old) : old };
  }

  /** With V=1 time includes htimedelta. */
  #virtualTime(name: string, value: bigint): bigint {
    if (name !== 'time' && name !== 'timeh') return value;
    const time = BigInt.asUintN(64, this.time + this.raw('htimedelta'));
    return name === 'time' ? BigInt.asUintN(this.platform.xlen, time) : time >> 32n;
  }

  #read({ row, owner, cell }: Bound): bigint {
    const value = owner.read === null ? this.cells[cell] : owner.read(this);
    if (row.highOf !== null) return value >> 32n;
    if (row.name === 'mmpt' && this.#untouched) this.fired[R.SMSD_CSR_18] = 1;
    return this.platform.xlen === 64 ? value : value & LOW;
  }

  #write({ row, owner, cell, mask }: Bound, value: bigint): void {
    const { xlen } = this.platform;
    // The whole register as it would be: the other half stays.
    let whole = BigInt.asUintN(xlen, value);
    if (xlen === 32 && owner.wide) {
      const old = owner.read === null ? this.cells[cell] : owner.read(this);
      whole = row.highOf === null ? (old & ~LOW) | whole : (old & LOW) | (whole << 32n);
    }
    if (row.name === 'mmpt') this.#untouched = false;
    if (owner.write !== null) {
      owner.write(this, whole);
      if (row.affectsAccess) this.version++;
    } else if (owner.read === null) {
      const old = this.cells[cell];
      const wanted = (old & ~mask) | (whole & mask);
      const next = owner.legalise === null ? wanted : owner.legalise(this, old, wanted);
      this.cells[cell] = next;
      if (row.affectsAccess && next !== old) this.version++;
    }
  }

  /** Rules that an executed access decides by being allowed. */
  #mark(name: string, op: CsrOp): void {
    if (name !== 'mmpt' && name !== 'msdcfg') return;
    this.fired[R.SMSD_CSR_01] = 1;
    if (name === 'mmpt' && (op === 'set' || op === 'clear')) this.fired[R.SMSD_CSR_19] = 1;
  }
}
