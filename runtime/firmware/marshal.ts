/** A call of a scenario as registers: arguments by the ABI's table, records written into the caller's memory. */
import type { PlanAction } from '../../dsl/index.ts';
import type { Call, CallExtension, Profile } from '../../emulator/index.ts';
import { EXTENSIONS, fidOf, functionWord } from '../../emulator/index.ts';
import { CaseError, CaseSkip } from '../session/case-error.ts';

export type CallAction = Extract<PlanAction, { readonly do: 'call' }>;

/** What a call needs of its surroundings. */
export interface CallSite {
  readonly profile: Profile;
  /** Physical address of a page for records; null: the caller has none (a program). */
  readonly scratch: bigint | null;
  /** Number of the TVM made last, or null. */
  readonly tvm: bigint | null;
  /** SDID of the domain that serves calls to TSMs. */
  sdid(to: string | null): number;
  write(at: bigint, size: number, value: bigint): void;
}

export interface Marshalled {
  /** `covh.run_tvm_vcpu`. */
  readonly name: string;
  /** a0 .. a7. */
  readonly registers: readonly bigint[];
  /** Arguments by name, as passed. */
  readonly args: ReadonlyMap<string, bigint>;
  /** The record that it points to, and where that lies; null: none. */
  readonly record: {
    readonly parameters: NonNullable<Call['parameters']>;
    readonly at: bigint;
  } | null;
}

/** Extensions of CoVE that name a domain in a6; others do where the scenario names one. */
const TO_DOMAINS: ReadonlySet<string> = new Set(['covh', 'covi']);

/** Throws a `CaseError` for what the table does not have. */
export function marshal(
  { space, name, to }: Pick<CallAction, 'space' | 'name' | 'to'>,
  given: ReadonlyMap<string, bigint>,
  site: CallSite,
): Marshalled {
  if (space === 'sbi' && name === 'raw') return raw(given);
  const extension = extensionOf(space);
  const call: Call | undefined = extension?.functions[name];
  if (extension === null || call === undefined)
    throw new CaseSkip(`not modelled yet: ${space}.${name}`);
  const fid = fidOf(call, site.profile);
  if (fid === null) {
    throw new CaseSkip(`profile ${site.profile} has no ${space}.${name}`);
  }
  const { parameters } = call;
  const args = new Map<string, bigint>();
  for (const argument of call.arguments) {
    const value = given.get(argument.name) ?? null;
    args.set(argument.name, value ?? otherwise(argument, parameters, site, `${space}.${name}`));
  }
  if (parameters?.direction === 'in') writeRecord(parameters, args, given, site);
  const registers = call.arguments.map((argument) => args.get(argument.name) ?? 0n);
  while (registers.length < 6) registers.push(0n);
  const domain = to !== null || TO_DOMAINS.has(space) ? site.sdid(to) : 0;
  registers.push(functionWord(fid, domain), extension.eid);
  const at = parameters === null ? undefined : args.get(parameters.address);
  const record = parameters === null || at === undefined ? null : { parameters, at };
  return { name: `${space}.${name}`, registers, args, record };
}

/** `sbi.raw(a7: .., a6: .., a0: ..)`: registers as they are. */
function raw(given: ReadonlyMap<string, bigint>): Marshalled {
  const registers = Array.from({ length: 8 }, (_, k) => given.get(`a${k}`) ?? 0n);
  return { name: 'sbi.raw', registers, args: given, record: null };
}

export function extensionOf(space: string): CallExtension | null {
  return Object.hasOwn(EXTENSIONS, space) ? EXTENSIONS[space as keyof typeof EXTENSIONS] : null;
}

/** EID and FID of `covg.share_memory_region`; null: there is no such call. */
export function numbersOf(
  name: string,
  profile: Profile,
): { readonly eid: bigint; readonly fid: bigint } | null {
  const [space = '', call = ''] = name.split('.');
  const extension = extensionOf(space);
  const row: Call | undefined = extension?.functions[call];
  const fid = row === undefined ? null : fidOf(row, profile);
  if (extension === null || fid === null) return null;
  return { eid: extension.eid, fid: BigInt(fid) };
}

function otherwise(
  { name, default: value }: Call['arguments'][number],
  parameters: Call['parameters'],
  { scratch, tvm }: CallSite,
  call: string,
): bigint {
  if (parameters?.length === name) return BigInt(parameters.struct.size);
  if (typeof value === 'bigint') return value;
  const found = value === 'tvm' ? tvm : value === 'buffer' ? scratch : null;
  if (found !== null) return found;
  throw new CaseError(`${call} needs ${name}: there is nothing to take instead`);
}

/** The fields that stand as arguments go into the record; a record that is named by its address stays as it is. */
function writeRecord(
  { struct, address }: NonNullable<Call['parameters']>,
  args: ReadonlyMap<string, bigint>,
  given: ReadonlyMap<string, bigint>,
  site: CallSite,
): void {
  const fields = Object.keys(struct.places).filter((field) => given.has(field));
  if (fields.length === 0 && given.has(address)) return;
  const base = args.get(address);
  if (base === undefined) return;
  for (const [field, { width }] of Object.entries(struct.places)) {
    site.write(struct.at(base, field), width, given.get(field) ?? 0n);
  }
}
