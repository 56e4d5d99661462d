/** What the parts of the root share while a hart is in it. */
import type { BoundTo } from '../layouts/record.ts';
import { recordAt } from '../layouts/record.ts';
import { ROOT_DOMAIN, ROOT_HART } from '../layouts/root-hart.ts';
import type { Port } from '../port.ts';
import type { Monitor } from '../rdsm/monitor.ts';
import type { FirmwareSpec } from '../spec.ts';
import type { RootDecisions } from './decisions.ts';
import type { RootMap } from './memory-map.ts';
import { rootMap } from './memory-map.ts';

export type DomainRecord = BoundTo<typeof ROOT_DOMAIN>;

export interface Root {
  readonly port: Port;
  readonly spec: FirmwareSpec;
  readonly map: RootMap;
  readonly decide: RootDecisions;
  /** Who trapped, and the RDSM's records of domains and harts. */
  readonly monitor: Monitor;
  readonly hart: BoundTo<typeof ROOT_HART>;
}

/** The root that serves the trap of a monitor. */
export function rootOf(monitor: Monitor, decide: RootDecisions): Root {
  const { port, spec } = monitor;
  const map = rootMap(spec);
  const hart = recordAt(port.own, ROOT_HART, map.hart(port.hart));
  return { port, spec, map, decide, monitor, hart };
}

/** Register of the trapped software. */
export const registerOf = ({ monitor }: Root, number: number): bigint =>
  number === 0 ? 0n : monitor.x(number);

export function setRegister({ monitor }: Root, number: number, value: bigint): void {
  if (number !== 0) monitor.frame.set('x', value, number);
}

/** Place, among those of the spec, of the domain whose software this hart executes. */
export const domainOf = ({ monitor, spec }: Root): number =>
  spec.domains.findIndex(({ sdid }) => sdid === monitor.caller);

/** The record of a domain on a hart; by default: of the present one on this hart. */
export function recordOf(root: Root, domain = domainOf(root), hart = root.port.hart): DomainRecord {
  return recordAt(root.port.own, ROOT_DOMAIN, root.map.domain(domain, hart));
}

/** VMIDs up to here are those of domains: SDID + 1. */
const DOMAIN_VMIDS = 64;

/** VMID under which the guest of a domain runs on this hart; 0 where the machine has too few. */
export function guestVmid({ spec, port }: Root, domain: number): bigint {
  if (!hasVmids(spec)) return 0n;
  return BigInt(1 + DOMAIN_VMIDS + domain * spec.harts + port.hart);
}

/** The first VMID that is neither a domain's nor its guest's; null: there are too few for all of them. */
export function firstFreeVmid(spec: FirmwareSpec): bigint | null {
  const first = 1 + DOMAIN_VMIDS + spec.domains.length * spec.harts;
  return hasVmids(spec) && first < 2 ** spec.vmidlen ? BigInt(first) : null;
}

/** Whether every domain, and the guest of every domain on each hart, has a VMID of its own. */
export function hasVmids({ vmidlen, harts, domains }: FirmwareSpec): boolean {
  return 2 ** vmidlen > DOMAIN_VMIDS + domains.length * harts;
}
