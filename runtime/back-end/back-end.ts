/**
 * The one interface through which a session drives a machine: the emulator in this process, and later an
 * ELF on QEMU, Spike or RTL, or an external model. `Machine` of the emulator has this shape by itself.
 *
 * Physical memory and CSRs are reached in two ways, never mixed: `read`, `write`, `peekCsr`, `pokeCsr` are the
 * bench's own hand (no privilege, no cache, no counter); `attempt`, `csr` and `fence` are instructions of a hart.
 */
import type {
  CachedEntry,
  CacheKind,
  Counts,
  FenceRequest,
  KeptVerdict,
  Mode,
  OperationName,
  Platform,
  Result,
  RuleId,
  WalkStep,
} from '../../emulator/index.ts';

import type { Execution } from './execution.ts';

export interface Capabilities {
  /** Traps say why (`because`). */
  readonly reasons: boolean;
  /** Walk traces can be taken. */
  readonly traces: boolean;
  /** References are counted. */
  readonly counts: boolean;
  /** Decided rules are marked. */
  readonly rules: boolean;
  /** Caching policies it can be asked for. */
  readonly caching: readonly string[];
  /** Faults can be planted. */
  readonly faults: boolean;
  /** Harts execute instructions. */
  readonly execution: boolean;
  /** It boots firmware models. */
  readonly firmware: boolean;
}

export interface Attempt {
  readonly mode: Mode;
  readonly operation: OperationName;
  /** Virtual address as software forms it: unsigned, below 2^XLEN. */
  readonly address: bigint;
  /** Bytes. */
  readonly size: number;
  /** What a store, SC, AMO writes or adds. */
  readonly value: bigint;
}

export interface CsrRequest {
  readonly mode: Mode;
  readonly name: string;
  readonly op: 'read' | 'write' | 'set' | 'clear';
  readonly value: bigint;
}

export interface BackEnd extends Execution {
  readonly name: string;
  readonly capabilities: Capabilities;

  /** Builds the platform afresh: memory, CSRs, caches, counters. Returns why it cannot, or null. */
  reset(platform: Platform): string | null;

  /** Little-endian, 1 to 8 bytes, at a physical address. Vacant memory reads 0 and ignores writes. */
  read(at: bigint, size: number): bigint;
  write(at: bigint, size: number, value: bigint): void;
  /** Fills whole memory ranges with a replicated unit of XLEN/8 bytes; 0 scrubs. Heals poison. */
  fill(base: bigint, size: bigint, unit: bigint): void;
  /** From now on reads of these bytes are uncorrectable. */
  poison(base: bigint, size: bigint): void;

  /** The effect of an M-mode CSR access, WARL included; traps are impossible, nothing is counted. */
  peekCsr(hart: number, name: string): bigint;
  pokeCsr(hart: number, name: string, value: bigint): void;

  attempt(hart: number, attempt: Attempt): Result;
  csr(hart: number, request: CsrRequest): Result;
  fence(hart: number, request: FenceRequest): Result;
  /** Empties caches of every hart: always legal. */
  flush(what: CacheKind): void;

  /** What the caches of a hart hold, oldest first; empty where nobody can tell. */
  cached(hart: number): readonly CachedEntry[];
  /** PMP verdicts of whole pages that a hart keeps for modes below M; empty where nobody can tell. */
  keptVerdicts(hart: number): readonly KeptVerdict[];

  /** Starts or stops tracing; `takeTrace` hands over the steps since. */
  trace(on: boolean): void;
  takeTrace(): readonly WalkStep[];
  counts(): Counts;
  /** Rules decided since reset. */
  fired(): readonly RuleId[];
}
