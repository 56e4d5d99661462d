/** Which cases need firmware: those that call it, build or run a TVM, or stand under a model that is made of it. */
import type { Plan, PlanAction, PlanLine } from '../../dsl/index.ts';
import type { Setup } from '../session/platform.ts';
import { type Areas, areasOf } from './areas.ts';
import { kindOf } from './domain-kind.ts';

/** Models whose domains exist without any firmware. */
const BARE_MODELS: ReadonlySet<string> = new Set(['flat', 'tsm_peer', 'smmpt_light', 'tsm_m']);

/** Whether the machine of a case boots firmware before its first step. */
export function needsFirmware(plan: Plan, model: string): boolean {
  return !BARE_MODELS.has(model) || plan.lines.some(asks);
}

/** Where the firmware of a case lies; null: the case needs none. */
export function firmwareAreas(plan: Plan, { model, platform, firmware }: Setup): Areas | null {
  if (!needsFirmware(plan, model)) return null;
  const domains = plan.lines.filter((line) => line.kind === 'domain');
  return areasOf(plan, {
    tsms: domains.filter(({ name }) => kindOf(name) === 'tsm').length,
    harts: platform.harts,
    shadowPages: NESTING.has(model) ? firmware.shadowPages : null,
  });
}

/** Models with a root that emulates the hypervisor extension. */
const NESTING: ReadonlySet<string> = new Set(['tsm_root', 'rdsm_hs', 'nested_accel']);

/** Lines that the machine carries out while it is being set up: the first other one finds firmware booted. */
export function isSetUp({ kind }: PlanLine): boolean {
  return SET_UP.has(kind);
}

const SET_UP: ReadonlySet<PlanLine['kind']> = new Set<PlanLine['kind']>([
  'domain',
  'space',
  'grant',
  'revoke',
  'entry',
  'map',
  'unmap',
  'pmp',
  'poke',
  'poison',
  'scrub',
  'program',
  'image',
]);

/** Whether an action may let a hart run inside a TVM. */
export function runsGuests(action: PlanAction): boolean {
  if (action.do === 'call') return action.name === 'run_tvm_vcpu';
  return action.do === 'run tvm' || action.do === 'continue';
}

function asks(line: PlanLine): boolean {
  switch (line.kind) {
    case 'tvm':
    // A workload is worth what its switches of domains cost, too.
    case 'repeats':
      return true;
    case 'step':
      return calls(line.action);
    case 'program':
      return line.lines.some(({ action }) => calls(action));
    default:
      return false;
  }
}

function calls(action: PlanAction): boolean {
  return action.do === 'run tvm' || (action.do === 'call' && action.space !== 'iommu');
}
