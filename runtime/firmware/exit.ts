/** How a vCPU came out: what the host reads in its own CSRs and in its NACL page, and nothing else. */
import type { TvmExit } from '../judge/actual.ts';
import type { BackEnd } from '../back-end/back-end.ts';
import { NACL_CSRS, naclCsr, naclGpr } from '../../emulator/index.ts';

export interface ExitPlace {
  readonly hart: number;
  /** Physical address of the hart's NACL shared memory; null: the host has registered none. */
  readonly nacl: bigint | null;
  /** Whether the host runs in VS-mode: its trap CSRs are then vscause and vstval. */
  readonly virtual: boolean;
}

/** The exit of run_tvm_vcpu that has just succeeded with `value`. Read at once: the page changes with the next run. */
export function exitOf(
  backEnd: BackEnd,
  { hart, nacl, virtual }: ExitPlace,
  xlen: 32 | 64,
  value: bigint,
): TvmExit {
  const scause = backEnd.peekCsr(hart, virtual ? 'vscause' : 'scause');
  const stval = backEnd.peekCsr(hart, virtual ? 'vstval' : 'stval');
  const fields = new Map<string, bigint>([
    ['scause', scause],
    ['stval', stval],
  ]);
  if (nacl !== null) {
    for (const [name, number] of Object.entries(NACL_CSRS)) {
      fields.set(name, backEnd.read(nacl + naclCsr(number, xlen), xlen / 8));
    }
    for (let k = 0; k < 8; k++) {
      fields.set(`a${k}`, backEnd.read(nacl + naclGpr(10 + k, xlen), xlen / 8));
    }
  }
  const htval = fields.get('htval');
  const top = BigInt(xlen - 1);
  return {
    cause: Number(BigInt.asUintN(xlen - 1, scause)),
    interrupt: scause >> top === 1n,
    gpa: htval === undefined ? null : (htval << 2n) | (stval & 3n),
    fatal: value !== 0n,
    field: (name) => fields.get(name) ?? null,
  };
}
