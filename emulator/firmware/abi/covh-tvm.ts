/** COVH, the life of a TVM and of its vCPUs. */
import { address, buffer, gpa, length, number, page, tvm, vcpu } from './arguments.ts';
import { call } from './call.ts';
import { coded, inferred, open, salus } from './check.ts';
import { STATIC, TVM } from './covh-checks.ts';
import { TVM_CREATE_PARAMS } from './structs.ts';

export const TVM_CALLS = {
  create_tvm: call({
    fid: 5,
    arguments: [
      buffer('tvm_create_params_addr'),
      length('tvm_create_params_len', BigInt(TVM_CREATE_PARAMS.size)),
    ],
    parameters: {
      name: 'tvm_create_params',
      struct: TVM_CREATE_PARAMS,
      direction: 'in',
      address: 'tvm_create_params_addr',
      length: 'tvm_create_params_len',
    },
    checks: [
      STATIC,
      coded('length', 'invalid_param', { rules: ['CREATE-04'] }),
      // The record does not lie in memory that the host may read.
      coded('parameters', 'invalid_address', { rules: ['CREATE-05'] }),
      open('directory_alignment', 'invalid_address', { rules: ['CREATE-02'] }),
      open('directory_pages', 'invalid_address'),
      salus('directory_contiguous', 'invalid_address', { rules: ['CREATE-03'] }),
      open('state_alignment', 'invalid_address'),
      open('state_pages', 'invalid_address'),
      inferred('overlap', 'invalid_address', { rules: ['CREATE-06'] }),
    ],
  }),
  finalize_tvm: call({
    fid: 6,
    arguments: [
      tvm('tvm_guest_id'),
      gpa('entry_sepc'),
      number('entry_arg'),
      address('tvm_identity_addr', 0n),
    ],
    checks: [
      TVM,
      coded('state', 'invalid_param', { rules: ['FIN-01'] }),
      coded('identity_alignment', 'invalid_param', { rules: ['FIN-06'] }),
      coded('identity', 'invalid_param'),
      salus('boot_vcpu', 'invalid_param', { rules: ['FIN-02'] }),
    ],
  }),
  promote_to_tvm: call({
    fid: 7,
    salusFid: null,
    arguments: [
      gpa('fdt_address'),
      gpa('tap_addr', 0n),
      gpa('entry_sepc'),
      address('tvm_identity_addr', 0n),
    ],
    checks: [
      coded('fdt_alignment', 'invalid_address'),
      open('tap_alignment', 'invalid_address'),
      open('identity_alignment', 'invalid_param'),
      inferred('shared_memory', 'no_shmem'),
      // hgatp of the NACL page is no table that the host may read, or maps what is not the host's.
      inferred('tables', 'invalid_param'),
      coded('fdt', 'invalid_address'),
      open('tap', 'invalid_address'),
      open('identity', 'invalid_param'),
      coded('memory', 'out_of_memory'),
      coded('attestation', 'auth', { rules: ['ATT-12'] }),
    ],
  }),
  destroy_tvm: call({
    fid: 8,
    salusFid: 7,
    arguments: [tvm('tvm_guest_id')],
    checks: [
      coded('tvm', 'invalid_param', { rules: ['DEST-03'] }),
      open('running', 'invalid_param', { rules: ['DEST-01'] }),
    ],
  }),
  create_tvm_vcpu: call({
    fid: 14,
    salusFid: 13,
    arguments: [tvm('tvm_guest_id'), vcpu('tvm_vcpu_id'), page('tvm_state_page_addr')],
    checks: [
      TVM,
      coded('state', 'invalid_param', { rules: ['VCPU-01'] }),
      coded('vcpu', 'invalid_param', { rules: ['VCPU-04'] }),
      coded('duplicate', 'invalid_param', { rules: ['VCPU-03'] }),
      coded('alignment', 'invalid_address', { salus: 'invalid_param' }),
      coded('pages', 'invalid_address', { rules: ['VCPU-02'] }),
    ],
  }),
  run_tvm_vcpu: call({
    fid: 15,
    salusFid: 14,
    arguments: [tvm('tvm_guest_id'), vcpu('tvm_vcpu_id')],
    checks: [
      coded('tvm', 'invalid_param'),
      coded('state', 'invalid_param', { rules: ['RUN-01'] }),
      coded('vcpu', 'invalid_param', { rules: ['RUN-05'] }),
      open('dead', 'invalid_param', { rules: ['RUN-04'] }),
      open('boot_first', 'invalid_param', { rules: ['RUN-02'] }),
      salus('stopped', 'invalid_param', { rules: ['VCPU-07'] }),
      salus('running', 'invalid_param', { rules: ['RUN-03'] }),
      // What the vCPU asked the host for is not done: a range to share still has its pages.
      open('blocked', 'invalid_address'),
    ],
  }),
  tvm_fence: call({
    fid: 16,
    salusFid: 15,
    arguments: [tvm('tvm_guest_id')],
    checks: [
      inferred('tvm', 'invalid_param'),
      salus('state', 'invalid_param', { rules: ['TFEN-01'] }),
      coded('pending', 'already_started', { salus: 'invalid_address', rules: ['TFEN-02'] }),
    ],
  }),
};
