/** One attempt from an instruction's address to its verdict and its effect. */
import { isolationAllows } from './isolate.ts';
import type { OracleMemory } from './memory.ts';
import { attribute, pmpAllows } from './protect.ts';
import type { Right } from './protect.ts';
import type { Mode, OracleState } from './state.ts';
import { bit, bits } from './state.ts';
import { Translation } from './translate.ts';
import type { Fault, Need } from './translate.ts';

export interface OracleAttempt {
  readonly mode: Mode;
  readonly operation: string;
  readonly address: bigint;
  readonly size: number;
  readonly value: bigint;
  /** Whether a reservation on these bytes is held (SC); asked of the physical address when it is a question. */
  readonly reserved: boolean | ((pa: bigint) => boolean);
  /** What an AMO writes for what it read; null: nothing. */
  readonly combine?: (old: bigint) => bigint | null;
}

export interface OracleTrap {
  readonly cause: number;
  readonly tval: bigint;
  readonly gpa: bigint | null;
  readonly tinst: bigint;
  readonly gva: boolean;
}

export interface Operation {
  readonly origin: 'load' | 'store' | 'fetch';
  /** What page tables must grant. */
  readonly tables: Need['right'];
  /** What PMP must grant. */
  readonly pmp: readonly Right[];
  /** What the protection table must grant. */
  readonly mpt: readonly Right[];
  readonly writes: boolean;
  readonly effect: 'read' | 'write' | 'add' | 'swap' | 'combine' | 'conditional' | 'zero' | 'none';
  /** HLV, HSV, HLVX. */
  readonly hypervisor: boolean;
  /** Must be naturally aligned; I/O memory supports none of them. */
  readonly atomic: boolean;
}

function row(
  origin: Operation['origin'],
  tables: Need['right'],
  effect: Operation['effect'],
  more: Partial<Operation> = {},
): Operation {
  const rights: readonly Right[] =
    tables === 'rw' || tables === 'ss'
      ? ['r', 'w']
      : tables === 'x'
        ? ['x']
        : tables === 'w'
          ? ['w']
          : ['r'];
  const writes = ['write', 'add', 'swap', 'combine', 'conditional', 'zero'].includes(effect);
  return {
    origin,
    tables,
    effect,
    pmp: rights,
    mpt: rights,
    writes,
    hypervisor: false,
    atomic: false,
    ...more,
  };
}

const ATOMIC = { atomic: true };

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  load: row('load', 'r', 'read'),
  store: row('store', 'w', 'write'),
  fetch: row('fetch', 'x', 'read'),
  lr: row('load', 'r', 'read', ATOMIC),
  sc: row('store', 'w', 'conditional', ATOMIC),
  amoadd: row('store', 'rw', 'add', ATOMIC),
  amoswap: row('store', 'rw', 'swap', ATOMIC),
  amo: row('store', 'rw', 'combine', ATOMIC),
  hlv: row('load', 'r', 'read', { hypervisor: true }),
  hsv: row('store', 'w', 'write', { hypervisor: true }),
  hlvx: row('load', 'x as r', 'read', { hypervisor: true, pmp: ['r', 'x'], mpt: ['r'] }),
  sspush: row('store', 'ss', 'write', ATOMIC),
  sspopchk: row('store', 'ss', 'read', ATOMIC),
  ssamoswap: row('store', 'ss', 'swap', ATOMIC),
  cbo_zero: row('store', 'w', 'zero'),
  cbo_clean: row('store', 'r or w', 'none'),
  cbo_flush: row('store', 'r or w', 'none'),
  cbo_inval: row('store', 'r or w', 'none'),
};

const CAUSES = {
  access: { fetch: 1, load: 5, store: 7 },
  page: { fetch: 12, load: 13, store: 15 },
  'guest page': { fetch: 20, load: 21, store: 23 },
} as const;

/** The mode that translation and protection see: MPRV and HLV change it for data. */
export function effectiveMode(state: OracleState, mode: Mode, operation: Operation): Mode {
  if (operation.hypervisor) return bit(state.hstatus, 8) ? 'VS' : 'VU';
  if (mode !== 'M' || operation.origin === 'fetch' || !bit(state.mstatus, 17)) return mode;
  const mpp = Number(bits(state.mstatus, 12, 11));
  if (mpp === 3) return 'M';
  if (bit(state.mstatus, 39)) return mpp === 1 ? 'VS' : 'VU';
  return mpp === 1 ? 'S' : 'U';
}

interface Part {
  readonly va: bigint;
  readonly size: number;
}

/** The bytes of each page; addresses wrap at XLEN. */
function partsOf(state: OracleState, address: bigint, size: number): readonly Part[] {
  const room = 4096 - Number(address & 4095n);
  if (size <= room) return [{ va: address, size }];
  return [
    { va: address, size: room },
    { va: BigInt.asUintN(state.xlen, address + BigInt(room)), size: size - room },
  ];
}

export function attempt(
  state: OracleState,
  memory: OracleMemory,
  request: OracleAttempt,
): { readonly trap: OracleTrap } | { readonly value: bigint } {
  const operation = OPERATIONS[request.operation];
  if (operation === undefined) throw new Error(`no operation ${request.operation}`);
  const mode = effectiveMode(state, request.mode, operation);
  const virtual = mode === 'VS' || mode === 'VU';
  memory.saw(`${request.operation} from ${request.mode} as ${mode}`);
  const raise = (cause: number, tval: bigint, gpa: bigint | null = null, tinst = 0n) => {
    memory.saw(`${request.operation} cause ${cause}`);
    return { trap: { cause, tval, gpa, tinst, gva: virtual } };
  };

  const block = request.operation.startsWith('cbo_');
  const misaligned = !block && request.address % BigInt(request.size) !== 0n;
  if (misaligned && operation.origin !== 'fetch') {
    if (operation.atomic || !state.features.has('misaligned_access')) {
      // A shadow-stack instruction has an access fault for it.
      if (operation.tables === 'ss') return raise(7, request.address);
      return raise(operation.origin === 'load' ? 4 : 6, request.address);
    }
  }
  if (operation.effect === 'conditional' && request.reserved === false) {
    if (state.knobs['failing_sc'] !== 'fault') return { value: 1n };
  }
  const address = block ? request.address & ~63n : request.address;
  const parts = partsOf(state, address, request.size);
  const places: { readonly pa: bigint; readonly size: number }[] = [];
  let denied: ReturnType<typeof raise> | null = null;
  for (const part of parts) {
    const place = locate(state, memory, part, operation, mode, misaligned);
    if ('pa' in place) {
      places.push({ pa: place.pa, size: part.size });
      continue;
    }
    const tval = block ? request.address : part.va;
    const cause = CAUSES[place.type][operation.origin];
    // The guest physical address belongs to the exact virtual address that is reported.
    const explicit = place.gpa !== null && place.implicit === null;
    const gpa = explicit ? (place.gpa & ~4095n) | (tval & 4095n) : place.gpa;
    denied = raise(cause, tval, gpa, pseudoInstruction(state, place));
    break;
  }
  if (parts.length === 2) memory.saw(`straddle ${operation.origin} ${places.length} allowed`);
  if (denied !== null) {
    const [first] = places;
    if (first !== undefined && state.knobs['straddle_store'] === 'first_part') {
      storeFirst(state, memory, request, operation, mode, first);
    }
    return denied;
  }
  memory.saw(`${request.operation} done`);
  return { value: perform(state, memory, request, operation, mode, places) };
}

/** The physical address of one part, if every mechanism allows it. */
function locate(
  state: OracleState,
  memory: OracleMemory,
  part: Part,
  operation: Operation,
  mode: Mode,
  misaligned: boolean,
): { readonly pa: bigint } | Fault {
  const access: Fault = { type: 'access', gpa: null, implicit: null };
  const denied = (by: string): Fault => {
    memory.saw(`${operation.origin} denied by ${by}`);
    return access;
  };
  let pa = part.va;
  let type = 0;
  if (mode === 'M') {
    // Shadow stacks do not exist in M-mode.
    if (operation.tables === 'ss') return access;
  } else {
    const virtual = mode === 'VS' || mode === 'VU';
    const user = mode === 'U' || mode === 'VU';
    const need = { right: operation.tables, writes: operation.writes, implicit: false };
    const translated = new Translation(state, memory, virtual, user).translate(part.va, need);
    if (!('address' in translated)) return translated;
    pa = translated.address;
    type = translated.type;
    const anyRight = operation.tables === 'r or w';
    const rights: readonly Right[] = anyRight ? cboRights(state) : mptRights(state, operation);
    if (!isolationAllows(state, memory, pa, { rights, any: anyRight })) {
      return denied('isolation');
    }
  }
  const pmpOk =
    operation.tables === 'r or w'
      ? (['r', 'w'] as const).some((right) =>
          pmpAllows(state, pa, part.size, [right], mode === 'M'),
        )
      : pmpAllows(state, pa, part.size, operation.pmp, mode === 'M');
  if (!pmpOk) return denied('pmp');
  const kind = attribute(state, pa, part.size);
  if (kind === 'vacant') return denied('pma');
  if (kind === 'io') {
    // Cache-block management goes wherever a load or store may; zeroing a block is a matter of main memory.
    const simple = ['read', 'write', 'none'].includes(operation.effect);
    // HLVX needs memory that can be executed as well as read.
    const executes = operation.pmp.includes('x');
    if (operation.atomic || executes || !simple) return denied('pma');
    // A misaligned access is not supported there, whole or in parts.
    if (misaligned) return denied('pma');
  }
  // Shadow stacks need idempotent memory, which a page of type I/O is not.
  if (operation.tables === 'ss' && type === 2) return denied('memory type');
  const reads = ['read', 'add', 'swap', 'combine'].includes(operation.effect);
  if (reads && memory.isPoisoned(pa, part.size)) return denied('poison');
  return { pa };
}

function mptRights(state: OracleState, operation: Operation): readonly Right[] {
  const strict = operation.tables === 'x as r' && state.knobs['hlvx_needs_x'] === 'yes';
  return strict ? ['r', 'x'] : operation.mpt;
}

function cboRights(state: OracleState): readonly Right[] {
  const knob = state.knobs['cbo_needs'] ?? 'r_or_w';
  return knob === 'r' ? ['r'] : knob === 'w' ? ['w'] : ['r', 'w'];
}

/** mtinst of a guest-page fault whose access was the walker's own, for VS-stage translation. */
function pseudoInstruction(state: OracleState, fault: Fault): bigint {
  if (fault.implicit === null) return 0n;
  const read = state.xlen === 64 ? 0x3000n : 0x2000n;
  return fault.implicit === 'read' ? read : read | 0x20n;
}

function bigEndian(state: OracleState, mode: Mode): boolean {
  switch (mode) {
    case 'M':
      return bit(state.mstatus, 37);
    case 'S':
      return bit(state.mstatus, 36);
    case 'U':
      return bit(state.mstatus, 6);
    case 'VS':
      return bit(state.hstatus, 5);
    case 'VU':
      return bit(state.vsstatus, 6);
  }
}

function perform(
  state: OracleState,
  memory: OracleMemory,
  request: OracleAttempt,
  operation: Operation,
  mode: Mode,
  places: readonly { readonly pa: bigint; readonly size: number }[],
): bigint {
  for (const { pa } of places) memory.note('data', pa);
  const bytes = places.flatMap(({ pa, size }) =>
    [...Array(size).keys()].map((k) => pa + BigInt(k)),
  );
  if (operation.effect === 'none') return 0n;
  if (operation.effect === 'zero') {
    for (const at of bytes) memory.bytes.set(at, 0);
    return 0n;
  }
  // Little-endian: the first byte is the lowest; big-endian: the highest.
  const big = operation.origin !== 'fetch' && bigEndian(state, mode);
  const order = big ? [...bytes].reverse() : bytes;
  const old = order.reduceRight((sum, at) => (sum << 8n) | BigInt(memory.byte(at)), 0n);
  const width = request.size * 8;
  const store = (value: bigint) => {
    order.forEach((at, k) => memory.bytes.set(at, Number((value >> BigInt(8 * k)) & 0xffn)));
  };
  const value = BigInt.asUintN(width, request.value);
  switch (operation.effect) {
    case 'read':
      return old;
    case 'add':
      store(BigInt.asUintN(width, old + value));
      return old;
    case 'swap':
      store(value);
      return old;
    case 'write':
      store(value);
      return 0n;
    case 'conditional':
      if (!holds(request.reserved, places[0]?.pa ?? 0n)) return 1n;
      store(value);
      return 0n;
    case 'combine': {
      const combined = request.combine?.(old) ?? null;
      if (combined !== null) store(BigInt.asUintN(width, combined));
      return old;
    }
  }
}

function holds(reserved: OracleAttempt['reserved'], pa: bigint): boolean {
  return typeof reserved === 'boolean' ? reserved : reserved(pa);
}

/** The open point of a split store whose second part is denied: its first part may have been written. */
function storeFirst(
  state: OracleState,
  memory: OracleMemory,
  request: OracleAttempt,
  operation: Operation,
  mode: Mode,
  first: { readonly pa: bigint; readonly size: number },
): void {
  if (operation.effect !== 'write') return;
  memory.note('data', first.pa);
  for (let k = 0; k < first.size; k++) {
    const place = bigEndian(state, mode) ? request.size - 1 - k : k;
    const byte = Number((request.value >> BigInt(8 * place)) & 0xffn);
    memory.bytes.set(first.pa + BigInt(k), byte);
  }
}
