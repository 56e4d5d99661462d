/** The life of a TVM through a session: built, measured, run, shared with, destroyed, its memory reclaimed. */
import { expand } from '../dsl/index.ts';
import { Machine } from '../emulator/index.ts';
import { runCase } from '../runtime/session/session.ts';
import { DEFAULT_VARIATION } from '../runtime/session/variation.ts';
import { compiled } from './cases.ts';
import { seconds, type Workload } from './measure.ts';

/** 16 measured and 4 zero pages, one vCPU, three exits, one shared page, 64 pages converted and reclaimed. */
const TEXT = `sdt 1
suite "Bench"
scenario "the life of a TVM"
  covers RECL-01
  requires H
  machine mpt smmpt43, model tsm_peer, caching retain
  domain host sdid 0
  domain tsm sdid 1
  region pool at 0x8400_0000 size 256K
  region image at 0x8800_0000 size 64K holds boot
  region window at 0x8900_0000 size 4K
  grant rwx on pool to host
  grant rw on image to host
  grant rw on window to host
  program boot
    stores 0x2a at 0x8040_0000                     -> ok
    calls covg.share_memory_region(tvm_gpa_addr: 0x8050_0000, region_len: 4K) -> success
    stores 0x51 at 0x8050_0000                     -> ok
  host calls covh.convert_pages(base_page_address: pool, num_pages: 64) -> success
  host calls covh.global_fence()                   -> success
  host calls covh.local_fence()                    -> success
  host calls covh.create_tvm(tvm_page_directory_addr: pool, tvm_state_addr: pool + 16K) -> success as guest
  host calls covh.add_tvm_page_table_pages(
    tvm_guest_id: guest, base_page_address: pool + 64K, num_pages: 8) -> success
  host calls covh.add_tvm_memory_region(
    tvm_guest_id: guest, tvm_gpa_addr: 0x8000_0000, region_len: 16M) -> success
  host calls covh.add_tvm_measured_pages(
    tvm_guest_id: guest, source_address: image, dest_address: pool + 128K, tsm_page_type: 0,
    num_pages: 16, tvm_guest_gpa: 0x8020_0000) -> success
  host calls covh.create_tvm_vcpu(
    tvm_guest_id: guest, tvm_vcpu_id: 0, tvm_state_page_addr: pool + 96K) -> success
  host calls covh.finalize_tvm(
    tvm_guest_id: guest, entry_sepc: 0x8020_0000, entry_arg: 0, tvm_identity_addr: 0) -> success
  host calls covh.run_tvm_vcpu(tvm_guest_id: guest, tvm_vcpu_id: 0)
    -> exits store guest page fault at gpa 0x8040_0000
  host calls covh.add_tvm_zero_pages(
    tvm_guest_id: guest, base_page_address: pool + 192K, tsm_page_type: 0, num_pages: 4,
    tvm_base_page_address: 0x8040_0000) -> success
  host calls covh.run_tvm_vcpu(tvm_guest_id: guest, tvm_vcpu_id: 0)
    -> exits ecall covg.share_memory_region
  host calls covh.run_tvm_vcpu(tvm_guest_id: guest, tvm_vcpu_id: 0)
    -> exits store guest page fault at gpa 0x8050_0000
  host calls covh.add_tvm_shared_pages(
    tvm_guest_id: guest, base_page_address: window, tsm_page_type: 0, num_pages: 1,
    tvm_base_page_address: 0x8050_0000) -> success
  host calls covh.destroy_tvm(tvm_guest_id: guest) -> success
  host calls covh.reclaim_pages(base_page_address: pool, num_pages: 64) -> success
`;

export const lifeCycle: Workload = {
  name: 'life cycles of a TVM',
  unit: 'life cycles',
  budget: '300/s, the boot of its machine included',
  run(scale) {
    const [scenario] = compiled(TEXT).scenarios;
    if (scenario === undefined) throw new Error('one scenario expected');
    const plan = expand(scenario, 0);
    const machine = new Machine();
    const live = (times: number): void => {
      for (let k = 0; k < times; k++) {
        const { status, failures } = runCase(plan, machine, DEFAULT_VARIATION);
        if (status !== 'pass') throw new Error(failures[0]?.message ?? status);
      }
    };
    const count = Math.ceil(100 * scale);
    live(count);
    const took = seconds(() => live(count), 5);
    const { fw, csr, trap } = machine.counts();
    return {
      units: count,
      seconds: took,
      note: `each: ${fw} references of firmware, ${csr} CSR instructions, ${trap} traps`,
    };
  },
};
