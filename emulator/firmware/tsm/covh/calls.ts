/** COVH, function by function. */
import { runTvmVcpu } from '../run/index.ts';
import type { CovhCalls } from './call.ts';
import { convertPages, reclaimPages } from './conversion.ts';
import { globalFence, localFence, tvmFence } from './fences.ts';
import { getTsmInfo } from './info.ts';
import { addMemoryRegion, addPageTablePages } from './memory.ts';
import { addMeasuredPages, addSharedPages, addZeroPages } from './pages.ts';
import { promoteToTvm } from './promote.ts';
import { invalidatePages, removePages, validatePages } from './removal.ts';
import { demotePage, promotePage } from './resize.ts';
import { createTvm, destroyTvm, finalizeTvm } from './tvms.ts';
import { createVcpu } from './vcpus.ts';

export const COVH_CALLS: CovhCalls = {
  get_tsm_info: getTsmInfo,
  convert_pages: convertPages,
  reclaim_pages: reclaimPages,
  global_fence: globalFence,
  local_fence: localFence,
  create_tvm: createTvm,
  finalize_tvm: finalizeTvm,
  promote_to_tvm: promoteToTvm,
  destroy_tvm: destroyTvm,
  add_tvm_memory_region: addMemoryRegion,
  add_tvm_page_table_pages: addPageTablePages,
  add_tvm_measured_pages: addMeasuredPages,
  add_tvm_zero_pages: addZeroPages,
  add_tvm_shared_pages: addSharedPages,
  create_tvm_vcpu: createVcpu,
  run_tvm_vcpu: runTvmVcpu,
  tvm_fence: tvmFence,
  tvm_invalidate_pages: invalidatePages,
  tvm_validate_pages: validatePages,
  tvm_remove_pages: removePages,
  promote_page: promotePage,
  demote_page: demotePage,
};
