/** One function of an extension: its number, its arguments in register order, and what it refuses. */
import type { Check } from './check.ts';
import type { Struct } from '../layouts/struct.ts';

export type ArgumentKind =
  /** Physical address of 4 KiB pages, or of a buffer, as the caller sees physical memory. */
  | 'page'
  | 'address'
  /** Address in the physical address space of a TVM. */
  | 'gpa'
  /** Number of pages. */
  | 'count'
  /** Bytes. */
  | 'length'
  /** Number of a TVM, of one of its vCPUs. */
  | 'tvm'
  | 'vcpu'
  /** 0: 4 KiB, 1: 2 MiB, 2: 1 GiB, 3: 512 GiB. */
  | 'page type'
  /** Anything else. */
  | 'number';

/**
 * What an argument is when a scenario leaves it out. `tvm`: the TVM that was made last; `buffer`: a page that both sides
 * may use, which the bench provides; null: there is no good guess, it must be given.
 */
export type ArgumentDefault = bigint | 'tvm' | 'buffer' | null;

export interface Argument<A extends string = string> {
  readonly name: A;
  readonly kind: ArgumentKind;
  readonly default: ArgumentDefault;
}

/** A record in memory that one argument points to and another measures. */
export interface Parameters<A extends string = string> {
  readonly name: string;
  readonly struct: Struct<Readonly<Record<string, 1 | 2 | 4 | 8>>>;
  /** `in`: its fields may stand as arguments; the caller then writes it to where `address` says. */
  readonly direction: 'in' | 'out';
  /** Arguments that hold its address and its length. */
  readonly address: A;
  readonly length: A;
}

/**
 * How a call of a TVM reaches the host: `asks` (the host's a0 and a1 are the result), `tells` (the result stands before
 * the host hears of it), `ends` (the vCPU never runs again), `stays` (it does not).
 */
export type Reflection = 'asks' | 'tells' | 'ends' | 'stays';

export interface Call<A extends string = string, N extends string = string> {
  /** Function number; null: the specification has no such function. */
  readonly fid: number | null;
  /** Its number in Salus; null: Salus has no such function. */
  readonly salusFid: number | null;
  /** In the order of a0, a1, ... */
  readonly arguments: readonly Argument<A>[];
  readonly parameters: Parameters<A> | null;
  /** By profile; null: no call of a TVM. */
  readonly reflects: { readonly spec: Reflection; readonly salus: Reflection } | null;
  readonly checks: readonly Check<N>[];
}

interface Row<A extends string, N extends string> {
  readonly fid: number | null;
  /** Left out: as `fid`. */
  readonly salusFid?: number | null;
  readonly arguments?: readonly Argument<A>[];
  readonly parameters?: Parameters<A>;
  readonly reflects?: Call['reflects'];
  readonly checks?: readonly Check<N>[];
}

export function call<const A extends string = never, const N extends string = never>(
  row: Row<A, N>,
): Call<A, N> {
  return {
    fid: row.fid,
    salusFid: row.salusFid === undefined ? row.fid : row.salusFid,
    arguments: row.arguments ?? [],
    parameters: row.parameters ?? null,
    reflects: row.reflects ?? null,
    checks: row.checks ?? [],
  };
}

export type Functions = Readonly<Record<string, Call>>;

/** Who may make the calls of an extension. */
export type Caller = 'host' | 'tvm' | 'tsm' | 'host and tvm';

export interface Extension<F extends Functions = Functions> {
  /** As scenarios say it in front of the dot. */
  readonly name: string;
  readonly eid: bigint;
  readonly says: string;
  readonly caller: Caller;
  readonly servicer: 'rdsm' | 'tsm';
  /** Checks before those of the function. */
  readonly entry: readonly Check[];
  readonly functions: F;
}

export function extension<const F extends Functions, const N extends string = never>(
  row: Omit<Extension<F>, 'entry'> & { readonly entry?: readonly Check<N>[] },
): Extension<F> & { readonly entry: readonly Check<N>[] } {
  return { ...row, entry: row.entry ?? [] };
}

const A0 = 10;

/** The arguments of a call as its caller left them in a0, a1, ... */
export function readArguments<A extends string>(
  { arguments: list }: Call<A>,
  x: (register: number) => bigint,
): Readonly<Record<A, bigint>> {
  const values: Partial<Record<A, bigint>> = {};
  list.forEach(({ name }, index) => {
    values[name] = x(A0 + index);
  });
  return values as Record<A, bigint>;
}
