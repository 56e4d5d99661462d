/** COVH, what a TSM says of itself. */
import { COVH } from '../../abi/covh.ts';
import { ERRORS } from '../../abi/errors.ts';
import { refuse } from '../../abi/check.ts';
import { TSM_CAPABILITIES, TSM_INFO, TSM_INFO_SALUS, TSM_STATES } from '../../abi/structs.ts';
import { encode } from '../../layouts/encode.ts';
import { VCPU_STATE_PAGES } from '../../layouts/vcpu.ts';
import type { Op } from '../../port.ts';
import { errorProfile, failure, type Outcome, success, type TsmContext } from '../context.ts';
import { isReachable, writeHost } from '../pages/host-memory.ts';
import type { Values } from './call.ts';
import { isAligned } from './ranges.ts';

/** Neither Salus (1) nor ACE (2). */
const IMPLEMENTATION = 0x0073_6474n;
const VERSION = 1n;

export function* getTsmInfo(
  context: TsmContext,
  { tsm_info_address: at, tsm_info_len: length }: Values<'get_tsm_info'>,
): Op<Outcome> {
  const { port, spec } = context;
  const { profile } = spec.tsm;
  const { size } = profile === 'salus' ? TSM_INFO_SALUS : TSM_INFO;
  const refused = yield* refuse(port, errorProfile(context), COVH.functions.get_tsm_info.checks, {
    length: () => length < BigInt(size),
    alignment: () => !isAligned(at, 4n),
    *buffer() {
      if (yield* isReachable(context, at, BigInt(size))) return false;
      port.fired('INFO-04');
      port.fired('INFO-05');
      return true;
    },
  });
  if (refused !== 0n) return failure(refused);
  if (!(yield* writeHost(context, at, info(context)))) return failure(ERRORS.invalid_address);
  port.fired(spec.tsm.state === 'ready' ? 'INFO-01' : 'INFO-02');
  return success(BigInt(size));
}

function info({ spec, parts }: TsmContext): Uint8Array {
  const { profile, state, maxVcpus } = spec.tsm;
  const bit = (name: keyof typeof TSM_CAPABILITIES): bigint => 1n << BigInt(TSM_CAPABILITIES[name]);
  const ready =
    state === 'ready'
      ? {
          tsm_version: VERSION,
          tvm_state_pages: BigInt(parts.pages),
          tvm_max_vcpus: BigInt(maxVcpus),
          tvm_vcpu_state_pages: VCPU_STATE_PAGES,
        }
      : {};
  const values = { tsm_state: TSM_STATES[state], ...ready };
  if (profile === 'salus') return encode(TSM_INFO_SALUS, values);
  const more = {
    tsm_impl_id: IMPLEMENTATION,
    tsm_capabilities: bit('promote_tvm') | bit('attestation_local') | bit('attestation_remote'),
  };
  return encode(TSM_INFO, { ...values, ...(state === 'ready' ? more : {}) });
}
