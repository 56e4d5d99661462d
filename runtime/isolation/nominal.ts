/** Domains that believe themselves in S-mode and run in VS: what their modes, CSRs and counters are physically. */
import type { ModeName } from '../../dsl/index.ts';
import type { Mode } from '../../emulator/index.ts';
import { MODELS } from '../../emulator/index.ts';
import { kindOf } from '../firmware/domain-kind.ts';
import { CaseSkip } from '../session/case-error.ts';
import type { Setup } from '../session/platform.ts';

/** CSRs whose names mean the guest's own where V=1. */
const GUEST_NAMES: ReadonlyMap<string, string> = new Map(
  ['status', 'ie', 'tvec', 'scratch', 'epc', 'cause', 'tval', 'ip', 'atp', 'timecmp'].map(
    (name) => [`s${name}`, `vs${name}`],
  ),
);

/** The mode in which software of a domain runs; null domain: as it says. Throws a `CaseSkip` where there is none. */
export function physicalMode({ model }: Setup, domain: string | null, nominal: ModeName): Mode {
  if (domain === null) return nominal === 'HS' ? 'S' : nominal;
  const mode = MODELS[model].physicalMode(kindOf(domain), nominal);
  if (mode === null) {
    throw new CaseSkip(`${model}: a guest of ${domain} runs in software only, not as a step`);
  }
  return mode;
}

/** Whether supervisor software of a domain runs as a guest. */
export function isDeprivileged({ model }: Setup, domain: string | null): boolean {
  if (domain === null) return false;
  return MODELS[model].physicalMode(kindOf(domain), 'S') === 'VS';
}

/** The CSR that a domain reaches by a name. */
export function physicalCsr(setup: Setup, domain: string | null, name: string): string {
  return isDeprivileged(setup, domain) ? (GUEST_NAMES.get(name) ?? name) : name;
}
