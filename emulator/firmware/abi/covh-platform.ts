/** COVH, what concerns no TVM: the TSM, conversion of pages, fences. */
import { buffer, count, length, page } from './arguments.ts';
import { call } from './call.ts';
import { coded, open, salus } from './check.ts';
import { OVERFLOW, PAGES, STATIC } from './covh-checks.ts';
import { TSM_INFO } from './structs.ts';

export const PLATFORM_CALLS = {
  get_tsm_info: call({
    fid: 0,
    arguments: [buffer('tsm_info_address'), length('tsm_info_len', BigInt(TSM_INFO.size))],
    parameters: {
      name: 'tsm_info',
      struct: TSM_INFO,
      direction: 'out',
      address: 'tsm_info_address',
      length: 'tsm_info_len',
    },
    checks: [
      coded('length', 'invalid_param', { rules: ['INFO-03'] }),
      coded('alignment', 'invalid_address', { salus: 'invalid_param' }),
      // Not memory that both the host and the TSM may use.
      coded('buffer', 'invalid_address'),
    ],
  }),
  convert_pages: call({
    fid: 1,
    arguments: [page('base_page_address'), count('num_pages')],
    checks: [
      STATIC,
      coded('count', 'invalid_param', { salus: 'invalid_address', rules: ['CONV-08'] }),
      OVERFLOW,
      coded('alignment', 'invalid_address', { salus: 'invalid_param', rules: ['CONV-09'] }),
      // Outside RAM, of another domain, of firmware.
      coded('memory', 'invalid_address', { rules: ['CONV-11'] }),
      open('aliased', 'invalid_address', { rules: ['CONV-14'] }),
      coded('converted', 'invalid_address', { rules: ['CONV-06'] }),
      salus('pinned', 'invalid_address', { rules: ['CONV-12'] }),
      salus('shared', 'invalid_address', { rules: ['CONV-13'] }),
    ],
  }),
  reclaim_pages: call({
    fid: 2,
    arguments: [page('base_page_address'), count('num_pages')],
    checks: [
      STATIC,
      ...PAGES,
      coded('memory', 'invalid_address'),
      coded('assigned', 'invalid_address'),
      salus('converting', 'invalid_address', { rules: ['RECL-04'] }),
      salus('ordinary', 'invalid_address', { only: 'salus', rules: ['RECL-05'] }),
    ],
  }),
  global_fence: call({
    fid: 3,
    checks: [
      STATIC,
      coded('pending', 'already_started', { salus: 'invalid_address', rules: ['FENCE-01'] }),
    ],
  }),
  local_fence: call({ fid: 4, checks: [STATIC] }),
};
