/** COVI, interrupt files of TVMs: every function answers NOT_SUPPORTED while the machine has no interrupt files. */
import { address, buffer, gpa, length, number, page, tvm, vcpu } from './arguments.ts';
import { call, extension } from './call.ts';
import { inferred } from './check.ts';
import { FUNCTION } from './entry.ts';
import { TVM_AIA_PARAMS } from './structs.ts';

const TARGET = [tvm('tvm_guest_id'), vcpu('tvm_vcpu_id')];

export const COVI = extension({
  name: 'covi',
  eid: 0x434f_5649n,
  says: 'interrupt files of TVMs: the host to a TSM',
  caller: 'host',
  servicer: 'tsm',
  entry: [FUNCTION, inferred('interrupt_files', 'not_supported')],
  functions: {
    init_tvm_aia: call({
      fid: 0,
      arguments: [
        tvm('tvm_guest_id'),
        buffer('tvm_aia_params_addr'),
        length('tvm_aia_params_len', BigInt(TVM_AIA_PARAMS.size)),
      ],
      parameters: {
        name: 'tvm_aia_params',
        struct: TVM_AIA_PARAMS,
        direction: 'in',
        address: 'tvm_aia_params_addr',
        length: 'tvm_aia_params_len',
      },
    }),
    set_tvm_aia_cpu_imsic_addr: call({ fid: 1, arguments: [...TARGET, gpa('tvm_imsic_gpa')] }),
    convert_aia_imsic: call({ fid: 2, arguments: [page('imsic_page_addr')] }),
    reclaim_tvm_aia_imsic: call({ fid: 3, arguments: [address('imsic_page_addr')] }),
    bind_aia_imsic: call({ fid: 4, arguments: [...TARGET, number('imsic_mask', 2n)] }),
    unbind_aia_imsic_begin: call({ fid: 5, arguments: TARGET }),
    unbind_aia_imsic_end: call({ fid: 6, arguments: TARGET }),
    inject_tvm_cpu: call({ fid: 7, arguments: [...TARGET, number('interrupt_id', 1n)] }),
    rebind_aia_imsic_begin: call({ fid: 8, arguments: [...TARGET, number('imsic_mask', 2n)] }),
    rebind_aia_imsic_clone: call({ fid: 9, arguments: TARGET }),
    rebind_aia_imsic_end: call({ fid: 10, arguments: TARGET }),
  },
});
