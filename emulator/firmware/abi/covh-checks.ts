/** Checks that several functions of the host share. */
import { coded, inferred, salus } from './check.ts';

const UNALIGNED = { salus: 'invalid_param' } as const;

/** The TSM has no memory to convert: its memory was divided at boot. */
export const STATIC = inferred('static', 'not_supported');

/** Extents of physical pages: number, end, alignment. */
export const PAGES = [
  coded('count', 'invalid_param'),
  inferred('overflow', 'invalid_param'),
  coded('alignment', 'invalid_address', UNALIGNED),
];

/** No TVM has this number; the TVM is not in the state that the function needs. */
export const TVM = coded('tvm', 'invalid_param');
export const STATE = coded('state', 'invalid_param');
/** Of functions whose text says nothing of states. */
export const SALUS_STATE = salus('state', 'invalid_param');

/** Pages of some type that are mapped from `gpa` on. */
export const TYPE = coded('type', 'invalid_param');
export const COUNT = coded('count', 'invalid_param');
export const OVERFLOW = inferred('overflow', 'invalid_param');
export const ALIGNMENT = coded('alignment', 'invalid_address', UNALIGNED);
export const GPA_ALIGNMENT = coded('gpa_alignment', 'invalid_address', UNALIGNED);

/** The TVM's pool has no page for a table that the mapping needs. */
export const PAGE_TABLES = inferred('page_tables', 'out_of_ptpages', {
  salus: 'invalid_address',
});

/** A range of a TVM's address space by address and length. */
export const RANGE = [
  coded('length', 'invalid_param'),
  coded('alignment', 'invalid_address', UNALIGNED),
  inferred('overflow', 'invalid_address'),
];
