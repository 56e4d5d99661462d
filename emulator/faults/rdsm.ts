/** Ways for the RDSM to be wrong: fences that it forgets, registers that it does not switch, pages that it gives away. */
import { rules, type Fault } from './fault.ts';

export const RDSM_FAULTS = {
  'rdsm.host-not-active': {
    says: 'the hosting domain is not among the active ones',
    breaks: rules('SUPD-01'),
    replaces: { rdsm: { activeDomains: (active) => active & ~1n } },
  },
  'rdsm.skips-an-instruction': {
    says: 'a caller goes on one instruction too far behind its ECALL',
    breaks: rules('TEE-03'),
    replaces: { rdsm: { nextPc: (pc) => pc + 8n } },
  },
  'rdsm.sscratch-not-switched': {
    says: 'a world switch forgets sscratch',
    breaks: rules('TEE-04'),
    replaces: { rdsm: { switches: (csr) => csr !== 'sscratch' } },
  },
  'rdsm.satp-not-switched': {
    says: 'a world switch forgets satp',
    breaks: rules('TEE-04'),
    replaces: { rdsm: { switches: (csr) => csr !== 'satp' } },
  },
  'rdsm.register-not-restored': {
    says: 'the host finds s11 as the TSM left it',
    breaks: rules('TEE-03'),
    replaces: { rdsm: { restores: (number) => number !== 27 } },
  },
  'rdsm.deadline-lost': {
    says: 'the deadline of the host is not in force while a TSM runs',
    breaks: rules('RUN-12'),
    replaces: { rdsm: { deadline: (own) => own } },
  },
  'rdsm.edit-unfenced': {
    says: 'pages are taken from the host without a fence of its protection table',
    breaks: rules('FENCE-05 FENCE-07'),
    replaces: { rdsm: { mustFence: () => false } },
  },
  'rdsm.epoch-not-compared': {
    says: 'a hart that passes does not fence what others have changed',
    breaks: rules('FENCE-05'),
    replaces: { rdsm: { isBehind: () => false } },
  },
  'rdsm.gives-what-is-not-the-hosts': {
    says: 'a TSM gets every page that it asks for, whoever has it',
    breaks: rules('CONV-11 ISO-11'),
    replaces: { rdsm: { isHosts: () => true } },
  },
  'rdsm.gives-firmware': {
    says: 'a TSM gets memory of firmware, if the host may use it',
    breaks: rules('CONV-11'),
    replaces: { rdsm: { isFirmware: () => false, isHosts: () => true } },
  },
  'rdsm.host-keeps-reading': {
    says: 'the host may still read what it has given up',
    breaks: rules('CONV-01'),
    replaces: { rdsm: { hostRights: () => 1 } },
  },
  'rdsm.fences-whoever-runs': {
    says: 'a fence for another hart acts in the domain that runs, not in that of whoever asked',
    breaks: rules('FENCE-09'),
    replaces: { rdsm: { fencedDomain: (_, running) => running } },
  },
  'rdsm.console-reads-all': {
    says: 'the console writes memory that its caller may not read',
    breaks: rules('INFO-05'),
    replaces: { rdsm: { mayUse: () => true } },
  },
} as const satisfies Record<string, Fault>;
