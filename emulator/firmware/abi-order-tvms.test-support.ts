/** How each check of COVH is made to refuse: calls that concern no TVM, and those of its life. */
import { COVH } from './abi/covh.ts';
import { NACL } from './abi/nacl.ts';
import { EPOCH } from './layouts/epoch.ts';
import { TVM_RECORD } from './layouts/tvm.ts';
import { makePayload } from './tsm/measure/payload.ts';
import type { Profile } from './abi/check.ts';
import { type AnySubject, type Fault, subject } from './abi-order.test-support.ts';
import { PENDING, VCPU_STATE, VHCS } from './layouts/vcpu.ts';
import { ENTRY, PAYLOAD, PROMOTED_GPA, TREE, virtualMachine } from './tsm/promote.test-support.ts';
import type { TestTsm } from './tsm/tsm.test-support.ts';
import { HOST, PAGE, POOL } from './tsm/tsm.test-support.ts';
import { DATA, GPA, STATE, VCPU } from './tsm/tvm.test-support.ts';
import {
  SCRATCH,
  LAST,
  MANY,
  ID,
  PARTS,
  NO_TVM,
  STATIC,
  poke,
  ordinary,
  IS_RUNNABLE,
  IS_INITIALIZING,
  setRegion,
  initial,
  running,
  row,
  vcpuAt,
} from './abi-order-world.test-support.ts';

export const PLATFORM_SUBJECTS: readonly AnySubject[] = [
  row('get_tsm_info', {
    world: initial,
    values: { tsm_info_address: HOST, tsm_info_len: 64n },
    faults: {
      length: { set: { tsm_info_len: 1n } },
      alignment: { shift: { tsm_info_address: 2n } },
      buffer: { set: { tsm_info_address: POOL + 64n * PAGE } },
    },
  }),
  row('convert_pages', {
    world: initial,
    values: { base_page_address: LAST - 4n * PAGE, num_pages: 5n },
    faults: {
      count: { set: { num_pages: 0n } },
      overflow: { set: { num_pages: MANY } },
      alignment: { shift: { base_page_address: 16n } },
      memory: { set: { num_pages: 9n } },
      aliased: { set: { num_pages: 6n } },
      converted: {
        world: (tsm) => {
          tsm.convert(LAST - 4n * PAGE, 1n);
        },
      },
      pinned: {
        world: (tsm) => {
          tsm.raw(NACL.eid, 1n, [LAST - 3n * PAGE, 0n, 0n]);
        },
        touches: ['pages'],
      },
      shared: {
        world: (tsm) => {
          poke(tsm, TVM_RECORD.at(STATE, 'state'), 1n);
          setRegion(tsm, 'shared');
          const at = { base_page_address: LAST - 3n * PAGE, tvm_base_page_address: GPA };
          tsm.call('add_tvm_shared_pages', { tvm_guest_id: ID, num_pages: 1n, ...at });
        },
        touches: ['pages'],
      },
    },
    unreachable: STATIC,
  }),
  row('reclaim_pages', {
    world: (profile) => {
      const tsm = initial(profile);
      tsm.donate(LAST - 4n * PAGE, 5n);
      return tsm;
    },
    values: { base_page_address: LAST - 4n * PAGE, num_pages: 5n },
    faults: {
      count: { set: { num_pages: 0n } },
      overflow: { set: { num_pages: MANY } },
      alignment: { shift: { base_page_address: 16n } },
      memory: { set: { num_pages: 9n } },
      assigned: {
        world: (tsm) => {
          const page = { base_page_address: LAST - 4n * PAGE, num_pages: 1n };
          tsm.call('add_tvm_page_table_pages', { tvm_guest_id: ID, ...page });
        },
      },
      converting: {
        world: (tsm) => {
          tsm.reclaim(LAST - 2n * PAGE, 1n);
          tsm.convert(LAST - 2n * PAGE, 1n);
        },
      },
      ordinary: ordinary(LAST - PAGE),
    },
    unreachable: STATIC,
  }),
  row('global_fence', {
    world: initial,
    values: {},
    faults: {
      pending: {
        world: (tsm) => {
          tsm.call('global_fence', {}, 1);
        },
      },
    },
    unreachable: STATIC,
  }),
  row('local_fence', { world: initial, values: {}, faults: {}, unreachable: STATIC }),
];

/** Where the record for create_tvm names the pages. */
const NEW_DIRECTORY = POOL + 64n * PAGE;
const NEW_STATE = POOL + 72n * PAGE;

const record = (field: number, by: bigint): Fault<TestTsm> => ({
  world: (tsm) => {
    const at = SCRATCH + BigInt(8 * field);
    poke(tsm, at, tsm.memory.read(at, 8) + by);
  },
  touches: [`field ${field}`],
});

export const TVM_SUBJECTS: readonly AnySubject[] = [
  row('create_tvm', {
    world: (profile) => {
      const tsm = initial(profile);
      poke(tsm, SCRATCH, NEW_DIRECTORY);
      poke(tsm, SCRATCH + 8n, NEW_STATE);
      return tsm;
    },
    values: { tvm_create_params_addr: SCRATCH, tvm_create_params_len: 16n },
    faults: {
      length: { set: { tvm_create_params_len: 8n } },
      parameters: { set: { tvm_create_params_addr: 0x1000n } },
      directory_alignment: record(0, PAGE),
      directory_pages: ordinary(NEW_DIRECTORY + 2n * PAGE),
      state_alignment: record(1, 16n),
      state_pages: ordinary(NEW_STATE),
      overlap: record(1, NEW_DIRECTORY + PAGE - NEW_STATE),
    },
    unreachable: {
      ...STATIC,
      directory_contiguous: 'the host names physical addresses: a range is contiguous',
    },
  }),
  row('finalize_tvm', {
    world: (profile) => {
      const tsm = initial(profile);
      tsm.call('create_tvm_vcpu', { tvm_guest_id: ID, tvm_state_page_addr: VCPU });
      return tsm;
    },
    values: { tvm_guest_id: ID, entry_sepc: GPA, entry_arg: 0n, tvm_identity_addr: SCRATCH },
    faults: {
      tvm: NO_TVM,
      state: IS_RUNNABLE,
      identity_alignment: { shift: { tvm_identity_addr: 32n } },
      identity: { set: { tvm_identity_addr: POOL } },
      boot_vcpu: {
        world: (tsm) => {
          poke(tsm, STATE + PARTS.vcpus, 0n);
        },
      },
    },
  }),
  row('destroy_tvm', {
    world: running,
    values: { tvm_guest_id: ID },
    faults: {
      tvm: NO_TVM,
      running: {
        world: (tsm) => {
          poke(tsm, TVM_RECORD.at(STATE, 'running'), 1n);
        },
      },
    },
  }),
  row('create_tvm_vcpu', {
    world: initial,
    values: { tvm_guest_id: ID, tvm_vcpu_id: 0n, tvm_state_page_addr: VCPU },
    faults: {
      tvm: NO_TVM,
      state: IS_RUNNABLE,
      vcpu: { set: { tvm_vcpu_id: 8n } },
      duplicate: {
        world: (tsm) => {
          poke(tsm, STATE + PARTS.vcpus, DATA);
        },
      },
      alignment: { shift: { tvm_state_page_addr: 16n } },
      pages: ordinary(VCPU),
    },
  }),
  row('run_tvm_vcpu', {
    world: running,
    values: { tvm_guest_id: ID, tvm_vcpu_id: 0n },
    call: (tsm, values) => {
      try {
        return tsm.call('run_tvm_vcpu', values);
      } catch (error) {
        // The guest is entered, which this memory alone cannot do.
        if (error instanceof Error && error.message.startsWith('this port has no')) return 0n;
        throw error;
      }
    },
    faults: {
      tvm: NO_TVM,
      state: IS_INITIALIZING,
      vcpu: { set: { tvm_vcpu_id: 8n } },
      dead: vcpuAt(VCPU_STATE.dead),
      boot_first: {
        set: { tvm_vcpu_id: 1n },
        world: (tsm) => {
          poke(tsm, STATE + PARTS.vcpus + 8n, VCPU);
        },
      },
      stopped: vcpuAt(VCPU_STATE.off),
      running: vcpuAt(VCPU_STATE.running),
      blocked: {
        world: (tsm) => {
          const page = { base_page_address: DATA, num_pages: 1n, tvm_base_page_address: GPA };
          tsm.call('add_tvm_zero_pages', { tvm_guest_id: ID, ...page });
          setRegion(tsm, 'confidential removable');
          poke(tsm, VHCS.at(VCPU, 'pending'), PENDING.share);
          poke(tsm, VHCS.at(VCPU, 'pendingArguments', 0), GPA);
          poke(tsm, VHCS.at(VCPU, 'pendingArguments', 1), PAGE);
        },
      },
    },
  }),
  row('tvm_fence', {
    world: running,
    values: { tvm_guest_id: ID },
    faults: {
      tvm: NO_TVM,
      state: IS_INITIALIZING,
      pending: {
        world: (tsm) => {
          poke(tsm, EPOCH.at(STATE + PARTS.epoch, 'previousReferences'), 1n);
        },
      },
    },
  }),
];

export const PROMOTION_SUBJECT: AnySubject = subject({
  name: 'promote_to_tvm',
  checks: COVH.functions.promote_to_tvm.checks,
  world: (profile: Profile) => virtualMachine({ profile }),
  save: ({ tsm }) => tsm.save(),
  values: { fdt_address: TREE, tap_addr: 0n, entry_sepc: ENTRY, tvm_identity_addr: SCRATCH },
  call: ({ tsm }, values) => tsm.call('promote_to_tvm', values),
  faults: {
    fdt_alignment: { shift: { fdt_address: 4n } },
    tap_alignment: { shift: { tap_addr: 4n } },
    identity_alignment: { shift: { tvm_identity_addr: 32n } },
    shared_memory: {
      world: ({ tsm }) => {
        const none = (1n << 64n) - 1n;
        tsm.raw(NACL.eid, 1n, [none, none, 0n]);
      },
    },
    tables: {
      world: ({ setHgatp }) => {
        setHgatp(0n);
      },
    },
    fdt: {
      world: ({ memory, pageOf }) => {
        memory.write(pageOf(2), 8, 0n);
      },
    },
    tap: { set: { tap_addr: PROMOTED_GPA } },
    identity: { set: { tvm_identity_addr: POOL } },
    memory: {
      world: ({ tsm }) => {
        tsm.reclaim(POOL + PAGE, 63n);
      },
    },
    attestation: {
      set: { tap_addr: PAYLOAD },
      world: ({ memory, pageOf }) => {
        memory.put(pageOf(3), makePayload(99, { references: [], secret: new Uint8Array(8) }));
      },
    },
  },
});
