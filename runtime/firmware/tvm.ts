/**
 * `tvm` lines: the calls that a host makes to build a TVM, in order. Its pages come from the region called `pool`, or
 * from the first region that is large enough: converted, fenced on all harts, then a 16 KiB directory, the state pages
 * of the TVM, page-table pages, measured pages and the state pages of each vCPU, one behind the other. Its one memory
 * region is the gibibyte around its entry.
 */
import type { PlanLine, PlanRegion } from '../../dsl/index.ts';
import { loadProgram } from '../execute/program.ts';
import { CaseError } from '../session/case-error.ts';
import type { World } from '../session/world.ts';
import type { HostCalls } from './host-calls.ts';
import type { HostPages } from './host-pages.ts';

export type TvmLine = Extract<PlanLine, { readonly kind: 'tvm' }>;

const PAGE = 4096n;
const DIRECTORY = 4n * PAGE;
const DIRECTORY_PAGES = 4;
const TABLE_PAGES = 16;
const GIBIBYTE = 1n << 30n;

/** What get_tsm_info says of the pages that a TVM costs. */
export interface TsmInfo {
  readonly statePages: number;
  readonly vcpuStatePages: number;
}

/** The number of the new TVM. Throws a `CaseError` with the call that failed. */
export function buildTvm(
  world: World,
  line: TvmLine,
  calls: HostCalls,
  pages: HostPages,
  info: TsmInfo,
): bigint {
  const entry = world.resolve(line.entry);
  const vcpus = Number(world.resolve(line.vcpus));
  const images = line.from.map((name) => imageOf(world, name));
  const imagePages = images.map(({ size }) => Number((size + PAGE - 1n) / PAGE));
  const count =
    DIRECTORY_PAGES +
    info.statePages +
    TABLE_PAGES +
    imagePages.reduce((sum, more) => sum + more, 0) +
    vcpus * info.vcpuStatePages;
  let at = donated(world, line, pages, count);
  const take = (number: number): bigint => {
    const base = at;
    at += BigInt(number) * PAGE;
    return base;
  };
  calls.convert(0, at, count);
  const tvm =
    calls.covh(0, 'create_tvm', {
      tvm_page_directory_addr: take(DIRECTORY_PAGES),
      tvm_state_addr: take(info.statePages),
    }) ?? 0n;
  const of = { tvm_guest_id: tvm };
  calls.covh(0, 'add_tvm_page_table_pages', {
    ...of,
    base_page_address: take(TABLE_PAGES),
    num_pages: BigInt(TABLE_PAGES),
  });
  const region = entry - (entry % GIBIBYTE);
  calls.covh(0, 'add_tvm_memory_region', { ...of, tvm_gpa_addr: region, region_len: GIBIBYTE });
  let gpa = entry;
  images.forEach((image, k) => {
    const number = imagePages[k] ?? 0;
    calls.covh(0, 'add_tvm_measured_pages', {
      ...of,
      source_address: image.base,
      dest_address: take(number),
      tsm_page_type: 0n,
      num_pages: BigInt(number),
      tvm_guest_gpa: gpa,
    });
    gpa += BigInt(number) * PAGE;
  });
  for (let id = 0; id < vcpus; id++) {
    calls.covh(0, 'create_tvm_vcpu', {
      ...of,
      tvm_vcpu_id: BigInt(id),
      tvm_state_page_addr: take(info.vcpuStatePages),
    });
  }
  const identity = { entry_arg: 0n, tvm_identity_addr: 0n };
  calls.covh(0, 'finalize_tvm', { ...of, entry_sepc: entry, ...identity });
  return tvm;
}

/** Programs that stand below the line, in the regions that it measures, are assembled first. */
export function loadPrograms(world: World, { from }: TvmLine): void {
  for (const name of from) {
    const { program } = imageOf(world, name);
    const plan = world.plan.lines.find((line) => line.kind === 'program' && line.name === program);
    if (plan?.kind === 'program' && !world.programs.has(plan.name)) {
      world.programs.set(plan.name, loadProgram(world, plan));
    }
  }
}

/** The region of that name, or the one that holds the program of that name. */
function imageOf({ plan }: World, name: string): PlanRegion {
  const region =
    plan.regions.find((other) => other.name === name) ??
    plan.regions.find(({ program }) => program === name);
  if (region === undefined) throw new CaseError(`no region is called ${name} or holds it`);
  return region;
}

function donated({ plan }: World, line: TvmLine, pages: HostPages, count: number): bigint {
  const regions = plan.regions.filter(({ name }) => !line.from.includes(name));
  const pool = regions.find(({ name }) => name === 'pool');
  for (const region of pool === undefined ? regions : [pool]) {
    if (region.program !== null || region.aliases !== null) continue;
    const at = pages.own(region, count, DIRECTORY);
    if (at !== null) return at;
  }
  const where = pool === undefined ? 'no region of the host has' : 'region pool does not have';
  throw new CaseError(`${where} the ${count} pages that ${line.name} needs`);
}
