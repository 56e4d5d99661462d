/** How nominal modes fall onto physical ones: software keeps its place, or is pushed down behind a G-stage. */
import type { Mode } from '../access/context.ts';
import type { NominalMode } from './model.ts';

/** Supervisor software runs where it believes to run. */
export function inPlace(nominal: NominalMode): Mode {
  return nominal === 'HS' ? 'S' : nominal;
}

/** Supervisor software runs as a guest of a root hypervisor; its own guests exist in software only. */
export function deprivileged(nominal: NominalMode): Mode | null {
  return DEPRIVILEGED[nominal];
}

const DEPRIVILEGED: Readonly<Record<NominalMode, Mode | null>> = {
  M: 'M',
  HS: 'VS',
  S: 'VS',
  U: 'VU',
  VS: null,
  VU: null,
};
