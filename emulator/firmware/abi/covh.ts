/** COVH, host to TSM: the whole life of TVMs. */
import { extension } from './call.ts';
import { inferred, open, salus } from './check.ts';
import { MEMORY_CALLS } from './covh-memory.ts';
import { PLATFORM_CALLS } from './covh-platform.ts';
import { TVM_CALLS } from './covh-tvm.ts';
import { FUNCTION } from './entry.ts';

export const COVH = extension({
  name: 'covh',
  eid: 0x434f_5648n,
  says: 'TVMs: the host to a TSM',
  caller: 'host',
  servicer: 'tsm',
  entry: [
    inferred('reserved', 'not_supported', { rules: ['ABI-05'] }),
    inferred('domain', 'invalid_param', { rules: ['ABI-06'] }),
    // After an interrupted call, the hart may only resume it.
    open('interrupted', 'invalid_state', { rules: ['TEE-06'] }),
    FUNCTION,
    // A TVM calls as if it were a host.
    salus('caller', 'invalid_param'),
    // All but get_tsm_info.
    open('ready', 'failed', { rules: ['INFO-06'] }),
  ],
  functions: { ...PLATFORM_CALLS, ...TVM_CALLS, ...MEMORY_CALLS },
});
