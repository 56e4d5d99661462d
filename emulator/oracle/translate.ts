/** Address translation, one or two stages, as the numbered steps of the privileged manual. */
import { isolationAllows } from './isolate.ts';
import type { OracleMemory } from './memory.ts';
import { attribute, pmpAllows } from './protect.ts';
import type { Right } from './protect.ts';
import type { OracleState } from './state.ts';
import { bit, bits } from './state.ts';

/** What an access asks of the page tables. */
export interface Need {
  /** `x as r`: HLVX; `r or w`: cache-block management; `ss`: a shadow-stack instruction. */
  readonly right: 'r' | 'w' | 'rw' | 'x' | 'x as r' | 'r or w' | 'ss';
  /** Whether D must be set. */
  readonly writes: boolean;
  /** Whether the walker asks, not the instruction: MXR does not apply. */
  readonly implicit: boolean;
}

export interface Fault {
  readonly type: 'page' | 'guest page' | 'access';
  readonly gpa: bigint | null;
  /** An implicit access for VS-stage translation that faulted in the G-stage. */
  readonly implicit: 'read' | 'write' | null;
}

/** `type`: the PBMT of the leaf, 0 where none is implemented. */
export type Translated = { readonly address: bigint; readonly type: number } | Fault;

const ACCESS: Fault = { type: 'access', gpa: null, implicit: null };

interface Scheme {
  readonly levels: number;
  readonly entry: number;
  readonly root: bigint;
}

const READ: Need = { right: 'r', writes: false, implicit: true };
const WRITE: Need = { right: 'w', writes: true, implicit: true };

export class Translation {
  readonly #state: OracleState;
  readonly #memory: OracleMemory;
  /** V=1 for this access, and whether it is made as U or VU. */
  readonly #virtual: boolean;
  readonly #user: boolean;

  constructor(state: OracleState, memory: OracleMemory, virtual: boolean, user: boolean) {
    this.#state = state;
    this.#memory = memory;
    this.#virtual = virtual;
    this.#user = user;
  }

  /** The supervisor physical address of a virtual address, effective mode below M. */
  translate(va: bigint, need: Need): Translated {
    if (!this.#virtual) return this.#walk('s', va, need);
    const guest = this.#walk('vs', va, need);
    if (!('address' in guest)) return guest;
    const host = this.#walk('g', guest.address, need);
    // The type of the VS-stage goes before that of the G-stage.
    return 'address' in host && guest.type !== 0 ? { ...host, type: guest.type } : host;
  }

  #scheme(stage: 's' | 'vs' | 'g'): Scheme | null {
    const { xlen, satp, vsatp, hgatp } = this.#state;
    const register = { s: satp, vs: vsatp, g: hgatp }[stage];
    if (xlen === 32) {
      const on = bit(register, 31);
      return on ? { levels: 2, entry: 4, root: bits(register, 21, 0) * 4096n } : null;
    }
    const mode = Number(bits(register, 63, 60));
    if (mode === 0) return null;
    return { levels: mode - 5, entry: 8, root: bits(register, 43, 0) * 4096n };
  }

  #walk(stage: 's' | 'vs' | 'g', input: bigint, need: Need): Translated {
    const scheme = this.#scheme(stage);
    if (scheme === null) {
      // Shadow stacks need page tables: with a Bare first stage their accesses are prohibited.
      return stage !== 'g' && need.right === 'ss' ? ACCESS : { address: input, type: 0 };
    }
    const fault: Fault =
      stage === 'g'
        ? { type: 'guest page', gpa: input, implicit: null }
        : { type: 'page', gpa: null, implicit: null };
    const rv64 = this.#state.xlen === 64;
    const index = rv64 ? 9 : 10;
    const width = 12 + index * scheme.levels + (stage === 'g' ? 2 : 0);
    if (stage === 'g') {
      if (input >> BigInt(width) !== 0n) {
        this.#memory.saw('guest address too wide');
        return fault;
      }
    } else if (rv64) {
      const sign = bits(input, 63, width - 1);
      if (sign !== 0n && sign !== (1n << BigInt(65 - width)) - 1n) {
        this.#memory.saw('address not canonical');
        return fault;
      }
    }
    const name = `${stage} sv${rv64 ? 12 + 9 * scheme.levels : 32}`;
    const saw = (level: number, what: string) => this.#memory.saw(`${name} level ${level} ${what}`);
    let a = scheme.root;
    for (let i = scheme.levels - 1; i >= 0; i--) {
      const top = i === scheme.levels - 1 ? width - 1 : 12 + index * (i + 1) - 1;
      const vpn = bits(input, top, 12 + index * i);
      const at = a + vpn * BigInt(scheme.entry);
      const pteAt = this.#tableAddress(stage, at, READ);
      if (!('address' in pteAt)) return pteAt;
      if (!this.#physical(stage, pteAt.address, scheme.entry, 'r')) {
        saw(i, 'unreadable');
        return ACCESS;
      }
      this.#memory.note(stage, pteAt.address);
      const big = bit(this.#state[stage === 'vs' ? 'hstatus' : 'mstatus'], stage === 'vs' ? 5 : 36);
      const pte = this.#memory.read(pteAt.address, scheme.entry, big);

      const failed = (what: string): Fault => {
        saw(i, what);
        return fault;
      };
      if (!bit(pte, 0)) return failed('invalid');
      const [r, w, x] = [bit(pte, 1), bit(pte, 2), bit(pte, 3)];
      const shadow = w && !r && !x && this.#hasShadowStacks(stage);
      if (!r && w && !shadow) return failed('w without r');
      if (this.#isReserved(stage, pte, i, r || x || shadow)) return failed('reserved');
      if (!r && !x && !shadow) {
        saw(i, i === 0 ? 'depth' : 'pointer');
        a = bits(pte, rv64 ? 53 : 31, 10) * 4096n;
        continue;
      }
      const ppn = bits(pte, rv64 ? 53 : 31, 10);
      if (i > 0 && bits(ppn, index * i - 1, 0) !== 0n) return failed('misaligned');
      if (!this.#userAllows(stage, bit(pte, 4), need)) return failed('user');
      const verdict = this.#permits(stage, { r, w, x, shadow }, need);
      if (verdict === 'access') {
        saw(i, 'shadow stack');
        return ACCESS;
      }
      if (verdict === 'page') return failed('permission');
      if (!bit(pte, 6) || (need.writes && !bit(pte, 7))) {
        if (!this.#updates(stage)) return failed(bit(pte, 6) ? 'dirty' : 'accessed');
        const writeAt = this.#tableAddress(stage, at, WRITE);
        if (!('address' in writeAt)) return writeAt;
        if (!this.#physical(stage, writeAt.address, scheme.entry, 'w')) {
          saw(i, 'unwritable');
          return ACCESS;
        }
        saw(i, 'updated');
        this.#memory.note('ad', writeAt.address);
        const updated = pte | 0x40n | (need.writes ? 0x80n : 0n);
        this.#memory.write(writeAt.address, scheme.entry, updated, big);
      }
      saw(i, bit(pte, 63) && rv64 ? 'napot' : 'leaf');
      // A NAPOT leaf covers 16 pages: ppn[3:0] comes from the address.
      const offset = bit(pte, 63) && rv64 ? 16 : 12 + index * i;
      const base = (ppn * 4096n) & ~((1n << BigInt(offset)) - 1n);
      const type = rv64 ? Number(bits(pte, 62, 61)) : 0;
      return { address: base | bits(input, offset - 1, 0), type };
    }
    return fault;
  }

  /** Where a table entry lies: VS-stage tables are in guest physical memory. */
  #tableAddress(stage: 's' | 'vs' | 'g', at: bigint, need: Need): Translated {
    if (stage !== 'vs') return { address: at, type: 0 };
    const translated = this.#walk('g', at, need);
    if ('address' in translated || translated.type !== 'guest page') return translated;
    return { ...translated, implicit: need === READ ? 'read' : 'write' };
  }

  /** Whether the walker, which acts as S-mode, may read or write a table entry. */
  #physical(stage: 's' | 'vs' | 'g', at: bigint, size: number, right: Right): boolean {
    const denied = (by: string) => {
      this.#memory.saw(`${stage} table ${right} denied by ${by}`);
      return false;
    };
    const wanted = { rights: [right], any: false };
    if (!isolationAllows(this.#state, this.#memory, at, wanted)) return denied('isolation');
    if (!pmpAllows(this.#state, at, size, [right], false)) return denied('pmp');
    if (attribute(this.#state, at, size) !== 'memory') return denied('pma');
    return !this.#memory.isPoisoned(at, size) || denied('poison');
  }

  #hasShadowStacks(stage: 's' | 'vs' | 'g'): boolean {
    if (stage === 'g' || !this.#state.features.has('Zicfiss')) return false;
    const register = stage === 's' ? this.#state.menvcfg : this.#state.henvcfg;
    return bit(this.#state.menvcfg, 3) && bit(register, 3);
  }

  #isReserved(stage: 's' | 'vs' | 'g', pte: bigint, level: number, leaf: boolean): boolean {
    const { xlen, features, menvcfg, henvcfg } = this.#state;
    const wrong: string[] = [];
    const when = (what: string, condition: boolean) => {
      if (condition) wrong.push(what);
    };
    const decided = () => {
      // One defect alone shows whether it was looked for.
      if (wrong.length === 1) {
        this.#memory.saw(`${xlen} ${leaf ? 'leaf pte' : 'pointer pte'} ${wrong[0] ?? ''}`);
      }
      return wrong.length > 0;
    };
    // D, A and U of a pointer are reserved.
    if (!leaf) for (const n of [4, 6, 7]) when(`bit ${n}`, bit(pte, n));
    if (xlen === 32) return decided();
    if (bits(pte, 63, 54) === 0n) return decided();
    for (let n = 54; n <= 60; n++) when(`bit ${n}`, bit(pte, n));
    const pbmt = bits(pte, 62, 61);
    const enabled =
      features.has('Svpbmt') && bit(menvcfg, 62) && (stage !== 'vs' || bit(henvcfg, 62));
    when(`pbmt ${pbmt}`, pbmt !== 0n && (!leaf || !enabled || pbmt === 3n));
    if (!bit(pte, 63)) return decided();
    when('n', !features.has('Svnapot') || !leaf || level !== 0);
    when(`napot ${bits(pte, 13, 10)}`, bits(pte, 13, 10) !== 8n);
    return decided();
  }

  #userAllows(stage: 's' | 'vs' | 'g', u: boolean, need: Need): boolean {
    if (stage === 'g' || this.#user) return u;
    if (!u) return true;
    const status = this.#virtual ? this.#state.vsstatus : this.#state.mstatus;
    return need.right !== 'x' && bit(status, 18);
  }

  #permits(
    stage: 's' | 'vs' | 'g',
    pte: { r: boolean; w: boolean; x: boolean; shadow: boolean },
    need: Need,
  ): 'yes' | 'page' | 'access' {
    const { r, w, x, shadow } = pte;
    const mxr =
      !need.implicit &&
      (bit(this.#state.mstatus, 19) || (stage === 'vs' && bit(this.#state.vsstatus, 19)));
    if (need.right === 'ss' && stage !== 'g') {
      if (shadow) return 'yes';
      return r && !w && !x ? 'page' : 'access';
    }
    if (shadow) {
      // Loads may read it; HLVX needs X; stores, fetches and cache-block operations are fatal.
      if (need.right === 'x as r') return 'page';
      return need.right === 'r' ? 'yes' : 'access';
    }
    const readable = r || (mxr && x);
    const allowed = {
      r: readable,
      w,
      rw: readable && w,
      x,
      'x as r': x,
      'r or w': readable || w,
      ss: r && w,
    }[need.right];
    return allowed ? 'yes' : 'page';
  }

  /** Whether hardware sets A and D in this stage; otherwise clear bits are page faults. */
  #updates(stage: 's' | 'vs' | 'g'): boolean {
    const { features, menvcfg, henvcfg } = this.#state;
    if (!features.has('Svadu')) return false;
    return bit(menvcfg, 61) && (stage !== 'vs' || bit(henvcfg, 61));
  }
}
