/** COVH, the memory of a TVM: regions, page tables, pages of all kinds, what takes them away again. */
import { address, count, gpa, length, page, pageType, tvm } from './arguments.ts';
import { call } from './call.ts';
import { coded, inferred, open, salus } from './check.ts';
import {
  ALIGNMENT,
  COUNT,
  GPA_ALIGNMENT,
  SALUS_STATE,
  OVERFLOW,
  PAGE_TABLES,
  RANGE,
  TVM,
  TYPE,
} from './covh-checks.ts';

const UNALIGNED = { salus: 'invalid_param' } as const;

export const MEMORY_CALLS = {
  add_tvm_memory_region: call({
    fid: 9,
    salusFid: 8,
    arguments: [tvm('tvm_guest_id'), gpa('tvm_gpa_addr'), length('region_len')],
    checks: [
      coded('tvm', 'invalid_param', { rules: ['REGN-05'] }),
      coded('state', 'invalid_param', { rules: ['REGN-01'] }),
      // Zero, or no multiple of 4 KiB.
      coded('length', 'invalid_param'),
      coded('alignment', 'invalid_address', UNALIGNED),
      inferred('overflow', 'invalid_address', { rules: ['REGN-04'] }),
      coded('overlap', 'invalid_address', { rules: ['REGN-02'] }),
      salus('regions', 'failed'),
    ],
  }),
  add_tvm_page_table_pages: call({
    fid: 10,
    salusFid: 9,
    arguments: [tvm('tvm_guest_id'), page('base_page_address'), count('num_pages')],
    checks: [
      TVM,
      open('count', 'invalid_param'),
      OVERFLOW,
      ALIGNMENT,
      coded('pages', 'invalid_address', { rules: ['PTP-01'] }),
    ],
  }),
  add_tvm_measured_pages: call({
    fid: 11,
    salusFid: 10,
    arguments: [
      tvm('tvm_guest_id'),
      address('source_address'),
      page('dest_address'),
      pageType('tsm_page_type'),
      count('num_pages'),
      gpa('tvm_guest_gpa'),
    ],
    checks: [
      TVM,
      coded('state', 'invalid_param', { rules: ['MEAS-01'] }),
      coded('type', 'invalid_param', { rules: ['MEAS-08'] }),
      COUNT,
      OVERFLOW,
      coded('source_alignment', 'invalid_address', UNALIGNED),
      ALIGNMENT,
      GPA_ALIGNMENT,
      // Not wholly within one region of confidential memory.
      coded('region', 'invalid_address'),
      coded('source', 'invalid_address', { rules: ['MEAS-09'] }),
      // Not confidential, not fenced, or assigned.
      coded('pages', 'invalid_address'),
      salus('contiguous', 'invalid_address', { rules: ['MEAS-17'] }),
      coded('mapped', 'invalid_address', { rules: ['MEAS-05'] }),
      PAGE_TABLES,
    ],
  }),
  add_tvm_zero_pages: call({
    fid: 12,
    salusFid: 11,
    arguments: [
      tvm('tvm_guest_id'),
      page('base_page_address'),
      pageType('tsm_page_type'),
      count('num_pages'),
      gpa('tvm_base_page_address'),
    ],
    checks: [
      TVM,
      open('state', 'invalid_param', { rules: ['ZERO-01'] }),
      TYPE,
      COUNT,
      OVERFLOW,
      ALIGNMENT,
      GPA_ALIGNMENT,
      coded('region', 'invalid_address', { rules: ['ZERO-03'] }),
      coded('pages', 'invalid_address'),
      salus('contiguous', 'invalid_address'),
      coded('mapped', 'invalid_address'),
      PAGE_TABLES,
    ],
  }),
  add_tvm_shared_pages: call({
    fid: 13,
    salusFid: 12,
    arguments: [
      tvm('tvm_guest_id'),
      page('base_page_address'),
      pageType('tsm_page_type'),
      count('num_pages'),
      gpa('tvm_base_page_address'),
    ],
    checks: [
      TVM,
      open('state', 'invalid_param', { rules: ['SHRD-02'] }),
      TYPE,
      salus('type_4k', 'invalid_param', { only: 'salus' }),
      COUNT,
      OVERFLOW,
      ALIGNMENT,
      GPA_ALIGNMENT,
      coded('region', 'invalid_address', { rules: ['SHRD-01'] }),
      // Confidential, or not the host's.
      coded('pages', 'invalid_address'),
      coded('mapped', 'invalid_address'),
      PAGE_TABLES,
    ],
  }),
  tvm_invalidate_pages: call({
    fid: 17,
    salusFid: 16,
    arguments: [tvm('tvm_guest_id'), gpa('gpa'), length('len')],
    checks: [
      TVM,
      SALUS_STATE,
      ...RANGE,
      coded('present', 'invalid_address', { rules: ['TFEN-06'] }),
      coded('owned', 'invalid_address'),
    ],
  }),
  tvm_validate_pages: call({
    fid: 18,
    salusFid: 17,
    arguments: [tvm('tvm_guest_id'), gpa('gpa'), length('len')],
    checks: [
      TVM,
      SALUS_STATE,
      ...RANGE,
      coded('invalidated', 'invalid_address', { rules: ['TFEN-13'] }),
    ],
  }),
  tvm_remove_pages: call({
    fid: 19,
    salusFid: 20,
    arguments: [tvm('tvm_guest_id'), gpa('gpa'), length('len')],
    checks: [
      TVM,
      SALUS_STATE,
      ...RANGE,
      coded('removable', 'invalid_address', { rules: ['TFEN-10'] }),
      coded('invalidated', 'invalid_address', { rules: ['TFEN-08'] }),
      coded('fenced', 'invalid_address'),
    ],
  }),
  promote_page: call({
    fid: null,
    salusFid: 18,
    arguments: [tvm('tvm_guest_id'), gpa('gpa'), pageType('tsm_page_type', 1n)],
    checks: [
      salus('tvm', 'invalid_param'),
      salus('state', 'invalid_param'),
      salus('type', 'invalid_param'),
      salus('alignment', 'invalid_param'),
      salus('invalidated', 'invalid_address'),
      salus('fenced', 'invalid_address'),
      salus('contiguous', 'invalid_address', { rules: ['TFEN-15'] }),
    ],
  }),
  demote_page: call({
    fid: null,
    salusFid: 19,
    arguments: [tvm('tvm_guest_id'), gpa('gpa'), pageType('tsm_page_type')],
    checks: [
      salus('tvm', 'invalid_param'),
      salus('state', 'invalid_param'),
      salus('type', 'invalid_param'),
      salus('alignment', 'invalid_param'),
      salus('invalidated', 'invalid_address'),
      salus('fenced', 'invalid_address'),
      salus('page_tables', 'invalid_address', { rules: ['TFEN-16'] }),
    ],
  }),
};
