/** The attestation calls of TVMs by name: those of COVG, and the four that Salus has under an EID of its own. */
import { getEvidence, retrieveSecret } from './evidence-calls.ts';
import { extendMeasurement, getAttcaps, readMeasurement } from './measurement-calls.ts';

/** Each takes its arguments from a0, a1, ... of the vCPU, and gives what goes into its a0 and a1. */
export const ATTESTATION_CALLS = {
  get_attcaps: getAttcaps,
  extend_measurement: extendMeasurement,
  get_evidence: getEvidence,
  retrieve_secret: retrieveSecret,
  read_measurement: readMeasurement,
} as const;
