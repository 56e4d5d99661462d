/** Ways to get physical memory protection wrong. */
import { pmpDecisions as right } from '../protect/pmp-decisions.ts';
import { rules, type Fault } from './fault.ts';

export const PMP_FAULTS = {
  'pmp.last-match-wins': {
    says: 'the matching entry with the highest number decides',
    breaks: [],
    replaces: { pmp: { rank: (index) => -index } },
  },
  'pmp.tor-ignored': {
    says: 'TOR entries match nothing',
    breaks: [],
    replaces: { pmp: { isTor: () => false } },
  },
  'pmp.tor-from-zero': {
    says: 'a TOR range begins at address 0',
    breaks: [],
    replaces: { pmp: { torBase: () => 0n } },
  },
  'pmp.na4-ignored': {
    says: 'NA4 entries match nothing',
    breaks: [],
    replaces: { pmp: { isNa4: () => false } },
  },
  'pmp.na4-as-napot': {
    says: 'NA4 is taken for NAPOT',
    breaks: [],
    replaces: { pmp: { isNa4: () => false, isNapot: (a) => a === 2 || a === 3 } },
  },
  'pmp.partial-match-accepted': {
    says: 'an entry that matches only part of an access decides it',
    breaks: [],
    replaces: { pmp: { acceptsPart: () => true } },
  },
  'pmp.locked-does-not-bind-machine': {
    says: 'a locked entry does not bind M-mode',
    breaks: rules('SMMPT-PMP-01 SMMTT-LKUP-04'),
    replaces: { pmp: { bindsMachine: () => false } },
  },
  'pmp.unlocked-binds-machine': {
    says: 'an entry binds M-mode whether locked or not',
    breaks: rules('SMMPT-PMP-02 SMMPT-PMP-09'),
    replaces: { pmp: { bindsMachine: () => true } },
  },
  'pmp.mml-ignored': {
    says: 'MML changes nothing for M-mode: its truth table gives everything',
    breaks: rules('SMMPT-PMP-04'),
    replaces: {
      pmp: { lockdown: (lrwx, machine) => (machine ? 7 : right.lockdown(lrwx, machine)) },
    },
  },
  'pmp.mml-locked-read-denied': {
    says: 'the cell L=1 R=1 of the MML truth table denies M-mode',
    breaks: rules('SMMPT-PMP-05'),
    replaces: {
      pmp: {
        lockdown: (lrwx, machine) => (lrwx >= 8 && machine ? 0 : right.lockdown(lrwx, machine)),
      },
    },
  },
  'pmp.mml-swaps-modes': {
    says: 'the truth table of MML is read with M-mode and the others swapped',
    breaks: rules('SMMPT-PMP-04..05'),
    replaces: { pmp: { lockdown: (lrwx, machine) => right.lockdown(lrwx, !machine) } },
  },
  'pmp.mmwp-ignored': {
    says: 'M-mode is allowed where no entry matches, MMWP or not',
    breaks: rules('SMMPT-PMP-03'),
    replaces: { pmp: { machineDefault: () => 7 } },
  },
  'pmp.allows-without-match': {
    says: 'S and U are allowed where no entry matches',
    breaks: [],
    replaces: { pmp: { belowDefault: () => 7 } },
  },
  'pmp.lock-does-not-hold': {
    says: 'locked entries can be written',
    breaks: [],
    replaces: { pmp: { ignoresLocked: () => false } },
  },
  'pmp.lock-forgets-tor-base': {
    says: 'the address below a locked TOR entry can be written',
    breaks: [],
    replaces: { pmp: { locksBase: () => false } },
  },
  'pmp.stores-write-only': {
    says: 'W without R is stored',
    breaks: [],
    replaces: { pmp: { dropsReservedWrite: (config) => config } },
  },
  'pmp.mml-can-be-cleared': {
    says: 'MML and MMWP can be cleared again',
    breaks: [],
    replaces: { pmp: { keepsSticky: () => false } },
  },
} as const satisfies Record<string, Fault>;
