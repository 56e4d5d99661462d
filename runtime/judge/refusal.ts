/** Which check of a call has refused it, and what that check asks: what the table of calls says in a word. */

const FREE = 'converted, fenced on every hart since, and free';
const UNFINALISED = 'the TVM is not being built any more: it has been finalised';
const RUNNABLE = 'the TVM is not finalised';

/** By check. */
export const MEANINGS: Readonly<Record<string, string>> = {
  tvm: 'there is no such TVM',
  vcpu: 'the TVM cannot have that vCPU',
  pages: `not all of these pages are ${FREE}`,
  directory_pages: `not all of these pages are ${FREE}`,
  state_pages: `not all of these pages are ${FREE}`,
  page_tables: 'the TVM lacks page-table pages',
  mapped: 'something is mapped there already',
  region: 'the range lies in no memory region of the TVM that is of this kind',
  source: 'the host does not have the source',
  memory: 'it is not memory of the host',
  converted: 'a page has been converted already',
  pending: 'a fence is under way: some hart has not called local_fence yet',
  dead: 'the vCPU has come to its end',
  blocked: 'what the vCPU asked for is not done: the range still has its pages',
};

/** By call and check, where a call means something else by that word. */
export const OF_CALL: Readonly<Record<string, string>> = {
  'covh.finalize_tvm.state': UNFINALISED,
  'covh.create_tvm_vcpu.state': UNFINALISED,
  'covh.add_tvm_memory_region.state': UNFINALISED,
  'covh.add_tvm_measured_pages.state': UNFINALISED,
  'covh.run_tvm_vcpu.state': RUNNABLE,
  'covh.tvm_fence.state': RUNNABLE,
  'covh.add_tvm_zero_pages.state': RUNNABLE,
  'covh.add_tvm_shared_pages.state': RUNNABLE,
  'covh.tvm_invalidate_pages.state': RUNNABLE,
  'covh.tvm_validate_pages.state': RUNNABLE,
  'covh.tvm_remove_pages.state': RUNNABLE,
  'covh.add_tvm_shared_pages.pages': 'not all of these pages are of the host and unconverted',
  'covh.tvm_fence.pending': 'a fence of this TVM is under way',
};

/** `check 'pages': not all of these pages are ..`: `call` as scenarios write it, `check` as the table of calls names it. */
export function refusalText(call: string, check: string): string {
  const [space = ''] = call.split('.');
  const meaning = OF_CALL[`${call}.${check}`] ?? (space === 'covh' ? MEANINGS[check] : undefined);
  const name = `check '${check.replaceAll('_', ' ')}'`;
  return meaning === undefined ? name : `${name}: ${meaning}`;
}
