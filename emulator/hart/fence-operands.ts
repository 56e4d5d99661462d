/** The operands of a fence: addresses to pages, identifiers to their implemented bits. */
import type { FenceRequest, FenceRow } from '../cache/fence-request.ts';
import { FENCES } from '../cache/fence-request.ts';
import type { Platform } from '../platform.ts';
import { REVISIONS } from '../revision.ts';

/** null: all (x0). */
export interface FenceOperands {
  /** Page of the virtual, guest-physical or physical address. */
  readonly page: number | null;
  /** SDID, ASID or VMID. */
  readonly id: number | null;
  /** What the marks ask: a register that holds 0, bits above the field, bits above those implemented. */
  readonly zero: boolean;
  readonly reserved: boolean;
  readonly unimplemented: boolean;
}

export const operandDecisions = {
  /** Which register names the address, which the identifier. */
  registers: (rs1: bigint | null, rs2: bigint | null): readonly [bigint | null, bigint | null] => [
    rs1,
    rs2,
  ],
  /** x0 is told by the specifier (null): a register that holds 0 names address 0 or identifier 0. */
  isAll: (register: bigint | null): boolean => register === null,
  /** Bits of an identifier above those implemented are ignored. */
  id: (value: bigint, implemented: number) => Number(BigInt.asUintN(implemented, value)),
  /** The MTT era has MINVAL.SPA only together with Svinval; Smsd has MINVAL.PA always. */
  invalidationNeedsSvinval: (legacy: boolean) => legacy,
  /** HFENCE.GVMA: the register holds the guest physical address shifted right by 2. */
  gpaShift: () => 2n,
};

export type OperandDecisions = typeof operandDecisions;

/** Bits of each identifier: as the format has them, and as implemented. */
function widths(
  platform: Platform,
  id: NonNullable<FenceRow['rs2']>,
): { readonly most: number; readonly implemented: number } {
  const { xlen, asidlen, vmidlen, sdidlen } = platform;
  if (id === 'sdid') return { most: 6, implemented: sdidlen };
  if (id === 'asid') return { most: xlen === 64 ? 16 : 9, implemented: asidlen };
  return { most: xlen === 64 ? 14 : 7, implemented: vmidlen };
}

export function fenceOperands(
  platform: Platform,
  decide: OperandDecisions,
  request: FenceRequest,
): FenceOperands {
  const row: FenceRow = FENCES[request.fence];
  const cut = (register: bigint | null) =>
    register === null ? null : BigInt.asUintN(platform.xlen, register);
  const [address, identifier] = decide.registers(cut(request.rs1), cut(request.rs2));
  const { most, implemented } = widths(platform, row.rs2 ?? 'sdid');
  const shift = row.rs1 === 'gpa' ? decide.gpaShift() : 0n;
  return {
    page:
      row.rs1 === null || decide.isAll(address) ? null : Number(((address ?? 0n) << shift) >> 12n),
    id:
      row.rs2 === null || decide.isAll(identifier)
        ? null
        : decide.id(identifier ?? 0n, implemented),
    zero: request.rs1 === 0n || request.rs2 === 0n,
    reserved: request.rs2 !== null && request.rs2 >> BigInt(most) !== 0n,
    unimplemented:
      request.rs2 !== null && BigInt.asUintN(most, request.rs2) >> BigInt(implemented) !== 0n,
  };
}

/** Whether this machine has the instruction. */
export function implementsFence(
  { features, revision }: Platform,
  decide: OperandDecisions,
  row: FenceRow,
): boolean {
  const legacy = REVISIONS[revision].isolation === 'smmtt';
  const batched =
    row.mnemonic.startsWith('hinval') ||
    (row.mnemonic === 'minval.pa' && decide.invalidationNeedsSvinval(legacy));
  if (batched && !features.has('Svinval')) return false;
  return row.feature === null || features.has(row.feature);
}
