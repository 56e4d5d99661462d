/** Ways for a TSM to lose the memory of its TVMs. */
import { tsmDecisions as right } from '../firmware/tsm/decisions.ts';
import { rules, type Fault } from './fault.ts';

export const TSM_FAULTS = {
  'tsm.uses-unfenced-pages': {
    says: 'a page is used although a hart may still reach it',
    breaks: rules('CONV-02 CONV-03 CONV-05 FENCE-06 RECL-04 TFEN-04 TFEN-09 ZERO-07'),
    replaces: { tsm: { isFenced: () => true } },
  },
  'tsm.fences-while-fencing': {
    says: 'a second fence starts while the first one is in progress',
    breaks: rules('FENCE-01 TFEN-02'),
    replaces: { tsm: { isFencing: () => false } },
  },
  'tsm.skips-fences': {
    says: 'a hart that enters an address space keeps translations from before the last fence',
    breaks: rules('RUN-08'),
    replaces: { tsm: { mustFence: () => false } },
  },
  'tsm.reclaims-unscrubbed': {
    says: 'a page goes back to the host with what a TVM left in it',
    breaks: rules('RECL-01 SHAR-06'),
    replaces: { tsm: { mustScrub: (use) => use !== 'reclaim' } },
  },
  'tsm.adds-unscrubbed': {
    says: 'a zero page holds what was there before',
    breaks: rules('ZERO-02 CONV-15 DEST-04 SHAR-05'),
    replaces: { tsm: { mustScrub: (use) => use !== 'zero' } },
  },
  'tsm.keeps-table-content': {
    says: 'what the host left in pages for tables is part of the G-stage',
    breaks: rules('CREATE-10'),
    replaces: { tsm: { mustScrub: (use) => use !== 'table' } },
  },
  'tsm.trusts-addresses': {
    says: 'what the host names as its memory is not looked up',
    breaks: rules('INFO-05 MEAS-09 SHRD-03'),
    replaces: { tsm: { isOfHost: () => true } },
  },
  'tsm.converts-shared': {
    says: 'a page that a TVM shares with the host becomes confidential',
    breaks: rules('CONV-13'),
    replaces: { tsm: { isConvertible: () => true } },
  },
  'tsm.gives-ordinary-pages': {
    says: 'a page that was never converted joins a TVM',
    breaks: rules('CREATE-01 MEAS-02 PTP-01 VCPU-02'),
    replaces: { tsm: { isGivable: (state) => right.isGivable(state) || state === 'host' } },
  },
  'tsm.gives-pages-twice': {
    says: 'a page of a TVM is given to it, or to another one, again',
    breaks: rules('CREATE-07 MEAS-06 MEAS-07 ZERO-08 PTP-04 ISO-12'),
    replaces: { tsm: { isGivable: (state) => right.isGivable(state) || state === 'data' } },
  },
  'tsm.reclaims-assigned': {
    says: 'the host takes back a page that a TVM uses',
    breaks: rules('RECL-02 RECL-08'),
    replaces: { tsm: { isReclaimable: (state) => right.isReclaimable(state) || state === 'data' } },
  },
  'tsm.forgets-finalize': {
    says: 'functions do not ask whether the TVM is finalized',
    breaks: rules('MEAS-01 ZERO-01 REGN-01 VCPU-01 FIN-01 TFEN-01 SHRD-02'),
    replaces: { tsm: { isIn: () => true } },
  },
  'tsm.destroys-running': {
    says: 'a TVM is destroyed while a hart executes one of its vCPUs',
    breaks: rules('DEST-01'),
    replaces: { tsm: { isIdle: () => true } },
  },
  'tsm.reuses-ids': {
    says: 'a guest id that was given out is given out again',
    breaks: rules('CREATE-09'),
    replaces: { tsm: { nextGuest: (last) => last } },
  },
  'tsm.shares-confidential-regions': {
    says: 'the host puts its own page where the TVM has not asked for one',
    breaks: rules('SHRD-01'),
    replaces: {
      tsm: {
        mayLieIn: (content) =>
          content === 'shared' ? ['shared', 'confidential'] : right.mayLieIn(content),
      },
    },
  },
  'tsm.zeroes-shared-regions': {
    says: 'a confidential page is put where the TVM means to talk to the host',
    breaks: rules('SHAR-11 ZERO-03'),
    replaces: {
      tsm: {
        mayLieIn: (content) =>
          content === 'zero' ? ['confidential', 'shared'] : right.mayLieIn(content),
      },
    },
  },
  'tsm.replaces-present-pages': {
    says: 'a new page takes the place of one that the TVM has written to',
    breaks: rules('MEAS-05 ZERO-04 ZERO-09 TFEN-11'),
    replaces: { tsm: { isVacant: () => true } },
  },
  'tsm.removes-without-consent': {
    says: 'the host takes a page away that the TVM did not offer',
    breaks: rules('TFEN-10'),
    replaces: { tsm: { isRemovable: () => true } },
  },
  'tsm.blocks-once': {
    says: 'D6: a page of the host that several TVMs map cannot be invalidated in one of them',
    breaks: rules('SHRD-05'),
    replaces: {
      tsm: { isBlockable: (state, uses) => right.isBlockable(state, uses) && uses < 2n },
    },
  },
  'tsm.spoils-refused': {
    says: 'D3: a TVM that finalize_tvm has refused counts as finalized',
    breaks: rules('FIN-10'),
    replaces: { tsm: { afterRefusal: () => 'runnable' } },
  },
  'tsm.removes-unfenced': {
    says: 'D2, on pages: what was invalidated is removed without comparing versions',
    breaks: rules('TFEN-04 TFEN-09'),
    replaces: { tsm: { comparesVersions: () => false } },
  },
  'tsm.errors-of-salus': {
    says: 'D4, D7: pending fences and unaligned addresses give the errors of Salus',
    breaks: rules('FENCE-01 TFEN-02 CONV-09'),
    replaces: { tsm: { errorsLike: () => 'salus' } },
  },
  'tsm.extends-padded': {
    says: 'D1: a runtime extension hashes 64 bytes where the digest has 48',
    breaks: rules('ATT-01'),
    replaces: { tsm: { extendsLike: () => 'salus' } },
  },
  'tsm.ignores-the-challenge': {
    says: 'D5: evidence does not bear the challenge of whoever asks for it',
    breaks: rules('ATT-06'),
    replaces: { tsm: { certifiesLike: () => 'salus' } },
  },
  'tsm.executes-shared': {
    says: 'a TVM may execute from a page of the host',
    breaks: rules('SHRD-08'),
    replaces: { tsm: { sharedRights: () => 7 } },
  },
} as const satisfies Record<string, Fault>;
