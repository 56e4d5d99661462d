/** The clauses of the language, each with the least text that shows it: what lines mean when they run. */
import { type Clause, type Gives, KEY, PAGED, s, VAULT } from './clauses-text.test-support.ts';

const row = (says: string, lines: string, gives: Gives = 'passes'): Clause => ({
  says,
  lines: s(lines),
  gives,
});

const MPTE = 'machine mpt smmpt43\n';

export const MEANING_CLAUSES: readonly Clause[] = [
  // The machine.
  row(
    'machine lines merge, the last value wins',
    `machine harts 1, mpt smmpt52\nmachine harts 2, mpt smmpt43\n${KEY}actor host1 is host on hart 1\nhost1 loads at key -> 7\nrdsm reads csr mmpt.mode -> 0..1`,
  ),
  row(
    'the default machine has every feature',
    `requires H Svadu Svnapot Svpbmt Smepmp Zicbom Zicboz Zicfiss Sv57 Svinval\n${KEY}host loads at key -> 7`,
  ),
  row(
    'machine asks and requires filters',
    `machine without H\nrequires H\n${KEY}host loads at key -> 7`,
    'skips',
  ),
  row(
    'skip leaves a case out visibly',
    `skip "why" when xlen is 64\n${KEY}host loads at key -> 8`,
    'skips',
  ),
  row(
    'known failure fails without failing the run',
    `known failure "link"\n${KEY}host loads at key -> 8`,
  ),
  row('and a pass of it is no pass', `known failure "link"\n${KEY}host loads at key -> 7`, 'fails'),
  row(
    'setup and steps run in file order',
    'domain host\nregion key size 4K holds 7\nhost loads at key -> load access fault\ngrant r on key to host\nhost loads at key -> 7',
  ),
  row(
    'memory that no line wrote reads a pattern that is not 0',
    'domain host\nregion key size 4K\ngrant r on key to host\nhost loads at key every 8 of key -> not 0',
  ),
  row(
    'a model whose features the machine lacks is a visible skip',
    `machine model rdsm_hs\nmachine without H\n${KEY}host loads at key -> 7`,
    'skips',
  ),

  // Actors.
  row(
    "a domain's name is its default actor, rdsm is M-mode on hart 0",
    `${VAULT}host loads at safe -> load access fault taken in M with (mpv: 0)\nrdsm loads at safe -> 9`,
  ),
  row(
    'M-mode exists on every hart',
    `machine harts 2\n${KEY}actor rdsm1 in M on hart 1\nrdsm1 writes csr mscratch with 5\nrdsm1 reads csr mscratch -> 5\nrdsm reads csr mscratch -> 0`,
  ),
  row(
    'in M as S is MPRV with MPP',
    `${VAULT}actor lent is host in M as S\nlent loads at key -> 7\nlent loads at safe -> load access fault`,
  ),
  row(
    'flags of an actor are its own',
    `${PAGED}map os 0x80_0000 to key size 4K rw user\nactor lenient is host in S using os with sum\nlenient loads at 0x80_0000 -> 7\nkernel loads at 0x80_0000 -> load page fault`,
  ),
  row(
    'mxr reads what is executable',
    `${PAGED}map os 0x80_0000 to key size 4K x\nactor peeker is host in S using os with mxr\nkernel loads at 0x80_0000 -> load page fault\npeeker loads at 0x80_0000 -> 7`,
  ),
  row(
    'CSRs below M are kept per domain, those of M per hart',
    `${VAULT}host writes csr sscratch with 1\nvault writes csr sscratch with 2\nrdsm writes csr mscratch with 3\nhost reads csr sscratch -> 1\nvault reads csr sscratch -> 2\nrdsm reads csr mscratch -> 3`,
  ),
  row(
    'the register of the table is switched with the domain',
    `machine mpt smmpt43\n${VAULT}host loads at key\nrdsm reads csr mmpt as a\nvault loads at safe\nrdsm reads csr mmpt -> not a`.replace(
      'mmpt as a',
      'mmpt -> ok as a',
    ),
  ),
  row(
    'an actor without a domain runs on what the CSRs hold',
    `machine mpt smmpt43\n${VAULT}actor probe in S\nrdsm writes csr mmpt with mmpt(mode: 1, sdid: 9, ppn: vault.root / 4K)\nprobe loads at safe -> 9\nprobe loads at key -> load access fault`,
  ),
  row(
    'a reservation ends with its step',
    `${KEY}host tries lr at key -> 7\nhost tries sc with 1 at key -> 0`,
  ),
  row(
    'the start delegates nothing, disables interrupts and clears MPRV, SUM and MXR',
    'rdsm reads csr medeleg -> 0\nrdsm reads csr mideleg -> unspecified\nrdsm reads csr mie -> 0\nrdsm reads csr mstatus -> mstatus(mprv: 0, sum: 0, mxr: 0, mie: 0, sie: 0)',
  ),
  row(
    'PMP lets everything through that no line forbids',
    `machine pmp 16\n${KEY}host loads at key -> 7\npmp 0 r on key\nhost stores 1 at key -> store access fault because pmp.permission`,
  ),
  row(
    'under MML table walks stay alive',
    `requires Smepmp\n${KEY}pmp 0 rw on key\nrdsm writes csr mseccfg with mseccfg(mml: 1)\nhost loads at key -> 7`,
  ),
  row(
    'a protection fault goes to M, or by delegation to the domain',
    `machine delegates access_faults\n${VAULT}host loads at safe -> load access fault taken in S`,
  ),

  // Layout.
  row(
    'a region without address takes the first free aligned slot',
    'region a size 4K\nregion b size 64K aligned 64K\nregion c size 4K\ndomain host\ngrant r on at 0x8000_0000 size 128K to host\nhost loads at 0x8000_0000 + a - a.base -> ok\nhost loads at c - 0x1000 + 0 * b -> ok',
  ),
  row(
    'tables lie in the top 16M of RAM, granted to nobody',
    `${KEY}host loads at rdsm.tables -> load access fault\nrdsm loads at 0x8F00_0000 + 0 * rdsm.tables -> ok`,
  ),
  row(
    'or where the line says',
    `${MPTE}region mine size 64K\ndomain host with tables in mine\nregion key size 4K holds 7\ngrant r on key to host\nhost loads at key -> 7\ncheck at mine size 8 -> mpte(v: 1, l: 0)`,
  ),
  row(
    'holds is replicated and little-endian',
    `${KEY}host loads 1 byte at key + 8 -> 7\nhost loads 1 byte at key + 15 -> 0\nhost loads at key.end - 8 -> 7`,
  ),
  row(
    'poke and check are little-endian whatever the tables are',
    `machine tables big\n${KEY}poke key with 0x1122 as 2 bytes\ncheck at key size 1 -> 0x22\nhost loads 1 byte at key -> 0x22`,
    'passes',
  ),

  // Changing tables.
  row(
    'grant sets the tuples of its extent and nothing else',
    `${MPTE}domain host\nregion all size 64K aligned 64K\ngrant r on all to host using 4K leaves\ngrant rw on all.page(2) to host\ncheck at host.mpte(all) size 8 -> mpte(v: 1, l: 1, xwr0: 1, xwr1: 1, xwr2: 3, xwr3: 1, xwr15: 1)`,
  ),
  row(
    'grant takes the largest leaf unless it is told',
    `${MPTE}domain host\nregion all size 2M aligned 32M\ngrant r on all to host\ncheck at host.mpte(all, 1) size 8 -> mpte(v: 1, l: 1, n: 0, xwr0: 1, xwr1: 0)`,
  ),
  row(
    'never NAPOT unless it is told',
    `${MPTE}domain host\nregion all size 2M aligned 2M\ngrant rw on all to host using napot 2M leaves\ncheck at host.mpte(all) size 8 -> mpte(v: 1, l: 1, n: 1, xwr: 3)`,
  ),
  row(
    'grant splits a larger leaf',
    `${MPTE}domain host\nregion all size 2M aligned 32M\ngrant r on all to host\ngrant rw on all.page(1) to host\ncheck at host.mpte(all, 1) size 8 -> mpte(v: 1, l: 0)\nhost loads at all.end - 8 -> ok\nhost stores 1 at all -> store access fault\nhost stores 1 at all.page(1) -> ok`,
  ),
  row(
    'revoke writes 000 and keeps V',
    `${MPTE}${KEY}revoke key from host\ncheck at host.mpte(key) size 8 -> mpte(v: 1, l: 1, xwr0: 0)\nhost loads at key -> load access fault because mpt.permission`,
  ),
  row(
    'entry invalid and unmap clear V',
    `${MPTE}${PAGED}region lone at 0x8800_0000 size 4K\ngrant r on lone to host\nentry of host level 0 for lone invalid\ncheck at host.mpte(lone) size 8 -> mpte(v: 0)\nunmap os 0x40_0000 size 4K\nkernel loads at 0x40_0000 -> load page fault because pte.invalid`,
  ),
  row(
    'entry xwr keeps the other tuples of a leaf',
    `${MPTE}domain host\nregion all size 64K aligned 64K\ngrant rw on all to host using 4K leaves\nentry of host level 0 for all.page(1) xwr 0b001\ncheck at host.mpte(all) size 8 -> mpte(v: 1, l: 1, xwr0: 3, xwr1: 1, xwr2: 3)`,
  ),
  row(
    'reserved bit sets that bit in the entry as it stands',
    `${MPTE}${KEY}entry of host level 0 for key reserved bit 5\ncheck at host.mpte(key) size 8 -> mpte(v: 1, l: 1, xwr0: 3)\nhost loads at key -> load access fault because mpt.reserved`,
  ),
  row(
    'an invalid entry becomes a leaf that allows everything first',
    `${MPTE}domain host\nregion key at 0x8800_0000 size 4K holds 7\nentry of host level 0 for key reserved bit 5\ncheck at host.mpte(key) size 8 -> mpte(v: 1, l: 1, xwr0: 7, xwr15: 7)\nhost loads at key -> load access fault because mpt.reserved`,
  ),
  row(
    'map takes the largest leaf unless it is told; 64K leaves are NAPOT groups',
    `${KEY}region pt size 64K\nregion big size 2M aligned 2M holds 7\ngrant rw on pt to host\ngrant rw on big to host\nspace os is s sv39 in host with tables in pt\nmap os 0x20_0000 to big size 2M rw\nmap os 0x40_0000 to big size 2M rw using 64K leaves\nmap os 0x60_0000 to big size 2M rw using 4K leaves\nactor kernel is host in S using os\ncheck at os.pte(0x20_0000, 1) size 8 -> pte(r: 1, w: 1)\ncheck at os.pte(0x41_3000, 0) size 8 -> pte(n: 1, r: 1, ppn: big / 4K + 0x18)\ncheck at os.pte(0x61_3000, 0) size 8 -> pte(n: 0, r: 1, ppn: big / 4K + 0x13)\nkernel loads at 0x21_3000 -> 7\nkernel loads at 0x41_3000 -> 7\nkernel loads at 0x61_3000 -> 7`,
  ),
  row(
    'raw is exactly these bits',
    `${MPTE}${KEY}entry of host level 0 for key raw mpte(v: 1, l: 1, xwr0: 1)\nhost loads at key -> 7\nhost stores 1 at key -> store access fault because mpt.permission`,
  ),
  row(
    'napot goes into every entry that the extent touches',
    `${MPTE}domain host\nregion all size 2M aligned 2M\nentry of host level 0 for all napot 4 rw\nhost loads at all -> ok\nhost stores 1 at all.end - 8 -> ok`,
  ),
  row(
    'lines that change tables are fenced, unfenced ones are not',
    `machine caching retain\n${KEY}host loads at key -> 7\nrevoke key from host\nhost loads at key -> load access fault\ngrant rw on key to host\nhost loads at key -> 7\nrevoke key from host unfenced\nhost loads at key -> 7 or load access fault\nfence mpt of host for key\nhost loads at key -> load access fault`,
  ),
  row(
    'fresh leaves A and D clear',
    `machine without Svadu\n${PAGED}map os 0x80_0000 to key size 4K rw fresh\nkernel loads at 0x80_0000 -> load page fault because pte.accessed`,
  ),
  row(
    'poison is uncorrectable, scrub zeroes and heals',
    `${KEY}poison key\nhost loads at key -> load access fault because memory.poison\nscrub key\nhost loads at key -> 0`,
  ),
  row(
    'an alias is a second address',
    'domain host\nregion key size 4K holds 7\nregion twin at 0x8800_0000 size 4K aliases key\ngrant r on twin to host\nhost loads at twin -> 7\nhost loads at key -> load access fault',
  ),
  row(
    'the same lines build MTT entries in the MTT era',
    `machine revision mtt_0_1\n${VAULT}host loads at key -> 7\nhost loads at safe -> load access fault`,
  ),
  row(
    'a locked PMP entry binds M-mode too',
    `${KEY}pmp 0 none on key locked\nrdsm loads at key -> load access fault\nhost loads at key -> load access fault`,
  ),

  // Steps and outcomes.
  row('an omitted outcome is ok', `${VAULT}host loads at safe`, 'fails'),
  row(
    'a fault is strict about its cause',
    `${VAULT}host loads at safe -> load page fault`,
    'fails',
  ),
  row(
    'and about its address, unless it is told',
    `${VAULT}host loads at safe -> load access fault at key`,
    'fails',
  ),
  row('at any is any address', `${VAULT}host loads at safe -> load access fault at any`),
  row(
    'a fault without load, store or fetch is of the attempt',
    `${VAULT}host stores 1 at safe -> access fault\nhost fetches at safe -> access fault`,
  ),
  row(
    'a bare value is ok and equal, a range is inclusive',
    `${KEY}host loads at key -> 7\nhost loads at key -> 7..9\nhost loads at key -> 1..7`,
  ),
  row(
    'denied is any access or guest-page fault',
    `${VAULT}host loads at safe -> denied\nhost stores 1 at safe -> denied`,
  ),
  row(
    "a domain's own page fault is not denied",
    `${PAGED}kernel stores 1 at 0x40_0000 -> ok\nunmap os 0x40_0000 size 4K\nkernel loads at 0x40_0000 -> not denied`,
  ),
  row(
    'or, not and unspecified',
    `${VAULT}host loads at safe -> ok or load access fault\nhost loads at safe -> not ok\nhost loads at safe -> unspecified\nhost loads at safe -> unspecified: ok or load access fault`,
  ),
  row(
    'an unspecified list is only the list',
    `${VAULT}host loads at safe -> unspecified: ok or load page fault`,
    'fails',
  ),
  row(
    'captures hold to the end of the case',
    `${KEY}host loads at key -> ok as n\nhost stores n + 1 at key\nhost loads at key -> n + 1\ncheck key -> n + 1`,
  ),
  row(
    'with compares what the trap left',
    `${VAULT}host loads at safe -> load access fault with (mpv: 0, gva: 0, tval2: 0)`,
  ),
  row(
    'because names the reason',
    `${VAULT}host loads at safe -> load access fault because mpt.invalid`,
    'fails',
  ),
  row('tval may be zero', `machine tval zero\n${VAULT}host loads at safe -> load access fault`),
  row(
    'when replaces the outcome, the last that matches wins',
    `each n in 1, 2\n${KEY}host loads at key + 0 * <n> -> 8\nwhen n is 1 -> 9\nwhen xlen is 64 -> 7`,
  ),
  row(
    'costing counts references by kind',
    `${MPTE}${KEY}flush all\nhost loads at key -> 7 costing mpt 3, data 1, total 4\nflush all\nhost loads at key -> ok costing total <= 4, mpt 1..3`,
  ),
  row(
    'flush empties the caches, so that a count is cold',
    `machine caching retain, mpt smmpt43\n${KEY}host loads at key -> 7\nhost loads at key -> 7\nflush all\nhost loads at key -> 7 costing mpt 3`,
  ),
  row(
    'every makes one attempt for each step of that size',
    `${KEY}host stores 1 at key every 1K of key\nhost loads at key every 1K of key -> 1\nhost loads at key + 8 -> 7`,
  ),
  row(
    'and the first that does not agree fails',
    `${KEY}host stores 1 at key + 2K\nhost loads at key every 1K of key -> 7`,
    'fails',
  ),
  row(
    'loads are XLEN/8 wide, fetches 4',
    `${KEY}grant rwx on key to host\npoke key with ones as 8 bytes\nhost loads at key -> ones\nhost fetches at key -> 0xFFFF_FFFF\nhost fetches 2 bytes at key -> 0xFFFF`,
  ),
  row(
    'partial allows the allowed part of a split store',
    `requires misaligned_access\ndomain host\nregion two size 8K\ngrant rw on two.page(0) to host\nhost stores 1 at two.page(1) - 4 -> store access fault at two.page(1) partial`,
  ),
  row(
    'swaps and adds are AMOs',
    `${KEY}host adds 2 at key -> 7\nhost swaps 1 at key -> 9\nhost loads at key -> 1`,
  ),
  row(
    'fences are raw instructions of their hart',
    `machine caching retain\n${KEY}host loads at key -> 7\nrevoke key from host unfenced\nrdsm fences mpt\nhost loads at key -> load access fault\nhost fences mpt -> illegal instruction`,
  ),
  row(
    'fields of CSRs',
    'machine sdidlen 4\nrdsm writes csr mmpt.sdid with ones\nrdsm reads csr mmpt.sdid -> 15\nrdsm reads csr mmpt -> mmpt(sdid: 15, mode: 0)',
  ),
  row(
    'a rule that never fired fails its scenario',
    `covers SMMPT-NAPOT-05\n${KEY}host loads at key -> 7`,
    'fails',
  ),
  row(
    'a knob settles what the text leaves open',
    `machine mpt smmpt43, reserved_tuple tuple\ndomain host\nregion all size 64K aligned 64K holds 7\ngrant rw on all to host using 4K leaves\nentry of host level 0 for all.page(1) xwr 0b010\nhost loads at all -> 7\nhost loads at all.page(1) -> load access fault`,
  ),
];
