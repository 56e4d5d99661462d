/** A deployment model: which privilege mode plays which part, and what keeps domains apart. Data, not code paths. */
import type { Mode } from '../access/context.ts';
import type { HandlerName } from '../firmware/handler.ts';
import type { FirmwareDomain, ModelName } from '../firmware/spec.ts';
import type { Feature } from '../platform.ts';

/** The mode that software believes in. */
export type NominalMode = 'M' | 'HS' | 'S' | 'U' | 'VS' | 'VU';

export interface Model {
  readonly name: ModelName;
  /** One line for lists: who stands where. */
  readonly says: string;
  /**
   * What isolates domains: entries of the protection table, mappings of one G-stage per domain (GPA = SPA), PMP
   * entries, or nothing at all.
   */
  readonly isolation: 'mpt' | 'gstage' | 'pmp' | 'none';
  readonly requires: readonly Feature[];
  /** Features that a machine of this model does not have. */
  readonly without?: readonly Feature[];
  /** Whether TVMs can be created; `promote`: only by promote_to_tvm. */
  readonly tvms: 'all' | 'promote' | 'none';
  /** Firmware by the vector that leads to it; a domain's own TSM stands in its supervisor vector. */
  readonly handlers: readonly { readonly name: HandlerName; readonly mode: 'M' | 'HS' }[];
  /**
   * The mode in which software of a domain runs that believes itself in `nominal`, on a machine with (or without) H.
   * Null: what it would run in exists in software only (a guest of a nested hypervisor).
   */
  physicalMode(kind: FirmwareDomain['kind'], nominal: NominalMode): Mode | null;
}
