/** A guest full of secrets that comes out in every way there is, and what of them its host may see at each exit. */
import {
  Assembler,
  EXTENSIONS,
  type CallExtension,
  fidOf,
  NACL_CSRS,
  naclCsr,
  naclGpr,
  wholeIsa,
} from '../../emulator/index.ts';

/** One 64-bit word each: of x and f by their numbers, of CSRs and addresses by `WORD`. */
export type Secrets = readonly bigint[];

const X = 0;
const F = 32;
const WORD = {
  vsscratch: 64,
  vsepc: 65,
  vscause: 66,
  vstval: 67,
  vstvec: 68,
  senvcfg: 69,
  scounteren: 70,
  sstatus: 71,
  fcsr: 72,
  satp: 73,
  stimecmp: 74,
  sie: 75,
  storeHole: 76,
  amoHole: 77,
  loadHole: 78,
  fetchHole: 79,
  device: 80,
  shared: 81,
  start: 82,
  opaque: 83,
  nowhere: 84,
  /** From here on bytes that the guest puts into its memory. */
  memory: 85,
} as const;
export const SECRET_WORDS = 100;

/**
 * Guest physical addresses. Which pages a guest uses is no secret: a root that shadows its tables works for each of
 * them. The image: two pages of code, the secrets, the root of the first stage.
 */
export const ENTRY = 0x8020_0000n;
const SECRET_PAGE = ENTRY + 0x2000n;
const ROOT = ENTRY + 0x3000n;
export const IMAGE_PAGES = 4;
export const HOLES = {
  store: ENTRY + 0x10_0000n,
  amo: ENTRY + 0x11_0000n,
  load: ENTRY + 0x12_0000n,
  fetch: ENTRY + 0x13_0000n,
} as const;
export const SHARED = ENTRY + 0x30_0000n;
export const DEVICES = 0x1000_8000n;
const NOWHERE = 0x4000_0000n;
const PAGE = 0x1000n;
const SLED = 64n;

const GIBIBYTE = 30n;
/** Valid, readable, writable, executable, accessed, dirty. */
const LEAF = 0xcfn;

/**
 * The first stage: entry 0 maps the gibibyte of devices, 1 that of nothing, 2 that of memory; of the others the even
 * ones are memory again, the odd ones devices. So an address has a secret alias.
 */
function rootTable(): readonly bigint[] {
  return Array.from({ length: 512 }, (_, k) => {
    const gibibyte = k < 3 ? BigInt(k) : k % 2 === 0 ? 2n : 0n;
    return ((gibibyte << (GIBIBYTE - 12n)) << 10n) | LEAF;
  });
}

/** An alias of a guest physical address that the secret chooses. */
function alias(gpa: bigint, secret: bigint): bigint {
  const k = 4n + 2n * (secret % 100n) + (gpa >> GIBIBYTE === 2n ? 0n : 1n);
  return (k << GIBIBYTE) | (gpa & 0x3fff_ffffn);
}

function asPage(secrets: Secrets, labels: ReadonlyMap<string, bigint>): readonly bigint[] {
  const at = (name: string): bigint => labels.get(name) ?? 0n;
  const place = (gpa: bigint, secret: bigint) => alias(gpa + ((secret >> 8n) & 0xff8n), secret);
  const among = (name: string, secret: bigint) => at(name) + 4n * (secret % SLED);
  const shaped: Readonly<Record<number, (secret: bigint) => bigint>> = {
    [WORD.vstvec]: (secret) => among('traps', secret),
    [WORD.sstatus]: (secret) => (secret & 0xc_0120n) | 0x6000n,
    [WORD.fcsr]: (secret) => secret & 0xffn,
    [WORD.satp]: (secret) => (8n << 60n) | ((secret & 0xffffn) << 44n) | (ROOT >> 12n),
    [WORD.stimecmp]: (secret) => (1n << 62n) | (secret >> 4n),
    [WORD.sie]: (secret) => secret & 0x222n,
    [WORD.storeHole]: (secret) => place(HOLES.store, secret),
    [WORD.amoHole]: (secret) => place(HOLES.amo, secret),
    [WORD.loadHole]: (secret) => place(HOLES.load, secret),
    [WORD.fetchHole]: (secret) => place(HOLES.fetch, secret),
    [WORD.device]: (secret) => alias(DEVICES, secret),
    [WORD.shared]: (secret) => alias(SHARED, secret),
    [WORD.start]: (secret) => among('starts', secret),
    [WORD.nowhere]: (secret) => NOWHERE + (secret & 0x3fff_fff8n),
  };
  return secrets.map((secret, k) => shaped[k]?.(secret) ?? secret);
}

const word = (k: number): string => `${8 * k}(x5)`;
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, k) => from + k);

const CSRS = {
  // FS comes first: float registers follow.
  sstatus: WORD.sstatus,
  sscratch: WORD.vsscratch,
  sepc: WORD.vsepc,
  scause: WORD.vscause,
  stval: WORD.vstval,
  stvec: WORD.vstvec,
  senvcfg: WORD.senvcfg,
  scounteren: WORD.scounteren,
  fcsr: WORD.fcsr,
  satp: WORD.satp,
  stimecmp: WORD.stimecmp,
  sie: WORD.sie,
} as const;

/** Secrets everywhere; x5 last of all with a word of its own, or with an address that is used next. */
const load = (x5 = 5): string => `
  li x5, ${SECRET_PAGE}
  ${Object.entries(CSRS)
    .map(([csr, k]) => `ld x6, ${word(k)}\ncsrw ${csr}, x6`)
    .join('\n')}
  ${numbers(0, 31)
    .map((n) => `fld f${n}, ${word(F + n)}`)
    .join('\n')}
  ${numbers(1, 31)
    .filter((n) => n !== 5)
    .map((n) => `ld x${n}, ${word(X + n)}`)
    .join('\n')}
  ld x5, ${word(x5)}`;

/** a6 of a call. */
function numberOf({ functions }: CallExtension, name: string): bigint {
  const row = functions[name];
  const fid = row === undefined ? null : fidOf(row, 'spec');
  if (fid === null) throw new Error(`no call ${name}`);
  return BigInt(fid);
}

/** An ECALL: a7 and a6, and the first arguments; the others stay secret. */
function ecall(extension: CallExtension, name: string, ...values: readonly string[]): string {
  const args = values.map((value, k) => `li x${10 + k}, ${value}`).join('\n');
  return `${args}\nli x16, ${numberOf(extension, name)}\nli x17, ${extension.eid}\necall`;
}

const { covg, dbcn, hsm, srst } = EXTENSIONS;

/** A vCPU that starts behind the sled has its number in a0. */
const start = (hart: number): string => `${load()}
  li x10, ${hart}
  li x12, ${SECRET_PAGE}
  ld x11, ${8 * WORD.start}(x12)
  ld x12, ${8 * WORD.opaque}(x12)
  ${ecall(hsm, 'hart_start')}`;

const PROGRAM = `
  ${load()}
  ${ecall(dbcn, 'console_write_byte')}
  ${load(WORD.storeHole)}
  sd x9, 0(x5)
  ${load(WORD.storeHole)}
  andi x6, x5, 0x7ff
  sub x5, x5, x6
  ${numbers(7, 31)
    .map((n) => `sd x${n}, ${8 * n}(x5)`)
    .join('\n')}
  ${numbers(0, 31)
    .map((n) => `fsd f${n}, ${8 * (n + 32)}(x5)`)
    .join('\n')}
  ${load(WORD.amoHole)}
  amoadd.d x6, x7, (x5)
  ${load(WORD.loadHole)}
  ld x8, 0(x5)
  ${load(WORD.fetchHole)}
  jr x5
traps:
  ${'j trapped\n'.repeat(Number(SLED))}
trapped:
  ${load()}
  ${ecall(covg, 'add_mmio_region', String(DEVICES), '0x1000')}
  ${load(WORD.device)}
  sw x9, 4(x5)
  sb x18, 11(x5)
  lw x20, 8(x5)
  ${load()}
  ${ecall(covg, 'share_memory_region', String(SHARED), '0x1000')}
  ${load(WORD.shared)}
  sd x27, 0(x5)
  ${load()}
  wfi
  ${start(1)}
  ${start(2)}
  ${start(3)}
  ${load()}
  wfi
  ${ecall(srst, 'system_reset', '0', '0')}
starts:
  ${'j started\n'.repeat(Number(SLED))}
started:
  li x6, 2
  bltu x10, x6, spins
  beq x10, x6, falls
  ${load()}
  ${ecall(hsm, 'hart_stop')}
spins:
  ${load()}
  j .
falls:
  ${load(WORD.nowhere)}
  ld x6, 0(x5)
`;

const assembler = new Assembler(wholeIsa(64));
let assembled: { readonly bytes: Uint8Array; readonly labels: ReadonlyMap<string, bigint> } | null =
  null;

function program() {
  if (assembled !== null) return assembled;
  const made = assembler.assemble(PROGRAM, ENTRY);
  if (made.error !== null) throw new Error(`${made.error.line}: ${made.error.message}`);
  if (BigInt(made.bytes.length) > SECRET_PAGE - ENTRY) throw new Error('too much code');
  assembled = made;
  return made;
}

/** What is measured into the TVM from `ENTRY` on. */
export function imageOf(secrets: Secrets): Uint8Array {
  const { bytes, labels } = program();
  const image = new Uint8Array(IMAGE_PAGES * Number(PAGE));
  image.set(bytes, 0);
  const view = new DataView(image.buffer);
  const words = (at: bigint, values: readonly bigint[]): void => {
    values.forEach((value, k) => {
      view.setBigUint64(Number(at - ENTRY) + 8 * k, BigInt.asUintN(64, value), true);
    });
  };
  words(SECRET_PAGE, asPage(secrets, labels));
  words(ROOT, rootTable());
  return image;
}

/** How one exit is brought about and what it must look like: the rows of the exit catalogue. */
export interface ExitRow {
  readonly says: string;
  readonly vcpu: number;
  readonly cause: bigint;
  /** What run_tvm_vcpu gives: 1, the vCPU is no more. */
  readonly value?: bigint;
  /** Where the host puts a page afterwards. */
  readonly zero?: bigint;
  readonly share?: bigint;
  /** The host's deadline, in ticks from now. */
  readonly timer?: bigint;
  /** x registers of which the host sees something, with what it sees. */
  readonly shows?: (secrets: Secrets) => ReadonlyMap<number, bigint>;
}

const TIMER = (1n << 63n) | 5n;

/** a0 .. a7 of a call: its numbers, what it is about; the rest is the secret word of that register. */
function call(
  extension: CallExtension,
  name: string,
  given: readonly bigint[] = [],
): (secrets: Secrets) => ReadonlyMap<number, bigint> {
  const known = new Map([
    ...given.map((value, k) => [10 + k, value] as const),
    [16, numberOf(extension, name)] as const,
    [17, extension.eid] as const,
  ]);
  return (secrets) =>
    new Map(numbers(10, 17).map((n) => [n, known.get(n) ?? secrets[X + n] ?? 0n]));
}

const a0 = (value: (secrets: Secrets) => bigint) => (secrets: Secrets) =>
  new Map([[10, value(secrets)]]);

/** Where it starts, and with what, is for the TVM alone. */
const started = (hart: bigint) => call(hsm, 'hart_start', [hart, 0n, 0n]);
const low = (secrets: Secrets, n: number, bits: number) =>
  BigInt.asUintN(bits, secrets[X + n] ?? 0n);

export const EXITS: readonly ExitRow[] = [
  {
    says: 'a forwarded ECALL',
    vcpu: 0,
    cause: 10n,
    shows: call(dbcn, 'console_write_byte'),
  },
  { says: 'a store to a hole', vcpu: 0, cause: 23n, zero: HOLES.store },
  { says: 'an AMO to a hole', vcpu: 0, cause: 23n, zero: HOLES.amo },
  { says: 'a load from a hole', vcpu: 0, cause: 21n, zero: HOLES.load },
  { says: 'a fetch from a hole', vcpu: 0, cause: 20n, zero: HOLES.fetch },
  {
    says: 'a notified ECALL',
    vcpu: 0,
    cause: 10n,
    shows: call(covg, 'add_mmio_region', [DEVICES, PAGE]),
  },
  { says: 'a store to a device', vcpu: 0, cause: 23n, shows: a0((all) => low(all, 9, 32)) },
  { says: 'a store of a byte', vcpu: 0, cause: 23n, shows: a0((all) => low(all, 18, 8)) },
  { says: 'a load from a device', vcpu: 0, cause: 21n, shows: a0(() => 0n) },
  {
    says: 'a share',
    vcpu: 0,
    cause: 10n,
    shows: call(covg, 'share_memory_region', [SHARED, PAGE]),
  },
  { says: 'a store to a shared hole', vcpu: 0, cause: 23n, share: SHARED },
  { says: 'a WFI', vcpu: 0, cause: 22n },
  { says: 'a vCPU is started', vcpu: 0, cause: 10n, shows: started(1n) },
  { says: 'a second one', vcpu: 0, cause: 10n, shows: started(2n) },
  { says: 'a third one', vcpu: 0, cause: 10n, shows: started(3n) },
  { says: 'a deadline while it computes', vcpu: 1, cause: TIMER, timer: 2000n },
  { says: 'a fault that nobody handles', vcpu: 2, cause: 21n, value: 1n },
  {
    says: 'a vCPU stops',
    vcpu: 3,
    cause: 10n,
    value: 1n,
    shows: call(hsm, 'hart_stop'),
  },
  { says: 'a WFI before the end', vcpu: 0, cause: 22n },
  { says: 'a deadline that has passed', vcpu: 0, cause: TIMER, timer: 0n },
  {
    says: 'the end',
    vcpu: 0,
    cause: 10n,
    value: 1n,
    shows: call(srst, 'system_reset', [0n, 0n]),
  },
];

/** The word that the guest puts into shared memory. */
export const declassified = (secrets: Secrets): bigint => secrets[X + 27] ?? 0n;

/** What the host may see of a vCPU after an exit of that kind: offsets in the NACL page, and their words. */
export function allowed(row: ExitRow, secrets: Secrets): ReadonlyMap<bigint, bigint> {
  const shown = [...(row.shows?.(secrets) ?? [])].map(
    ([n, value]) => [naclGpr(n, 64), value] as const,
  );
  const own = asPage(secrets, program().labels);
  return new Map([
    ...shown,
    [naclCsr(NACL_CSRS.vstimecmp, 64), own[WORD.stimecmp] ?? 0n],
    [naclCsr(NACL_CSRS.vsie, 64), own[WORD.sie] ?? 0n],
  ]);
}
