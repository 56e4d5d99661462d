/** What the language must know of the machine. The runtime fills it from the emulator's catalogues; nobody copies a list. */

/** The named fields of a packed format (an entry, a CSR, a record) at one XLEN, for `mpte(v: 1, ppn: ..)`. */
export interface Format {
  /** Width of the packed value in bits. */
  readonly bits: number;
  /** Field name to its highest and lowest bit. */
  readonly fields: ReadonlyMap<string, { readonly high: number; readonly low: number }>;
}

export type StageWord = 'vs' | 'g' | 's' | 'io';

/** A translation mode or an isolation-table mode, as far as layout and checks need it. */
export interface TableMode {
  readonly name: string;
  readonly xlen: 32 | 64;
  /** Bytes that one leaf (for isolation tables: one tuple) covers, by level; index = level. */
  readonly leafSizes: readonly bigint[];
  /** Bits of the addresses that the mode accepts. */
  readonly addressBits: number;
  /** Bytes and alignment of the root table. */
  readonly rootSize: bigint;
  /** The stages that may use it; empty for isolation-table modes. */
  readonly stages: readonly StageWord[];
  /** The feature that a machine needs for it (`Sv57`), if any. */
  readonly feature: string | null;
}

/** What may stand behind a property of a `machine` line. */
export type PropertyShape =
  | { readonly kind: 'number'; readonly min: bigint; readonly max: bigint }
  | { readonly kind: 'word'; readonly values: readonly string[] }
  /** One or more of `values`; `none` and `all` stand alone. */
  | { readonly kind: 'words'; readonly values: readonly string[] }
  /** `ram at B size S`; several are legal. */
  | { readonly kind: 'extent' }
  | { readonly kind: 'numbers' };

/** What `tries OP` may name. */
export interface Operation {
  readonly name: string;
  readonly origin: 'load' | 'store' | 'fetch';
  /** Widths in bytes it may have. */
  readonly widths: readonly number[];
  /** Whether `with VALUE` may stand behind it. */
  readonly takesValue: boolean;
  /** The feature that a machine needs for it, if any. */
  readonly feature: string | null;
}

/** What `fences WORD` may name: an instruction, and which operands it has. */
export interface FenceWord {
  readonly name: string;
  readonly mnemonic: string;
  readonly of: 'sdid' | 'asid' | 'vmid' | null;
  readonly for: 'pa' | 'va' | 'gpa' | null;
  readonly feature: string | null;
}

export interface CallFunction {
  /** In ABI order; fields of a record that it reads stand in front of the record's address. */
  readonly arguments: readonly string[];
  /** Those that must be given. */
  readonly required: readonly string[];
  /** Some refusals have no error of their own: a bare `error` is then all that can be said. */
  readonly hasOpenErrors: boolean;
  /** What it may return, as far as anybody knows; null: anything. */
  readonly errors: readonly string[] | null;
  /** Whether it runs a vCPU: it may come back with an exit. */
  readonly runs: boolean;
}

export interface CallNamespace {
  readonly functions: ReadonlyMap<string, CallFunction>;
  readonly errors: readonly string[];
}

export interface Vocabulary {
  readonly rules: ReadonlySet<string>;
  readonly reasons: ReadonlySet<string>;
  readonly knobs: ReadonlyMap<string, readonly string[]>;
  /** Rule id to the knob that its outcome hangs on. */
  readonly openRules: ReadonlyMap<string, string>;
  /** CSR name to whether it exists per XLEN and its privilege; fields come from `format(name)`. */
  readonly csrs: ReadonlyMap<
    string,
    {
      readonly xlens: readonly (32 | 64)[];
      /** null: no machine has it yet. */
      readonly number: number | null;
    }
  >;
  readonly formatNames: ReadonlySet<string>;
  format(name: string, xlen: 32 | 64): Format | null;
  readonly models: ReadonlySet<string>;
  readonly revisions: ReadonlyMap<string, { readonly isolation: 'smmpt' | 'smmtt' }>;
  readonly isolationModes: ReadonlyMap<
    string,
    TableMode & { readonly isolation: 'smmpt' | 'smmtt' }
  >;
  readonly translationModes: ReadonlyMap<string, TableMode>;
  readonly properties: ReadonlyMap<string, PropertyShape>;
  /** What `requires` and `machine without` may name. */
  readonly features: ReadonlySet<string>;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly fences: ReadonlyMap<string, FenceWord>;
  /** What `fence WORD` (the full shoot-down) and `flush WORD` may name. */
  readonly shootdowns: ReadonlySet<string>;
  readonly flushes: ReadonlySet<string>;
  /** What `actor .. with WORD` may name. */
  readonly actorFlags: ReadonlySet<string>;
  readonly counters: ReadonlySet<string>;
  readonly calls: ReadonlyMap<string, CallNamespace>;
  /** What `with (name: ..)` behind a fault may name: trap CSRs and their fields. */
  readonly trapFields: ReadonlySet<string>;
  /** What `executes .. with REGISTER = V` may name: x and f registers by number and by ABI name, to their number. */
  readonly registers: ReadonlyMap<string, number>;
  /** What `interrupt WORD` may name. */
  readonly interrupts: ReadonlySet<string>;
  /** What `runs TVM supplying WORD from EXTENT` may name. */
  readonly supplies: ReadonlySet<string>;
  /**
   * The first mistake in assembly text, its column and length in the text (from 1); null: there is none. `single`: it
   * must be one instruction.
   */
  assemble(
    text: string,
    xlen: 32 | 64,
    single: boolean,
  ): { readonly message: string; readonly col: number; readonly length: number } | null;
  /** Tags the configuration declares; null: any tag is legal. */
  readonly tags: ReadonlySet<string> | null;
}
