/** How each check of COVH is made to refuse: calls about the memory of a TVM. */
import { type AnySubject } from './abi-order.test-support.ts';
import { HOST, PAGE, POOL } from './tsm/tsm.test-support.ts';
import { DATA, GPA, LARGE, TABLES } from './tsm/tvm.test-support.ts';
import {
  OUT,
  MANY,
  ID,
  NO_TVM,
  poke,
  ordinary,
  IS_RUNNABLE,
  IS_INITIALIZING,
  setRegion,
  initial,
  running,
  row,
  withPage,
  withBlocked,
  withLarge,
  validate,
  unfenced,
  RANGE,
  RANGE_VALUES,
  noTables,
  SCATTERED,
} from './abi-order-world.test-support.ts';

export const MEMORY_SUBJECTS: readonly AnySubject[] = [
  row('add_tvm_memory_region', {
    world: initial,
    values: { tvm_guest_id: ID, tvm_gpa_addr: 0x1_0000_0000n, region_len: 4n * PAGE },
    faults: {
      tvm: NO_TVM,
      state: IS_RUNNABLE,
      length: { shift: { region_len: 16n } },
      alignment: { shift: { tvm_gpa_addr: 16n } },
      overflow: { set: { tvm_gpa_addr: OUT } },
      overlap: {
        world: (tsm) => {
          const region = { tvm_gpa_addr: 0x1_0000_0000n + PAGE, region_len: PAGE };
          tsm.call('add_tvm_memory_region', { tvm_guest_id: ID, ...region });
        },
        touches: ['regions'],
      },
      regions: {
        world: (tsm) => {
          for (let k = 1n; k < 128n; k++) {
            const region = { tvm_gpa_addr: 0x2_0000_0000n + 2n * k * PAGE, region_len: PAGE };
            tsm.call('add_tvm_memory_region', { tvm_guest_id: ID, ...region });
          }
        },
        touches: ['regions'],
      },
    },
  }),
  row('add_tvm_page_table_pages', {
    world: initial,
    values: { tvm_guest_id: ID, base_page_address: DATA, num_pages: 2n },
    faults: {
      tvm: NO_TVM,
      count: { set: { num_pages: 0n } },
      overflow: { set: { num_pages: MANY } },
      alignment: { shift: { base_page_address: 16n } },
      pages: ordinary(DATA + PAGE),
    },
  }),
  row('add_tvm_measured_pages', {
    world: initial,
    values: {
      tvm_guest_id: ID,
      source_address: HOST,
      dest_address: DATA,
      tsm_page_type: 0n,
      num_pages: 1n,
      tvm_guest_gpa: GPA,
    },
    faults: {
      tvm: NO_TVM,
      state: IS_RUNNABLE,
      type: { set: { tsm_page_type: 4n } },
      count: { set: { num_pages: 0n } },
      overflow: { set: { num_pages: MANY } },
      source_alignment: { shift: { source_address: 16n } },
      alignment: { shift: { dest_address: 16n } },
      gpa_alignment: { shift: { tvm_guest_gpa: 16n } },
      region: { set: { tvm_guest_gpa: 0x9000_0000n } },
      source: { set: { source_address: POOL + 100n * PAGE } },
      pages: { ...ordinary(DATA), touches: ['pages'] },
      contiguous: {
        set: { tsm_page_type: 1n, dest_address: SCATTERED },
        world: (tsm) => {
          tsm.donate(SCATTERED, 512n);
        },
        touches: ['pages'],
      },
      mapped: {
        world: (tsm) => {
          tsm.call('add_tvm_measured_pages', {
            tvm_guest_id: ID,
            source_address: HOST,
            dest_address: DATA + PAGE,
            num_pages: 1n,
            tvm_guest_gpa: GPA,
          });
        },
        touches: ['tables'],
      },
      page_tables: noTables,
    },
  }),
  row('add_tvm_zero_pages', {
    world: running,
    values: {
      tvm_guest_id: ID,
      base_page_address: DATA,
      tsm_page_type: 0n,
      num_pages: 1n,
      tvm_base_page_address: GPA,
    },
    faults: {
      tvm: NO_TVM,
      state: IS_INITIALIZING,
      type: { set: { tsm_page_type: 4n } },
      count: { set: { num_pages: 0n } },
      overflow: { set: { num_pages: MANY } },
      alignment: { shift: { base_page_address: 16n } },
      gpa_alignment: { shift: { tvm_base_page_address: 16n } },
      region: { set: { tvm_base_page_address: 0x9000_0000n } },
      pages: { ...ordinary(DATA), touches: ['pages'] },
      contiguous: {
        set: { tsm_page_type: 1n, base_page_address: SCATTERED },
        world: (tsm) => {
          tsm.donate(SCATTERED, 512n);
        },
        touches: ['pages'],
      },
      mapped: {
        world: (tsm) => {
          const page = { base_page_address: DATA + PAGE, tvm_base_page_address: GPA };
          tsm.call('add_tvm_zero_pages', { tvm_guest_id: ID, num_pages: 1n, ...page });
        },
        touches: ['tables'],
      },
      page_tables: noTables,
    },
  }),
  row('add_tvm_shared_pages', {
    world: (profile) => {
      const tsm = running(profile);
      setRegion(tsm, 'shared');
      return tsm;
    },
    values: {
      tvm_guest_id: ID,
      base_page_address: HOST,
      tsm_page_type: 0n,
      num_pages: 1n,
      tvm_base_page_address: GPA,
    },
    faults: {
      tvm: NO_TVM,
      state: IS_INITIALIZING,
      type: { set: { tsm_page_type: 4n } },
      type_4k: { set: { tsm_page_type: 1n } },
      count: { set: { num_pages: 0n } },
      overflow: { set: { num_pages: MANY } },
      alignment: { shift: { base_page_address: 16n } },
      gpa_alignment: { shift: { tvm_base_page_address: 16n } },
      region: { set: { tvm_base_page_address: 0x9000_0000n } },
      pages: { set: { base_page_address: POOL + 100n * PAGE } },
      mapped: {
        world: (tsm) => {
          const page = { base_page_address: HOST + PAGE, tvm_base_page_address: GPA };
          tsm.call('add_tvm_shared_pages', { tvm_guest_id: ID, num_pages: 1n, ...page });
        },
        touches: ['tables'],
      },
      page_tables: noTables,
    },
  }),
];

export const REMOVAL_SUBJECTS: readonly AnySubject[] = [
  row('tvm_invalidate_pages', {
    world: withPage,
    values: RANGE_VALUES,
    faults: {
      ...RANGE,
      present: {
        world: (tsm) => {
          tsm.call('tvm_invalidate_pages', RANGE_VALUES);
        },
      },
    },
    unreachable: { owned: 'what a TVM maps is its own, or shared' },
  }),
  row('tvm_validate_pages', {
    world: withBlocked,
    values: RANGE_VALUES,
    faults: { ...RANGE, invalidated: validate(PAGE) },
  }),
  row('tvm_remove_pages', {
    world: (profile) => {
      const tsm = withBlocked(profile);
      tsm.call('tvm_fence', { tvm_guest_id: ID });
      setRegion(tsm, 'confidential removable');
      return tsm;
    },
    values: RANGE_VALUES,
    faults: {
      ...RANGE,
      removable: {
        world: (tsm) => {
          setRegion(tsm, 'confidential');
        },
      },
      invalidated: validate(PAGE),
      fenced: unfenced(PAGE),
    },
  }),
  row('promote_page', {
    world: (profile) => withLarge(profile, 0n),
    values: { tvm_guest_id: ID, gpa: GPA, tsm_page_type: 1n },
    faults: {
      tvm: NO_TVM,
      state: IS_INITIALIZING,
      type: { set: { tsm_page_type: 0n } },
      alignment: { shift: { gpa: PAGE } },
      invalidated: validate(LARGE),
      fenced: unfenced(LARGE),
      contiguous: {
        world: (tsm) => {
          // Two leaves of the table change places.
          for (let at = TABLES; at < TABLES + 4n * PAGE; at += PAGE) {
            const [first, second] = [at, at + 8n].map((entry) => tsm.memory.read(entry, 8));
            if (first === undefined || second === undefined || second === 0n) continue;
            poke(tsm, at, second);
            poke(tsm, at + 8n, first);
          }
        },
      },
    },
  }),
  row('demote_page', {
    world: (profile) => withLarge(profile, 1n),
    values: { tvm_guest_id: ID, gpa: GPA, tsm_page_type: 0n },
    faults: {
      tvm: NO_TVM,
      state: IS_INITIALIZING,
      type: { set: { tsm_page_type: 3n } },
      alignment: { shift: { gpa: PAGE } },
      invalidated: validate(LARGE),
      fenced: unfenced(LARGE),
      page_tables: noTables,
    },
  }),
];
