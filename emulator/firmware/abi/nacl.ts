/** NACL, nested acceleration: the shared memory of a hart, which CoVE needs, and the features of a nesting root. */
import { buffer, number } from './arguments.ts';
import { call, extension } from './call.ts';
import { coded, salus } from './check.ts';
import { FUNCTION } from './entry.ts';

/** `feature_id` of probe_feature. */
export const NACL_FEATURES = {
  sync_csr: 0n,
  sync_hfence: 1n,
  sync_sret: 2n,
  autoswap_csr: 3n,
} as const;

const FEATURE = coded('feature', 'not_supported');

export const NACL = extension({
  name: 'nacl',
  eid: 0x4e41_434cn,
  says: 'nested acceleration: the host to firmware',
  caller: 'host',
  servicer: 'tsm',
  entry: [FUNCTION],
  functions: {
    probe_feature: call({ fid: 0, arguments: [number('feature_id')] }),
    set_shmem: call({
      fid: 1,
      arguments: [buffer('shmem_phys_lo'), number('shmem_phys_hi'), number('flags')],
      checks: [
        coded('flags', 'invalid_param'),
        coded('alignment', 'invalid_param', { rules: ['NACL-03'] }),
        // Outside the memory of the host.
        coded('memory', 'invalid_address'),
        salus('confidential', 'invalid_address', { rules: ['NACL-04'] }),
      ],
    }),
    sync_csr: call({
      fid: 2,
      arguments: [number('csr_num', 0n)],
      checks: [
        FEATURE,
        // Neither all CSRs (ones) nor one of the hypervisor and VS CSRs.
        coded('csr', 'invalid_param', { rules: ['NACL-07'] }),
        coded('shared_memory', 'no_shmem'),
      ],
    }),
    sync_hfence: call({
      fid: 3,
      arguments: [number('entry_index')],
      checks: [FEATURE, coded('entry', 'invalid_param'), coded('shared_memory', 'no_shmem')],
    }),
    sync_sret: call({
      fid: 4,
      checks: [FEATURE, coded('shared_memory', 'no_shmem', { rules: ['NACL-08'] })],
    }),
  },
});
