/** How each check of COVG is made to refuse, on a TVM in memory alone. */
import { COVG } from './abi/covg.ts';
import { errorName } from './abi/errors.ts';
import { type AnySubject, type Subject, subject } from './abi-order.test-support.ts';
import { MEASUREMENTS } from './layouts/measurement.ts';
import { CODE, FakeBench, SPEC } from './tsm/run/fake-hart.test-support.ts';
import type { ATTESTATION_CALLS } from './tsm/covg/attestation.ts';
import { ABSENT, guest, HERE, HOLE, NEXT, SHARED } from './tsm/covg/attestation.test-support.ts';
import { authorize } from './tsm/measure/secret.ts';

const PAGE = 4096n;
/** The last page of guest physical addresses. */
const END = (1n << 41n) - PAGE;

const named = (error: bigint): bigint | string =>
  error === 0n ? 0n : (errorName(BigInt.asIntN(64, error)) ?? String(error));

type Guest = ReturnType<typeof guest>;
type AttestationName = keyof typeof ATTESTATION_CALLS;

const attestation = (
  name: AttestationName,
  rest: Omit<Subject<Guest>, 'name' | 'checks' | 'call' | 'world'> & Partial<Subject<Guest>>,
): AnySubject =>
  subject<Guest>({
    name,
    checks: COVG.functions[name].checks,
    world: guest,
    call: ({ calls }, values) => {
      const list = COVG.functions[name].arguments.map((argument) => values[argument.name] ?? 0n);
      return named(calls(name, ...list).error);
    },
    ...rest,
  });

type RangeName =
  | 'add_mmio_region'
  | 'remove_mmio_region'
  | 'share_memory_region'
  | 'unshare_memory_region'
  | 'allow_external_interrupt'
  | 'deny_external_interrupt';

/** A guest that makes the call by an ECALL; an error comes back to it in a0. */
const ecall = (
  name: RangeName,
  rest: Omit<Subject<FakeBench>, 'name' | 'checks' | 'call' | 'world'> &
    Partial<Subject<FakeBench>>,
): AnySubject =>
  subject<FakeBench>({
    name,
    checks: COVG.functions[name].checks,
    world: (profile) => {
      const bench = new FakeBench({ tsm: { ...SPEC.tsm, profile } });
      bench.finalize();
      bench.hart().register();
      bench.hart().run();
      return bench;
    },
    call: (bench, values) => {
      const hart = bench.hart();
      const list = COVG.functions[name].arguments.map((argument) => values[argument.name] ?? 0n);
      const left = hart.ecall(COVG.eid, BigInt(COVG.functions[name].fid ?? 0), list);
      return left.to === 'host' ? 0n : named(hart.x[10] ?? 0n);
    },
    ...rest,
  });

const LENGTH = { shift: { region_len: 16n } };
const ALIGNMENT = { shift: { tvm_gpa_addr: 16n } };
const OVERFLOW = { set: { tvm_gpa_addr: END + PAGE } };
const MMIO = 0x1000_0000n;

export const COVG_SUBJECTS: readonly AnySubject[] = [
  ecall('add_mmio_region', {
    values: { tvm_gpa_addr: MMIO, region_len: PAGE },
    faults: {
      length: LENGTH,
      alignment: ALIGNMENT,
      overflow: OVERFLOW,
      overlap: {
        world: (bench) => {
          bench.region(MMIO, PAGE, 'shared');
        },
      },
    },
  }),
  ecall('remove_mmio_region', {
    world: (profile) => {
      const bench = new FakeBench({ tsm: { ...SPEC.tsm, profile } });
      bench.region(MMIO, 4n * PAGE, 'mmio');
      bench.finalize();
      bench.hart().register();
      bench.hart().run();
      return bench;
    },
    values: { tvm_gpa_addr: MMIO, region_len: PAGE },
    faults: {
      length: LENGTH,
      alignment: ALIGNMENT,
      overflow: OVERFLOW,
      region: {
        world: (bench) => {
          bench.region(MMIO, 4n * PAGE, 'shared');
        },
      },
    },
  }),
  ecall('share_memory_region', {
    values: { tvm_gpa_addr: CODE, region_len: PAGE },
    faults: {
      length: LENGTH,
      alignment: ALIGNMENT,
      overflow: OVERFLOW,
      region: {
        world: (bench) => {
          bench.region(CODE, PAGE, 'mmio');
        },
      },
    },
  }),
  ecall('unshare_memory_region', {
    world: (profile) => {
      const bench = new FakeBench({ tsm: { ...SPEC.tsm, profile } });
      bench.region(MMIO, 4n * PAGE, 'shared');
      bench.finalize();
      bench.hart().register();
      bench.hart().run();
      return bench;
    },
    values: { tvm_gpa_addr: MMIO, region_len: PAGE },
    faults: {
      length: LENGTH,
      alignment: ALIGNMENT,
      overflow: OVERFLOW,
      region: {
        world: (bench) => {
          bench.region(MMIO, 4n * PAGE, 'confidential');
        },
      },
    },
  }),
  ecall('allow_external_interrupt', {
    values: { interrupt_id: 3n },
    faults: { interrupt: { set: { interrupt_id: 1n << 40n } } },
  }),
  ecall('deny_external_interrupt', {
    values: { interrupt_id: 3n },
    faults: { interrupt: { set: { interrupt_id: 1n << 40n } } },
  }),
  attestation('get_attcaps', {
    values: { attcaps_gpa: HERE, attcaps_len: PAGE },
    faults: {
      length: { shift: { attcaps_len: 16n } },
      alignment: { shift: { attcaps_gpa: 16n } },
      overflow: { set: { attcaps_gpa: END + PAGE } },
      region: { set: { attcaps_gpa: SHARED } },
      buffer: { set: { attcaps_gpa: ABSENT } },
    },
  }),
  attestation('extend_measurement', {
    world: (profile) => guest(profile),
    values: { measurement_gpa: HERE, measurement_len: 48n, measurement_index: 7n },
    call: ({ calls, profile }, values) => {
      const { measurement_gpa: gpa = 0n, measurement_len: length = 0n } = values;
      const index = values['measurement_index'] ?? 0n;
      // The same registers have other numbers under Salus.
      const known = profile === 'salus' ? { 7: 18n, 4: 2n }[Number(index)] : index;
      return named(calls('extend_measurement', gpa, length, known ?? index).error);
    },
    faults: {
      index: { set: { measurement_index: 99n } },
      static: { set: { measurement_index: 4n } },
      length: { shift: { measurement_len: -1n } },
      alignment: { shift: { measurement_gpa: 16n } },
      buffer: { set: { measurement_gpa: ABSENT } },
    },
  }),
  attestation('read_measurement', {
    values: { measurement_gpa: HERE, measurement_len: 48n, measurement_index: 3n },
    faults: {
      index: { set: { measurement_index: 99n } },
      length: { shift: { measurement_len: -1n } },
      alignment: { shift: { measurement_gpa: 16n } },
      overflow: { set: { measurement_gpa: END + PAGE } },
      region: { set: { measurement_gpa: SHARED } },
      buffer: { set: { measurement_gpa: ABSENT } },
    },
  }),
  attestation('get_evidence', {
    values: {
      pub_key_gpa: HERE,
      pub_key_len: 32n,
      challenge_data_gpa: NEXT,
      cert_format: 1n,
      cert_addr_out: HERE,
      cert_size: PAGE,
    },
    faults: {
      key_length: { set: { pub_key_len: 0n } },
      format: { set: { cert_format: 8n } },
      alignment: { shift: { cert_addr_out: 16n } },
      address: { set: { pub_key_gpa: HOLE } },
      region: { set: { pub_key_gpa: SHARED } },
      length: { set: { cert_size: 64n } },
      output: { set: { cert_addr_out: ABSENT } },
    },
    unreachable: { busy: 'a certificate needs nothing that can be busy' },
  }),
  attestation('retrieve_secret', {
    world: (profile) => {
      const made = guest(profile);
      authorize(made.port, made.record, new Uint8Array(8).fill(1));
      return made;
    },
    values: { secret_gpa: HERE, secret_len: 64n },
    faults: {
      attested: {
        world: ({ write, record }) => {
          write(MEASUREMENTS.at(record, 'authorized'), new Uint8Array(8));
        },
      },
      length: { set: { secret_len: 4n } },
      alignment: { shift: { secret_gpa: 16n } },
      buffer: { set: { secret_gpa: ABSENT } },
    },
  }),
];
