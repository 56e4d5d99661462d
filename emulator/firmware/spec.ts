/** What firmware is told at boot: the platform as its device tree would say, and where its own memory lies. */

export type ModelName =
  'flat' | 'tsm_peer' | 'tsm_root' | 'rdsm_hs' | 'nested_accel' | 'smmpt_light' | 'tsm_m';

/** Bytes. */
export interface Area {
  readonly base: bigint;
  readonly size: bigint;
}

export interface FirmwareDomain {
  readonly name: string;
  readonly sdid: number;
  /** `tsm`: its supervisor software is a TSM; `host`: SDID 0; `plain`: anything else. */
  readonly kind: 'host' | 'tsm' | 'plain';
  /** What mmpt (mttp) holds while it runs, or hgatp where a G-stage isolates; 0: Bare, or the model has no table. */
  readonly mmpt: bigint;
  /** Image (its first page is the handler's) and data of a TSM, or of a domain that models give firmware; else null. */
  readonly memory: Area | null;
}

export interface FirmwareSpec {
  readonly model: ModelName;
  readonly xlen: 32 | 64;
  readonly harts: number;
  readonly ram: readonly Area[];
  /** Second addresses of the same cells: `base` answers with the memory of `of`. */
  readonly aliases: readonly (Area & { readonly of: bigint })[];
  /** Image (first page: the handler's) and data of the RDSM. Denied to everybody below M. */
  readonly rdsm: Area;
  /** Of the root of a nesting model (HS); null in the others. */
  readonly root: Area | null;
  /** Pages for tables that the firmware adds to those it found at boot. */
  readonly tables: Area;
  readonly domains: readonly FirmwareDomain[];
  /** Memory that was divided before boot and cannot change sides: what is for TVMs, what the host may read and write. */
  readonly split?: { readonly confidential: readonly Area[]; readonly host: readonly Area[] };
  /** Isolation-table mode (`smmpt43`); null: none. */
  readonly mpt: string | null;
  /** Revisions of the MTT era: whether MTTL3 entries have a VALID bit. */
  readonly l3Valid: boolean;
  /** Mode of G-stages that firmware builds. */
  readonly gstage: 'sv32x4' | 'sv39x4' | 'sv48x4' | 'sv57x4';
  readonly features: ReadonlySet<string>;
  readonly vmidlen: number;
  readonly sdidlen: number;
  readonly tsm: {
    readonly profile: 'spec' | 'salus';
    readonly state: 'loaded' | 'ready';
    /** vCPUs that one TVM may have. */
    readonly maxVcpus: number;
    /** An interrupted TSM may only be resumed. */
    readonly interruptible: boolean;
  };
  /** Physical addresses of devices that firmware drives; null: absent. */
  readonly clint: bigint | null;
  readonly uart: bigint | null;
  readonly finisher: bigint | null;
  /** Seed of how harts in firmware are interleaved; null: handlers run to completion. */
  readonly schedule: number | null;
  /** Handlers are made anew before each entry: they must find everything in memory. */
  readonly amnesia: boolean;
  /** All keys derive from it. */
  readonly seed: number;
  /** SBI NACL features offered by a nesting root. */
  readonly nacl: ReadonlySet<'sync_csr' | 'sync_hfence' | 'sync_sret' | 'autoswap_csr'>;
  /** Shadow tables of a nesting root: pages in its pool. */
  readonly shadowPages: number;
  /** The flags of nested_accel. */
  readonly acceleration: ReadonlySet<Acceleration>;
}

/** The flags of nested_accel. */
export const ACCELERATIONS = ['csr_page', 'hw_vhs_trap', 'hw_sret', 'walk3', 'fence_fwd'] as const;

export type Acceleration = (typeof ACCELERATIONS)[number];
