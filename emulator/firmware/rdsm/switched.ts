/** What a world switch of the RDSM switches, in this order: the reason for each csrw. */
import type { FirmwareSpec } from '../spec.ts';
import type { RDSM_SEAT } from '../layouts/rdsm.ts';

export interface Switched {
  readonly csr: string;
  /** Its place in the saved context. */
  readonly field: keyof (typeof RDSM_SEAT)['places'];
  /** 64 bits at XLEN 32 too. */
  readonly wide: boolean;
  /** Whether this platform has it. */
  readonly exists: (spec: FirmwareSpec) => boolean;
  readonly says: string;
}

const always = () => true;

/**
 * HSSA and TSSA of CoVE: all that S-mode software has of its hart besides x registers, and that traps of another domain
 * would go by. Not among them: sepc, scause and stval, which a call may change; h* and vs* CSRs and f registers, which
 * the TSM saves. scontext belongs to them where the debug extension is, which no platform here has.
 */
export const SWITCHED: readonly Switched[] = [
  row('sstatus', 'status bits, interrupts off when a TSM is entered'),
  row('stvec', 'where its traps go'),
  row('sip', 'the software interrupt that it has been sent'),
  row('sie', 'interrupts that it wants; none when a TSM is entered'),
  row('scounteren', 'counters that its user mode may read'),
  row('sscratch', 'its own word'),
  row('satp', 'its address space'),
  row('senvcfg', 'the environment of its user mode'),
  {
    csr: 'msdcfg',
    field: 'msdcfg',
    wide: false,
    exists: ({ features }) => features.has('Smsdia') || features.has('Smsdqosid'),
    says: 'interrupts and resources of its domain',
  },
];

/**
 * Switched apart: mmpt from the record of the domain; stimecmp, which keeps the host's deadline; mscratch, where the
 * RDSM saves registers at the next trap; mepc.
 */
export const SWITCHED_APART = ['mmpt', 'stimecmp', 'mscratch', 'mepc'] as const;

function row(csr: Switched['field'], says: string): Switched {
  return { csr, field: csr, wide: false, exists: always, says };
}
