/** Exits: what of a guest's trap its host gets to see. */
import type { TsmContext } from '../context.ts';
import type { Vcpu } from '../vcpu/vcpu.ts';
import type { ExitKind } from './decisions.ts';

export interface Exit {
  readonly kind: ExitKind;
  /** The host's scause. */
  readonly cause: bigint;
  /** The host's stval; null: it stays as the host left it. */
  readonly tval: bigint | null;
  /** Guest physical address of a fault, as the host may see it; 0: none. Its lowest two bits go into stval. */
  readonly gpa: bigint;
  /** htinst */
  readonly instruction: bigint;
  /** x registers that the host sees, with their values. */
  readonly registers: readonly (readonly [register: number, value: bigint])[];
}

export const CAUSE = {
  illegal: 2n,
  userCall: 8n,
  supervisorCall: 10n,
  guestFetch: 20n,
  guestLoad: 21n,
  virtualInstruction: 22n,
  guestStore: 23n,
} as const;

const NOTHING = { tval: 0n, gpa: 0n, instruction: 0n } as const;

/** x registers as the guest left them, those that its host sees of such an exit. */
function exposed({ run }: TsmContext, { record }: Vcpu, kind: ExitKind): Exit['registers'] {
  return run.exposed(kind).map((n) => [n, record.get('x', n)] as const);
}

/** An ECALL that the host hears of: a0 .. a7 as the guest left them, but for what `hidden` names. */
export function callExit(
  context: TsmContext,
  vcpu: Vcpu,
  kind: 'asks' | 'tells' | 'ends',
  hidden: readonly number[] = [],
): Exit {
  const registers = exposed(context, vcpu, kind).map(
    ([n, value]) => [n, hidden.includes(n) ? 0n : value] as const,
  );
  return { ...NOTHING, kind, cause: CAUSE.supervisorCall, registers };
}

/** A fault where the host can add a page: which page, and nothing else. */
export function faultExit(context: TsmContext, vcpu: Vcpu, cause: bigint, gpa: bigint): Exit {
  const shown = context.run.shownAddress(gpa, 'fault');
  const registers = exposed(context, vcpu, 'fault');
  return { ...NOTHING, kind: 'fault', cause, tval: shown & 3n, gpa: shown, registers };
}

/** An access that the host emulates: its address, its instruction with a0, and the value that it stores. */
export function emulatedExit(
  { run }: TsmContext,
  { record }: Vcpu,
  access: {
    readonly kind: 'load' | 'store';
    readonly gpa: bigint;
    readonly instruction: bigint;
    readonly value: bigint;
  },
): Exit {
  const { kind, instruction, value } = access;
  const gpa = run.shownAddress(access.gpa, kind);
  return {
    kind,
    cause: kind === 'load' ? CAUSE.guestLoad : CAUSE.guestStore,
    tval: gpa & 3n,
    gpa,
    instruction,
    registers: run.exposed(kind).map((n) => [n, n === 10 ? value : record.get('x', n)] as const),
  };
}

/** A WFI: its word, so that the host knows it from what else may become such an exit. */
export function waitExit(context: TsmContext, vcpu: Vcpu, instruction: bigint): Exit {
  const registers = exposed(context, vcpu, 'wait');
  const cause = CAUSE.virtualInstruction;
  return { ...NOTHING, kind: 'wait', cause, tval: instruction, registers };
}

export function interruptExit(context: TsmContext, vcpu: Vcpu, cause: bigint): Exit {
  const registers = exposed(context, vcpu, 'interrupt');
  return { ...NOTHING, kind: 'interrupt', cause, tval: null, registers };
}

/** A trap that nobody handles: its cause alone, and the vCPU is dead. */
export function unhandledExit(context: TsmContext, vcpu: Vcpu, cause: bigint): Exit {
  return { ...NOTHING, kind: 'unhandled', cause, registers: exposed(context, vcpu, 'unhandled') };
}
