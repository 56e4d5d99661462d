/** SBI base for a guest: which calls it has. */
import { functionOf } from '../../abi/abi.ts';
import { ATST, COVG } from '../../abi/covg.ts';
import { ERRORS } from '../../abi/errors.ts';
import { BASE, DBCN, HSM, SRST } from '../../abi/sbi.ts';
import type { Op } from '../../port.ts';
import type { FirmwareSpec } from '../../spec.ts';
import { failure, success, type TsmContext } from '../context.ts';
import type { Vcpu } from '../vcpu/vcpu.ts';
import { type Answer, stays } from './call.ts';

/** SBI 3.0. */
const SPECIFICATION = 3n << 24n;

const OFFERED: Readonly<Record<FirmwareSpec['tsm']['profile'], readonly bigint[]>> = {
  spec: [BASE.eid, HSM.eid, SRST.eid, DBCN.eid, COVG.eid],
  salus: [BASE.eid, HSM.eid, SRST.eid, DBCN.eid, COVG.eid, ATST.eid],
};

export function* baseCall(context: TsmContext, { record }: Vcpu, fid: number): Op<Answer> {
  const { port, spec } = context;
  const { profile } = spec.tsm;
  switch (functionOf(BASE, fid, profile)) {
    case 'get_spec_version':
      return stays(success(SPECIFICATION));
    case 'probe_extension': {
      port.fired('ABI-10');
      return stays(success(OFFERED[profile].includes(record.get('x', 10)) ? 1n : 0n));
    }
    case null:
      return stays(failure(ERRORS.not_supported));
    default:
      // Implementation and vendor: a guest learns nothing of what it runs on.
      return stays(success());
  }
}
