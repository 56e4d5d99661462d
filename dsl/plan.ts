/** A case, resolved: the contract between the language and whatever runs it. `sdt export json` prints it. */
import type { Span } from './span.ts';

/**
 * A number, or what only the run knows. Numbers are bytes, addresses, or raw bits.
 * `sum` and friends keep arithmetic on such values (`n + 1`, `app.pte(va) + 8`).
 */
export type Value = bigint | Reference;

export type Reference =
  /** What an earlier `-> ok as n` bound. */
  | { readonly ref: 'capture'; readonly name: string }
  /** A member of a table that the run builds: `app.root`, `vault.mpte(addr, level)`. In bytes. */
  | {
      readonly ref: 'table';
      readonly of: string;
      readonly member: 'root' | 'mpte' | 'mpt_page' | 'pte' | 'pte_page';
      readonly address: Value | null;
      /** null: the leaf */
      readonly level: Value | null;
    }
  /** A symbol of machinery that the runtime owns (`imsic.file(0,0,0)`, `guest.measurement(0)`, `rdsm.tables`). */
  | { readonly ref: 'symbol'; readonly path: string; readonly args: readonly Value[] }
  | {
      readonly ref: 'op';
      readonly op: '+' | '-' | '*' | '/';
      readonly left: Value;
      readonly right: Value;
    }
  /** A format constructor with a field that only the run knows. */
  | { readonly ref: 'pack'; readonly fields: readonly PackedField[] };

export interface PackedField {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  readonly value: Value;
}

/** Bytes. */
export interface PlanExtent {
  readonly base: Value;
  readonly size: Value;
}

export type ModeName = 'M' | 'HS' | 'S' | 'U' | 'VS' | 'VU';

/** Who attempts: everything the hart must be switched to before the step. Shared by all steps of that actor. */
export interface PlanActor {
  readonly name: string;
  /** null: the actor runs on whatever the CSRs hold. */
  readonly domain: string | null;
  readonly mode: ModeName;
  /** `in M as VS`: MPRV with MPP/MPV for data accesses. */
  readonly as: ModeName | null;
  readonly hart: number;
  /** Names of spaces: the first stage (s or vs) and the G-stage below it. */
  readonly using: string | null;
  readonly over: string | null;
  /** mxr sum vsmxr vssum hu spvp0 ... */
  readonly with: readonly string[];
}

export interface PlanDevice {
  readonly name: string;
  readonly id: Value;
  readonly behind: string | null;
  readonly domain: string | null;
}

export interface PlanAddress {
  readonly space: 'va' | 'gpa' | 'pa' | 'iova' | null;
  readonly at: Value;
  readonly every: { readonly step: Value; readonly of: PlanExtent } | null;
}

/* ── outcomes ─────────────────────────────────────────────────────────────────────────────── */

export interface PlanOutcome {
  readonly unspecified: boolean;
  readonly alternatives: readonly PlanAlternative[];
  /** As the author wrote it, after substitution; for messages. */
  readonly text: string;
  readonly span: Span;
}

export interface PlanAlternative {
  readonly not: boolean;
  readonly verdict: PlanVerdict;
  /** null: the strict default (the attempted address); `any`: anything. */
  readonly at: 'any' | Value | null;
  readonly gpa: Value | null;
  readonly takenIn: ModeName | null;
  readonly because: string | null;
  /** The name that captures the value of this step. */
  readonly as: string | null;
  readonly with: readonly { readonly name: string; readonly value: Value }[];
  readonly partial: boolean;
  readonly via: { readonly fault: PlanFault; readonly takenIn: ModeName | null } | null;
  readonly costing: readonly {
    readonly counter: string;
    readonly from: Value | null;
    readonly to: Value | null;
  }[];
  readonly text: string;
}

export interface PlanFault {
  readonly origin: 'load' | 'store' | 'fetch' | null;
  readonly fault:
    | 'access'
    | 'page'
    | 'guest page'
    | 'misaligned'
    | 'illegal instruction'
    | 'virtual instruction'
    | 'environment call'
    | 'breakpoint exception'
    | 'software check';
}

export type PlanVerdict =
  | { readonly kind: 'ok' | 'denied' | 'aborted' | 'running' }
  | { readonly kind: 'success'; readonly value: Value | null }
  | { readonly kind: 'error'; readonly name: string | null }
  | { readonly kind: 'interrupt'; readonly name: string }
  | {
      readonly kind: 'exits';
      readonly why: 'end' | 'ecall' | 'interrupt' | 'fault';
      /** The call, the interrupt or the fault; empty: any call. */
      readonly what: string;
      readonly fatal: boolean;
    }
  | { readonly kind: 'fault'; readonly fault: PlanFault }
  /** ok and from <= value <= to; equal when `to` is null. */
  | { readonly kind: 'value'; readonly from: Value; readonly to: Value | null }
  /** ok and the named fields match; the others are free. */
  | { readonly kind: 'fields'; readonly format: string; readonly fields: readonly PackedField[] };

/** `when` lines under a step; conditions on axes are already decided, those on the platform are not. */
export interface PlanWhen {
  readonly when: readonly PlanCondition[];
  readonly outcome: PlanOutcome;
}

/** A condition on what the run chose: model, revision, caching, xlen, mpt, a knob, a feature. */
export interface PlanCondition {
  readonly word: string;
  readonly is: string;
}

/* ── lines that run ───────────────────────────────────────────────────────────────────────── */

export type PlanAction =
  | {
      readonly do: 'attempt';
      /** What `tries` names; `loads` is load, `swaps` amoswap, `adds` amoadd. */
      readonly operation: string;
      /** Bytes. */
      readonly size: number;
      readonly value: Value | null;
      readonly address: PlanAddress;
    }
  /** `high`/`low`: the field that `mmpt.mode` names; null: the whole CSR. */
  | {
      readonly do: 'csr read';
      readonly csr: string;
      readonly field: { readonly high: number; readonly low: number } | null;
    }
  | {
      readonly do: 'csr write';
      readonly csr: string;
      readonly field: { readonly high: number; readonly low: number } | null;
      readonly value: Value;
    }
  /** One fence instruction; null operands are x0. */
  | {
      readonly do: 'fence';
      readonly fence: string;
      readonly of: Value | null;
      readonly for: Value | null;
    }
  /** One instruction in assembly, with x registers that it finds; the others hold zero. */
  | {
      readonly do: 'execute';
      readonly code: string;
      readonly registers: readonly { readonly name: string; readonly value: Value }[];
    }
  /** Runs a program from `at`, or from where its region lies (null). */
  | { readonly do: 'run'; readonly program: string; readonly at: PlanAddress | null }
  /** Goes on with a program that has not come to its end. */
  | { readonly do: 'continue' }
  /** WFI. */
  | { readonly do: 'wait' }
  /** An ECALL of the ABI table. `to`: the domain whose SDID goes into a6; null: the only one there is. */
  | {
      readonly do: 'call';
      /** `covh`, `covg`, `sbi`, ... */
      readonly space: string;
      readonly name: string;
      readonly args: readonly { readonly name: string; readonly value: Value }[];
      readonly to: string | null;
    }
  /** The run loop of a host: enters a vCPU until it exits with something that `supplying` does not answer. */
  | {
      readonly do: 'run tvm';
      readonly tvm: string;
      readonly vcpu: Value;
      readonly supplying: readonly { readonly what: string; readonly from: PlanExtent }[];
    }
  /** Parsed and checked, not modelled yet: `why` goes into the skip. */
  | { readonly do: 'unmodelled'; readonly why: string };

/** A line of a program: what it does, and what must come of it. */
export interface PlanProgramLine {
  readonly action: PlanAction;
  readonly outcome: PlanOutcome;
  readonly whens: readonly PlanWhen[];
  readonly span: Span;
}

export type PlanLine = { readonly span: Span } & (
  | {
      readonly kind: 'domain';
      readonly name: string;
      readonly sdid: Value | null;
      readonly mpt: string | null;
      readonly tables: string | null;
    }
  | {
      readonly kind: 'space';
      readonly name: string;
      readonly stage: 'vs' | 'g' | 's' | 'io';
      readonly mode: string;
      readonly domain: string;
      /** Region that holds the page tables; null: the pool. */
      readonly tables: string | null;
      /** ASID or VMID. */
      readonly id: Value | null;
    }
  | {
      readonly kind: 'grant';
      readonly perms: string;
      readonly extent: PlanExtent;
      readonly to: readonly string[];
      readonly using: { readonly napot: boolean; readonly size: Value } | null;
      readonly unfenced: boolean;
    }
  | {
      readonly kind: 'revoke';
      readonly extent: PlanExtent;
      readonly from: readonly string[];
      readonly unfenced: boolean;
    }
  | {
      readonly kind: 'entry';
      readonly of: string;
      /** null: the leaf */
      readonly level: Value | null;
      readonly extent: PlanExtent;
      readonly content:
        | { readonly kind: 'invalid' }
        | { readonly kind: 'perms'; readonly perms: string }
        | { readonly kind: 'xwr' | 'raw' | 'reserved bit'; readonly value: Value }
        | { readonly kind: 'napot'; readonly g: Value; readonly perms: string };
      readonly unfenced: boolean;
    }
  | {
      readonly kind: 'map';
      readonly space: string;
      readonly from: Value;
      readonly to: Value;
      readonly size: Value;
      readonly perms: string;
      readonly user: boolean;
      readonly fresh: boolean;
      readonly global: boolean;
      readonly using: Value | null;
      readonly unfenced: boolean;
    }
  | {
      readonly kind: 'unmap';
      readonly space: string;
      readonly from: Value;
      readonly size: Value;
      readonly unfenced: boolean;
    }
  | {
      readonly kind: 'pmp';
      readonly index: number;
      readonly perms: string;
      readonly on: PlanExtent | 'all';
      readonly locked: boolean;
    }
  | { readonly kind: 'poke'; readonly at: Value; readonly value: Value; readonly size: number }
  | { readonly kind: 'poison' | 'scrub'; readonly extent: PlanExtent }
  | {
      readonly kind: 'check';
      readonly every: Value | null;
      readonly extent: PlanExtent;
      readonly outcome: PlanOutcome;
    }
  /** A full shoot-down on every hart; `of` names a domain or a space. */
  | {
      readonly kind: 'fence';
      readonly fence: string;
      readonly of: string | null;
      readonly for: PlanExtent | null;
    }
  | { readonly kind: 'flush'; readonly what: string }
  | {
      readonly kind: 'step';
      readonly actor: PlanActor | PlanDevice;
      readonly action: PlanAction;
      readonly outcome: PlanOutcome;
      readonly whens: readonly PlanWhen[];
    }
  /** A program is assembled into the regions that hold it. */
  | {
      readonly kind: 'program';
      readonly name: string;
      /** An assembly file, relative to the script of the span; null: `lines`. */
      readonly from: string | null;
      readonly lines: readonly PlanProgramLine[];
    }
  /** An ELF or raw file is copied into memory: at `at`, or where `to` or the file itself says. */
  | {
      readonly kind: 'image';
      readonly name: string;
      /** Relative to the script of the span. */
      readonly from: string;
      readonly at: Value | null;
      /** The region or domain that it is for; a domain may then read, write and execute it. */
      readonly to: { readonly kind: 'region' | 'domain'; readonly name: string };
    }
  /** Builds a TVM by the calls that a host would make; its name then stands for its guest id. */
  | {
      readonly kind: 'tvm';
      readonly name: string;
      /** Regions whose bytes are its measured pages, one behind the other from `entry` on. */
      readonly from: readonly string[];
      readonly entry: Value;
      readonly vcpus: Value;
    }
  /** In a measure: the lines above it ran once, those below are one round of so many. */
  | { readonly kind: 'repeats'; readonly rounds: bigint }
  /** A set-up line whose machinery comes later: `iommu`, `device`. */
  | { readonly kind: 'unmodelled'; readonly why: string }
);

/** A declared or placed piece of memory, in bytes. */
export interface PlanRegion {
  readonly name: string;
  readonly base: bigint;
  readonly size: bigint;
  /** Replicated over the region, little-endian, in units of `XLEN/8` bytes. */
  readonly holds: bigint | null;
  /** The program that it holds. */
  readonly program: string | null;
  /** The region whose memory also answers here. */
  readonly aliases: string | null;
  readonly shared: boolean;
}

/** Merged `machine` lines: last value wins; `ram`-like properties add up. */
export interface PlanMachine {
  readonly properties: readonly {
    readonly name: string;
    readonly values: readonly (string | bigint)[];
    readonly at: { readonly base: bigint; readonly size: bigint } | null;
    readonly span: Span;
  }[];
  readonly without: readonly string[];
}

export interface Plan {
  /** `path#title[axis=value,...]` */
  readonly id: string;
  readonly file: string;
  readonly suite: string | null;
  /** With its parameters filled in. */
  readonly title: string;
  /** Of the `scenario` line. */
  readonly span: Span;
  /** Case number within its scenario, from 0. */
  readonly number: number;
  readonly bindings: readonly { readonly axis: string; readonly value: string }[];
  readonly tags: readonly string[];
  readonly covers: readonly string[];
  readonly notes: readonly string[];
  /** Features needed; each with the conditions under which it is. */
  readonly requires: readonly {
    readonly feature: string;
    readonly when: readonly PlanCondition[];
  }[];
  readonly skips: readonly { readonly why: string; readonly when: readonly PlanCondition[] }[];
  readonly knownFailures: readonly {
    readonly why: string;
    readonly when: readonly PlanCondition[];
  }[];
  readonly xlen: 32 | 64;
  readonly machine: PlanMachine;
  /** `rdsm.tables`, in bytes: where tables are built unless a line says otherwise; granted to nobody. */
  readonly pool: { readonly base: bigint; readonly size: bigint };
  readonly regions: readonly PlanRegion[];
  readonly lines: readonly PlanLine[];
}
