/** COVG, a TVM to its TSM; most calls are then told to the host. Salus has its attestation under an EID of its own. */
import { gpa, length, number } from './arguments.ts';
import { call, extension } from './call.ts';
import { coded, inferred, open, salus } from './check.ts';
import { FUNCTION } from './entry.ts';

const ASKS = { spec: 'asks', salus: 'asks' } as const;
const TELLS = { spec: 'tells', salus: 'tells' } as const;
/** Salus answers attestation calls without an exit. */
const TELLS_SPEC = { spec: 'tells', salus: 'stays' } as const;
const STAYS = { spec: 'stays', salus: 'stays' } as const;

const UNALIGNED = { salus: 'invalid_param' } as const;

/** Bytes of a SHA-384 digest. */
const DIGEST = 48n;

const MEASUREMENT = [
  gpa('measurement_gpa'),
  length('measurement_len', DIGEST),
  number('measurement_index'),
];

export const COVG = extension({
  name: 'covg',
  eid: 0x434f_5647n,
  says: 'TVMs: a TVM to its TSM',
  caller: 'tvm',
  servicer: 'tsm',
  entry: [salus('caller', 'not_supported', { rules: ['ABI-09'] }), FUNCTION],
  functions: {
    add_mmio_region: call({
      fid: 0,
      reflects: TELLS,
      arguments: [gpa('tvm_gpa_addr'), length('region_len')],
      checks: [
        open('length', 'invalid_address', UNALIGNED),
        coded('alignment', 'invalid_address', UNALIGNED),
        inferred('overflow', 'invalid_address'),
        coded('overlap', 'invalid_address', { rules: ['MMIO-01'] }),
      ],
    }),
    remove_mmio_region: call({
      fid: 1,
      reflects: TELLS,
      arguments: [gpa('tvm_gpa_addr'), length('region_len')],
      checks: [
        open('length', 'invalid_address', UNALIGNED),
        coded('alignment', 'invalid_address', UNALIGNED),
        inferred('overflow', 'invalid_address'),
        salus('region', 'invalid_address', { only: 'salus' }),
      ],
    }),
    share_memory_region: call({
      fid: 2,
      reflects: ASKS,
      arguments: [gpa('tvm_gpa_addr'), length('region_len')],
      checks: [
        coded('length', 'invalid_param'),
        coded('alignment', 'invalid_address', { ...UNALIGNED, rules: ['SHAR-02'] }),
        inferred('overflow', 'invalid_address'),
        // Not wholly confidential: a hole, MMIO, shared already.
        coded('region', 'invalid_param'),
      ],
    }),
    unshare_memory_region: call({
      fid: 3,
      reflects: ASKS,
      arguments: [gpa('tvm_gpa_addr'), length('region_len')],
      checks: [
        coded('length', 'invalid_param'),
        coded('alignment', 'invalid_address', UNALIGNED),
        inferred('overflow', 'invalid_address'),
        coded('region', 'invalid_param', { rules: ['SHAR-09'] }),
      ],
    }),
    allow_external_interrupt: call({
      fid: 4,
      reflects: TELLS,
      arguments: [number('interrupt_id', 1n)],
      checks: [coded('interrupt', 'invalid_param')],
    }),
    deny_external_interrupt: call({
      fid: 5,
      reflects: TELLS,
      arguments: [number('interrupt_id', 1n)],
      checks: [coded('interrupt', 'invalid_param')],
    }),
    get_attcaps: call({
      fid: 6,
      salusFid: null,
      reflects: TELLS_SPEC,
      arguments: [gpa('attcaps_gpa'), length('attcaps_len')],
      checks: [
        coded('length', 'invalid_param'),
        coded('alignment', 'invalid_address'),
        inferred('overflow', 'invalid_address'),
        coded('region', 'invalid_param'),
        // Confidential, but nothing is mapped there yet.
        inferred('buffer', 'invalid_address'),
      ],
    }),
    extend_measurement: call({
      fid: 7,
      salusFid: null,
      reflects: TELLS_SPEC,
      arguments: MEASUREMENT,
      checks: [
        coded('index', 'invalid_param', { rules: ['ATT-05'] }),
        // A register of the initial measurement.
        coded('static', 'invalid_param', { rules: ['ATT-03'] }),
        open('length', 'invalid_param', { rules: ['ATT-04'] }),
        coded('alignment', 'invalid_address'),
        coded('buffer', 'invalid_address'),
      ],
    }),
    get_evidence: call({
      fid: 8,
      salusFid: null,
      reflects: TELLS_SPEC,
      arguments: [
        gpa('pub_key_gpa'),
        length('pub_key_len', 32n),
        gpa('challenge_data_gpa'),
        number('cert_format', 1n),
        gpa('cert_addr_out'),
        length('cert_size'),
      ],
      checks: [
        coded('key_length', 'invalid_param'),
        coded('format', 'invalid_param', { only: 'spec', rules: ['ATT-08'] }),
        coded('alignment', 'invalid_address'),
        coded('address', 'invalid_address'),
        // Key or challenge not wholly in confidential memory.
        coded('region', 'invalid_param', { rules: ['ATT-09'] }),
        coded('length', 'invalid_param'),
        coded('output', 'invalid_address'),
        coded('busy', 'busy'),
      ],
    }),
    retrieve_secret: call({
      fid: 9,
      salusFid: null,
      reflects: STAYS,
      arguments: [gpa('secret_gpa'), length('secret_len')],
      checks: [
        coded('attested', 'auth', { rules: ['ATT-11'] }),
        coded('length', 'invalid_param'),
        coded('alignment', 'invalid_address'),
        coded('buffer', 'invalid_address'),
      ],
    }),
    read_measurement: call({
      fid: 10,
      salusFid: null,
      reflects: TELLS_SPEC,
      arguments: MEASUREMENT,
      checks: [
        open('index', 'invalid_param'),
        coded('length', 'invalid_param'),
        coded('alignment', 'invalid_address'),
        inferred('overflow', 'invalid_address'),
        coded('region', 'invalid_param'),
        inferred('buffer', 'invalid_address'),
      ],
    }),
  },
});

const { get_attcaps, get_evidence, extend_measurement, read_measurement } = COVG.functions;

/** Salus's own attestation calls, with the arguments and checks of those that the specification made of them. */
export const ATST = extension({
  name: 'atst',
  eid: 0x4154_5354n,
  says: 'attestation in profile salus: a TVM to its TSM',
  caller: 'tvm',
  servicer: 'tsm',
  entry: [salus('caller', 'not_supported'), FUNCTION],
  functions: {
    get_attcaps: { ...get_attcaps, fid: null, salusFid: 0 },
    get_evidence: { ...get_evidence, fid: null, salusFid: 1 },
    extend_measurement: { ...extend_measurement, fid: null, salusFid: 2 },
    read_measurement: { ...read_measurement, fid: null, salusFid: 3 },
  },
});
