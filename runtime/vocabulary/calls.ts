/** The call interfaces by namespace, function and argument names: CoVE, NACL, SBI, and the IOMMU operations. */
import type { CallNamespace } from '../../dsl/index.ts';

type Functions = Readonly<Record<string, string>>;

/** Error names of the SBI and of CoVE, as `error invalid_param` says them. */
const ERRORS = [
  'failed',
  'not_supported',
  'invalid_param',
  'denied',
  'invalid_address',
  'already_available',
  'already_started',
  'already_stopped',
  'no_shmem',
  'invalid_state',
  'bad_range',
  'timeout',
  'io',
  'denied_locked',
  'out_of_ptpages',
  'out_of_memory',
  'auth',
  'busy',
];

const IMSIC_TARGET = 'tvm_guest_id tvm_vcpu_id';

/** COVH: host to TSM. A structure's fields stand as arguments, or its address and length. */
const COVH: Functions = {
  get_tsm_info: 'tsm_info_address tsm_info_len',
  convert_pages: 'base_page_address num_pages',
  reclaim_pages: 'base_page_address num_pages',
  global_fence: '',
  local_fence: '',
  create_tvm: 'tvm_page_directory_addr tvm_state_addr tvm_create_params_addr tvm_create_params_len',
  finalize_tvm: 'tvm_guest_id entry_sepc entry_arg tvm_identity_addr',
  promote_to_tvm: 'fdt_address tap_addr entry_sepc tvm_identity_addr',
  destroy_tvm: 'tvm_guest_id',
  add_tvm_memory_region: 'tvm_guest_id tvm_gpa_addr region_len',
  add_tvm_page_table_pages: 'tvm_guest_id base_page_address num_pages',
  add_tvm_measured_pages:
    'tvm_guest_id source_address dest_address tsm_page_type num_pages tvm_guest_gpa',
  add_tvm_zero_pages:
    'tvm_guest_id base_page_address tsm_page_type num_pages tvm_base_page_address',
  add_tvm_shared_pages:
    'tvm_guest_id base_page_address tsm_page_type num_pages tvm_base_page_address',
  create_tvm_vcpu: 'tvm_guest_id tvm_vcpu_id tvm_state_page_addr',
  run_tvm_vcpu: 'tvm_guest_id tvm_vcpu_id',
  tvm_fence: 'tvm_guest_id',
  tvm_invalidate_pages: 'tvm_guest_id gpa len',
  tvm_validate_pages: 'tvm_guest_id gpa len',
  tvm_remove_pages: 'tvm_guest_id gpa len',
};

/** COVG: TVM to TSM. */
const COVG: Functions = {
  add_mmio_region: 'tvm_gpa_addr region_len',
  remove_mmio_region: 'tvm_gpa_addr region_len',
  share_memory_region: 'tvm_gpa_addr region_len',
  unshare_memory_region: 'tvm_gpa_addr region_len',
  allow_external_interrupt: 'interrupt_id',
  deny_external_interrupt: 'interrupt_id',
  get_attcaps: 'attcaps_gpa attcaps_len',
  extend_measurement: 'measurement_gpa measurement_len measurement_index',
  get_evidence:
    'pub_key_gpa pub_key_len challenge_data_gpa cert_format cert_addr_out cert_size challenge_len',
  retrieve_secret: 'secret_gpa secret_len',
  read_measurement: 'measurement_gpa measurement_len measurement_index',
};

/** COVI: interrupt files of TVMs. */
const COVI: Functions = {
  init_tvm_aia:
    'tvm_guest_id imsic_base group_index_bits group_index_shift hart_index_bits guest_index_bits guests_per_hart tvm_aia_params_addr tvm_aia_params_len',
  set_tvm_aia_cpu_imsic_addr: `${IMSIC_TARGET} tvm_imsic_gpa`,
  convert_aia_imsic: 'imsic_page_addr',
  reclaim_tvm_aia_imsic: 'imsic_page_addr',
  bind_aia_imsic: `${IMSIC_TARGET} imsic_mask`,
  unbind_aia_imsic_begin: IMSIC_TARGET,
  unbind_aia_imsic_end: IMSIC_TARGET,
  inject_tvm_cpu: `${IMSIC_TARGET} interrupt_id`,
  rebind_aia_imsic_begin: `${IMSIC_TARGET} imsic_mask`,
  rebind_aia_imsic_clone: IMSIC_TARGET,
  rebind_aia_imsic_end: IMSIC_TARGET,
};

const RAW = 'a7 a6 a0 a1 a2 a3 a4 a5';

const NAMESPACES: Readonly<Record<string, Functions>> = {
  covh: COVH,
  covg: COVG,
  covi: COVI,
  nacl: {
    probe_feature: 'feature_id',
    set_shmem: 'shmem_phys_lo shmem_phys_hi flags',
    sync_csr: 'csr_num',
    sync_hfence: 'entry_index',
    sync_sret: '',
  },
  supd: { get_active_domains: '' },
  sbi: {
    raw: RAW,
    get_spec_version: '',
    get_impl_id: '',
    get_impl_version: '',
    probe_extension: 'extension_id',
    get_mvendorid: '',
    get_marchid: '',
    get_mimpid: '',
  },
  hsm: {
    hart_start: 'hartid start_addr opaque',
    hart_stop: '',
    hart_get_status: 'hartid',
    hart_suspend: 'suspend_type resume_addr opaque',
  },
  iommu: {
    set_dc:
      'did en_ats en_pri t2gpa dtf pdtv prpr gade sade dpe sbe sxl iohgatp iosatp pscid gscid valid',
    iodir_inval_ddt: 'did dv',
    iodir_inval_pdt: 'did dv pid',
    iotinval_vma: 'addr av pscid pscv gscid gv',
    iotinval_gvma: 'addr av gscid gv',
    iofence_c: 'av addr data wsi pr pw',
  },
};

export function calls(): ReadonlyMap<string, CallNamespace> {
  return new Map(
    Object.entries(NAMESPACES).map(([name, functions]) => [
      name,
      { functions: functionsOf(functions), errors: ERRORS },
    ]),
  );
}

function functionsOf(functions: Functions): CallNamespace['functions'] {
  return new Map(
    Object.entries(functions).map(([call, args]) => [
      call,
      args.split(' ').filter((word) => word !== ''),
    ]),
  );
}
