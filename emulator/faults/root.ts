/** Ways for a nesting root to be wrong: shadow entries that it keeps or makes up, fences that it forgets, traps that it misplaces. */
import { rules, type Fault } from './fault.ts';

export const ROOT_FAULTS = {
  'root.shadow-not-flushed': {
    says: 'pages that a domain gives up stay in the shadow tables of its guest',
    breaks: rules('ISO-05 ISO-14'),
    replaces: { root: { flushesHostPages: () => false } },
  },
  'root.fills-what-is-not-the-domains': {
    says: 'a page that a domain maps for its guest is shadowed, whether the domain has it or not',
    breaks: rules('ISO-06 ISO-13'),
    replaces: {
      root: { hostPage: (found, page) => found ?? { page, level: 0, rights: 7 } },
    },
  },
  'root.rights-of-the-guest-alone': {
    says: 'a shadow leaf has the rights that the domain gives its guest, not those that it has itself',
    breaks: rules('ISO-06'),
    replaces: { root: { rights: (guest) => guest } },
  },
  'root.level-of-the-guest': {
    says: 'a shadow leaf is as large as that of the domain for its guest, whatever the domain has of it',
    breaks: rules('ISO-05 ISO-14'),
    replaces: { root: { level: (guest) => guest } },
  },
  'root.fence-of-a-vmid-ignored': {
    says: 'HFENCE.GVMA with a VMID leaves the shadow table as it is',
    breaks: rules('ISO-15'),
    replaces: { root: { fencesVmid: (operand) => operand === null } },
  },
  'root.shadow-of-another-vmid': {
    says: 'a guest with another VMID runs behind the shadow table of the one before',
    breaks: rules('ISO-15'),
    replaces: { root: { dropsShadow: () => false } },
  },
  'root.new-guest-unfenced': {
    says: 'what is cached of the page tables of one guest counts for the next, which has another VMID',
    breaks: rules('ISO-15'),
    replaces: { root: { fencesNewGuest: () => false } },
  },
  'root.dirty-too-early': {
    says: 'the guest may store to a page whose D bit is clear in the table of its hypervisor',
    breaks: [],
    replaces: { root: { writable: () => true } },
  },
  'root.tells-of-its-own-stage': {
    says: 'a domain hears of memory that is not its own as a guest-page fault',
    breaks: rules('CONV-01 ISO-01'),
    replaces: { root: { accessFault: (cause) => cause } },
  },
  'root.epoch-not-compared': {
    says: 'a hart that passes the root does not fence what others have changed',
    breaks: rules('FENCE-05'),
    replaces: { root: { isBehind: () => false } },
  },
  'root.enters-no-guest': {
    says: 'SRET of a hypervisor stays in its own world',
    breaks: rules('RUN-01'),
    replaces: { root: { statusOfDomain: () => 0n } },
  },
} as const satisfies Record<string, Fault>;
