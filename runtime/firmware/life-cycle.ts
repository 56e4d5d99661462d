/** Whether a scenario builds TVMs, for models that have none. */
import type { Plan, PlanAction } from '../../dsl/index.ts';
import { MODELS, type ModelName } from '../../emulator/index.ts';
import type { World } from '../session/world.ts';
import { kindOf } from './domain-kind.ts';

/** Why the TVMs of a scenario that names no model cannot be had under this one; null: they can, or there are none. */
export function lacksTvms(plan: Plan, model: ModelName): string | null {
  const { tvms } = MODELS[model];
  if (tvms === 'all' || plan.machine.properties.some(({ name }) => name === 'model')) return null;
  const wants = plan.lines.some(
    (line) => line.kind === 'tvm' || (line.kind === 'step' && isOfTvms(line.action, tvms)),
  );
  if (!wants) return null;
  return tvms === 'none' ? `${model} has no TVMs` : `${model} only promotes to TVMs`;
}

/** Why nobody answers the calls of a host to a TSM; null: somebody does. */
export function lacksTsm({ domains, setup }: World): string | null {
  if (MODELS[setup.model].tvms === 'none') return `${setup.model} has no TVMs`;
  if ([...domains.keys()].some((name) => kindOf(name) === 'tsm')) return null;
  return "no domain has a TSM: declare one whose name begins with 'tsm'";
}

function isOfTvms(action: PlanAction, tvms: 'promote' | 'none'): boolean {
  if (action.do === 'run tvm') return true;
  if (action.do !== 'call' || action.space !== 'covh') return false;
  return tvms === 'none' || !PROMOTING.has(action.name);
}

/** What a host may call where memory was divided at boot. */
const PROMOTING: ReadonlySet<string> = new Set([
  'get_tsm_info',
  'promote_to_tvm',
  'run_tvm_vcpu',
  'destroy_tvm',
]);
