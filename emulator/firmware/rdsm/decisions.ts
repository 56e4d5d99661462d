/** What the RDSM decides: small questions whose wrong answers are planted faults. */
import type { FirmwareDomain } from '../spec.ts';

const SSIE = 1n << 1n;

export const rdsmDecisions = {
  // Calls.
  /** Bits 25:16 of a6 are zero. */
  isFunctionWord: (reserved: bigint): boolean => reserved === 0n,
  /** Only a domain with a TSM, and while it is active, can be called. */
  isCallable: (kind: FirmwareDomain['kind'] | null, isActive: boolean) =>
    kind === 'tsm' && isActive,
  /** The extension table is that of the caller. */
  isOffered: (offered: boolean): boolean => offered,
  /** The host goes on behind its ECALL. */
  nextPc: (pc: bigint) => pc + 4n,
  /** After an interrupted call this hart may only repeat it, every argument the same. */
  isResumption: (before: readonly bigint[], now: readonly bigint[]) =>
    before.every((value, k) => value === now[k]),
  /** Bit k: SDID k is active; the hosting domain always is. */
  activeDomains: (active: bigint) => active | 1n,

  // World switches.
  /** Whether a CSR of the list is switched. */
  switches: (_csr: string): boolean => true,
  /** A TSM is entered with interrupts off. */
  entrySie: (_saved: bigint): bigint => 0n,
  entryStatus: (saved: bigint) => saved & ~SSIE,
  /** The host finds every register but a0 and a1 as it left it. */
  restores: (_number: number): boolean => true,
  /** The deadline of the hart while another domain runs: the host's still fires. */
  deadline: (own: bigint, host: bigint) => (own < host ? own : host),
  /** Domains whose SDIDs look the same to the hart share its cached translations. */
  sharesTag: (from: number, to: number, sdidlen: number) =>
    from !== to && ((from ^ to) & ((1 << sdidlen) - 1)) === 0,

  // Protection tables.
  /** An edit that took something away, or changed a valid entry, is fenced; an entry made valid needs none. */
  mustFence: (changed: boolean): boolean => changed,
  /** A hart that passes fences what others have changed since it last did. */
  isBehind: (done: bigint, current: bigint) => done !== current,
  /** Pages are the host's to give: its own table lets it read and write them. */
  isHosts: (rights: number | null) => rights !== null && (rights & 3) === 3,
  /** Pages are the domain's to give back: its table gives rights in them, and the host's none. */
  isDomains: (own: number, host: number) => own !== 0 && host === 0,
  /** A page under a second address cannot be kept from whoever uses that. */
  isAliased: (overlapsAlias: boolean): boolean => overlapsAlias,
  /** Memory of firmware is nobody's to give. */
  isFirmware: (overlapsFirmware: boolean): boolean => overlapsFirmware,
  /** Rights of the host in pages that became another's. */
  hostRights: (): number => 0,

  // Other harts.
  /** The domain in which a fence on behalf of another hart acts: that of whoever asked. */
  fencedDomain: (asking: number, _running: number) => asking,
  /** A buffer must be readable (4: writable) to the caller, not to the RDSM. */
  mayUse: (rights: number | null, needs: number) => rights !== null && (rights & needs) === needs,

  // Traps.
  /** A trap of a guest goes to the guest where its hypervisor says so. */
  redirectsToGuest: (virtual: boolean, delegated: boolean) => virtual && delegated,
  /** A non-maskable interrupt ends all TVMs: no TSM runs again. */
  endsDomains: (): boolean => true,
};

export type RdsmDecisions = typeof rdsmDecisions;
