/** What CSR writes keep and who may access them, decision by decision; a fault replaces one. */
import { interruptDecisions } from './interrupt-decisions.ts';

export const csrDecisions = {
  ...interruptDecisions,

  /** A CSR that the platform implements answers at its number. */
  answers: (_number: number) => true,
  /** CSRRS and CSRRC. */
  set: (old: bigint, value: bigint) => old | value,
  clear: (old: bigint, value: bigint) => old & ~value,

  // mmpt and mttp
  /** mmpt and mttp after reset. */
  resetDomain: () => 0n,
  /** MODE holds implemented encodings only. */
  isLegalMode: (implemented: boolean) => implemented,
  /** What a write leaves, all fields legalised, where the specification packs them. */
  packed: (value: bigint) => value,
  /** NZR bits of mmpt: none is stored. */
  storesNzr: () => false,
  /** Only SDIDLEN low bits of SDID exist; they hold in Bare too. */
  sdid: (sdid: bigint, sdidlen: number, _bare?: boolean) => sdid & ((1n << BigInt(sdidlen)) - 1n),
  /** An unsupported MODE cancels only itself, not the write. */
  ignoresWholeMmpt: () => false,
  /** Only the 32 KiB root of Smmpt64 is aligned by the CSR. */
  alignsRoot: (smmpt64: boolean) => smmpt64,
  /** Smmpt64: the root is 32 KiB aligned, PPN[2:0] read zero. */
  smmpt64Root: (ppn: bigint) => ppn & ~7n,
  /** MTT era: PPN[1:0] read zero in a mode other than Bare. */
  mttRoot: (ppn: bigint) => ppn & ~3n,
  /** Which changes of mmpt put a new domain in force. */
  changesDomain: (_modeChanged: boolean, _sdidChanged: boolean, _ppnChanged: boolean) => true,
  /** The table is in force in every MODE but Bare, */
  isActive: (_sdid: number) => true,
  /** and for every mode but M. */
  checksMachine: () => false,
  /** msdcfg fields of extensions that are not implemented, and its NZR bits, read zero. */
  storesUnimplementedMsdcfg: () => false,

  // address translation
  /** satp and vsatp: an unsupported MODE cancels the whole write. */
  ignoresWholeSatp: () => true,
  /** hgatp: the root is 16 KiB aligned, PPN[1:0] read zero. */
  hgatpRoot: (ppn: bigint) => ppn & ~3n,
  /** ADUE and PBMTE of henvcfg exist only as far as menvcfg sets them. */
  gatesByMenvcfg: () => true,
  /** With V=1 senvcfg.SSE reads zero, and is read-only, while henvcfg.SSE is zero. */
  gatesByHenvcfg: () => true,
  /** ADUE of a stage: hardware sets A and D. */
  updatesAccessed: (svadu: boolean, svade: boolean, adue: boolean) => (svadu ? adue : !svade),

  // mstatus
  /** MPP holds M, S and U; anything else leaves it unchanged. */
  isLegalMpp: (mpp: number) => mpp !== 2,
  /** M-mode loads and stores act in the mode of MPP and MPV; fetches do not. */
  appliesMprv: (mprv: boolean, fetch: boolean) => mprv && !fetch,
  /** HLV, HLVX and HSV act as VS with SPVP=1, as VU otherwise. */
  hypervisorAccessAsSupervisor: (spvp: boolean) => spvp,
  /** HLV, HLVX and HSV in U-mode need hstatus.HU. */
  userMayUseHypervisorAccess: (hu: boolean) => hu,
  /** Float state is off where either status register that counts says so: of the host, of the guest. */
  floatIsOff: (host: boolean, guest: boolean) => host || guest,
  /** Where FS becomes Dirty, SD is set. */
  summarisesFloat: () => true,
  /** Flags add up until software clears them. */
  accrued: (old: number, raised: number) => old | raised,
  /** menvcfg, henvcfg and senvcfg: a clear field closes cache-block and shadow-stack instructions below. */
  enablesOperation: (bits: boolean) => bits,
  /** Reads of protection-table entries follow MBE. */
  tableBigEndian: (mbe: boolean, _sbe: boolean) => mbe,

  // who may access a CSR
  /** Privilege in bits 9:8 of the number against 0 U, 1 S, 2 HS, 3 M. */
  isPrivileged: (needs: number, has: number) => has >= needs,
  /** While V=1 the VS CSR takes the place of its supervisor CSR. */
  redirects: (virtual: boolean) => virtual,
  /** mstatus.TVM stops HS at satp and hgatp. */
  trapsSatp: (tvm: boolean) => tvm,
  /** hstatus.VTVM stops VS at satp. */
  trapsVirtualSatp: (vtvm: boolean) => vtvm,
  /** What a guest may not execute, and HS-mode may: a virtual instruction. */
  guestCause: (): 2 | 22 => 22,
  /** CSRRS and CSRRC of x0 or 0 read only. */
  writesNothing: (zero: boolean) => zero,
  /** Exceptions that medeleg can hand down. */
  delegable: (wanted: bigint, _mask: bigint) => wanted,
  /** xtvec: modes 2 and 3 are reserved. */
  isLegalVector: (mode: number) => mode < 2,
  /** CBIE = 2 is reserved. */
  isLegalCbie: (cbie: number) => cbie !== 2,
  /** xepc holds addresses of instructions. */
  alignsEpc: (mask: bigint) => mask,
  /** sie and sip show what mideleg hands down, vsie and vsip what hideleg does. */
  seesDelegated: (delegated: bigint, _all: bigint) => delegated,
  /** mcountinhibit stops a counter. */
  inhibits: (bit: boolean) => bit,
  /** minstret: instructions that trap do not retire. */
  retires: (executed: number, trapped: number) => executed - trapped,
  /** With V=1, what HS-mode could do is a virtual instruction, the rest is illegal. */
  isVirtualInstruction: (hsQualified: boolean) => hsQualified,
  /** Smstateen: a clear bit of mstateen or hstateen closes its CSRs to the modes below. */
  opensState: (bit: boolean) => bit,
  /** mcounteren, hcounteren and scounteren: a clear bit closes a counter, and TM the comparators of Sstc. */
  opensCounter: (bit: boolean) => bit,
  /** menvcfg.STCE and henvcfg.STCE open stimecmp and vstimecmp below M-mode. */
  opensTimer: (stce: boolean) => stce,
  /** CSRs whose number starts with 3 (bits 11:10) are read-only. */
  isReadOnly: (number: number) => number >> 10 === 3,
};

export type CsrDecisions = typeof csrDecisions;
