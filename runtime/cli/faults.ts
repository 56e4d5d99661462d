/** The named faults of the machine, by name. */
import { FAULTS } from '../../emulator/index.ts';

export interface Fault {
  readonly says: string;
  /** Rules that the replaced decision decides. */
  readonly breaks: readonly string[];
}

export const FAULT_CATALOGUE: Readonly<Record<string, Fault>> = FAULTS;
