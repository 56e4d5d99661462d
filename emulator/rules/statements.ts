/** What the rules say, in the order of their ids. Generated from the lists beside it by generate.mjs: do not edit. */
export const STATEMENTS = `spec Smsd implies that both mmpt (0x382) and msdcfg (0x74E) exist.
inferred mmpt is accessible from M-mode only.
inferred mmpt access from VS/VU is illegal-instruction, not virtual-instruction, because the CSR is machine level.
inferred msdcfg is accessible from M-mode only.
spec On MXLEN=64 mmpt packs MODE 63:60, SDID 57:52, PPN 43:0.
spec On MXLEN=32 mmpt packs MODE 31:30, SDID 27:22, PPN 21:0.
spec mmpt bits 51:44 and 59:58 (RV64) or 29:28 (RV32) are NZR and read as zero when unused.
spec An unsupported MODE does not cancel the write; the other fields still legalise.
spec MODE reads back only supported encodings.
spec SDID implements SDIDLEN<=6 low-order contiguous bits.
spec SDIDLEN may be zero.
spec In Smmpt64 mode PPN[2:0] read zero.
inferred PPN[2:0] are not forced to zero by the Smmpt64 rule in other modes.
spec In Bare mode software must keep PPN zero; a nonzero PPN with Bare has no defined meaning.
spec SDID may be nonzero in Bare mode.
spec Writing mmpt orders neither page-table nor MPT updates with later accesses.
inferred The MODE table is chosen by MXLEN, not SXLEN or UXLEN.
inferred mmpt reset value is not defined by the spec.
inferred mmpt read-modify forms (csrrs/csrrc/csrrwi) behave as for ordinary CSRs.
spec msdcfg fields of unimplemented extensions are read-only zero.
spec msdcfg layout is SIDN 5:0, SSRM 22, SSMM 23, SRL 27:24, SML 31:28 and 21:6 read zero.
inferred msdcfg bits 63:32 on RV64 have no field.
spec msdcfg.SIDN is WLRL with legal values up to the number of implemented interrupt domains.
spec MPT cannot be disabled except by Bare.
spec SDID must not leave the hart as a global tag.
spec mttp is M-mode only.
spec On RV64 mttp packs MODE 63:60, SDID 59:54, PPN 43:0.
spec On RV32 mttp packs MODE 31:30, SDID 29:24, PPN 21:0.
spec WPRI bits 53:44 (RV64) and 23:22 (RV32) do not carry state.
spec RV64 modes are 0 Bare, 1 Smmtt46, 2 Smmtt56; 3-15 reserved.
spec RV32 mode 1 is Smmtt34; 2 (and 3) reserved.
spec The two lowest PPN bits read as zero in non-Bare modes.
spec With Bare, PPN and SDID must be zero, otherwise an unspecified fault (v0.1 only).
spec SDIDLEN<=6, low bits implemented first.
spec mttp is inactive for effective privilege M.
spec Smmpt34 uses PA[33:25] as root index and PA[24:15] as leaf-table index with 4-byte entries.
spec Smmpt43 has three levels indexed by PA[42:34], PA[33:25], PA[24:16].
spec Smmpt52 adds PA[51:43].
spec Smmpt64 adds a 12-bit root index PA[63:52].
spec The Smmpt64 root has 4096 entries and 32 KiB.
spec The Smmpt34 root uses 512 entries (2 KiB) of a 4 KiB-aligned page.
spec At level 0 the tuple index is PA[15:12] on RV64.
spec At level 0 the tuple index is PA[14:12] on RV32.
spec An RV64 level-1 leaf gives 16 tuples of 2 MiB selected by PA[24:21].
spec An RV64 level-2 leaf gives 16 tuples of 1 GiB selected by PA[33:30].
spec An RV64 level-3 leaf gives 16 tuples of 512 GiB selected by PA[42:39].
spec A Smmpt64 root leaf gives 16 tuples of 256 TiB selected by PA[51:48].
spec An RV32 root leaf gives 8 tuples of 4 MiB selected by PA[24:22].
spec Leaves are legal at every level including the root.
inferred A leaf above level 0 has no address field, hence no misaligned-superpage fault exists.
spec MPTE PPN is 44 bits (22 on RV32) so tables lie below 2^56 (2^34).
spec In Smmpt43 an SPA with any bit 43 or above set raises an access fault of the original type.
spec In Smmpt43 the top address 2^43-1 is inside the space.
spec In Smmpt52 an SPA with any bit 52 or above set raises an access fault.
spec Smmpt64 has no SPA width fault.
inferred The width fault also applies to page-table entry addresses.
spec An over-wide SPA never aliases to a truncated one.
inferred Smmpt34 needs no width check since RV32 SPAs have at most 34 bits.
spec From v0.1.1 an SPA above the mode maximum or above the platform maximum faults; v0.1 is silent.
spec The walk starts at mmpt.PPN*4096 at level LEVELS-1.
spec V=0 at the root raises an access fault of the original type.
spec V=0 at an intermediate level raises an access fault.
spec V=0 at level 0 raises an access fault.
spec When V=0 every other bit is ignored.
spec A non-leaf entry at level 0 faults.
spec A non-leaf entry with bit 2 (N) set faults.
spec Lookup continues at mpte.PPN*4096 for non-leaf entries.
inferred Recursive or shared tables are legal since entries are position independent.
inferred The walk performs no writes to the tables.
spec MPT faults are never page faults or guest-page faults.
spec Any MPT-walk failure reports the original access type even for a page-table access.
inferred A failed walk performs no part of the data access.
spec Permissions combine by AND with PMP and paging; MPT never grants.
spec MPT denial wins over a permissive page table.
inferred With translation Bare in S-mode the SPA is the virtual address and is checked.
spec A set reserved bit in 9:2 of a valid RV64 non-leaf entry raises an access fault.
spec A set reserved bit in 63:54 of a valid RV64 non-leaf entry raises an access fault.
spec A set reserved bit in 7:3 of a valid RV64 leaf entry raises an access fault.
spec A set reserved bit in 63:56 of a valid RV64 leaf (N=0) entry raises an access fault.
spec A set reserved bit in 11 of a valid RV64 NAPOT leaf entry raises an access fault.
spec A set reserved bit in 63:16 of a valid RV64 NAPOT leaf entry raises an access fault.
spec A set reserved bit in 9:2 of a valid RV32 non-leaf entry raises an access fault.
spec A set reserved bit in 7:3 of a valid RV32 leaf entry raises an access fault.
spec A set reserved bit in 11 of a valid RV32 NAPOT leaf entry raises an access fault.
spec A set reserved bit in 31:16 of a valid RV32 NAPOT leaf entry raises an access fault.
spec Reserved bits are don't-care when V=0.
spec A reserved tuple in any slot makes the whole entry reserved (literal reading), not only its own page.
spec XWR=000 means no access.
spec XWR=001 means read only.
spec XWR=010 means reserved.
spec XWR=011 means read-write.
spec XWR=100 means execute only.
spec XWR=101 means read-execute.
spec XWR=110 means reserved.
spec XWR=111 means read-write-execute.
spec XWR=000 is a legal encoding that denies only its own page.
spec Bit order inside a tuple is R=bit0, W=bit1, X=bit2.
spec Tuple k occupies bits 8+3k..10+3k.
spec RV64 NAPOT with G=4 groups 32 entries.
spec RV32 NAPOT with G=6 groups 128 entries.
spec RV64 level-1 NAPOT group covers 1 GiB.
inferred RV64 level-2, 3 and 4 NAPOT groups cover 512 GiB, 256 TiB and 128 PiB.
inferred RV32 root NAPOT covers 4 GiB; the spec does not forbid it.
spec G values 0-3 and 5-15 are reserved on RV64.
spec G values 0-5 and 7-15 are reserved on RV32.
spec A NAPOT leaf applies its single XWR to every page of the entry.
spec NAPOT XWR 010 and 110 fault.
spec All members of a group must hold equal V,L,N,XWR; unequal groups have no defined result.
inferred Fencing the PA of one member must make a consistent update of the whole group observable for that PA.
inferred Changing a group member by member without fence leaves transiently unspecified permission for the group.
spec NAPOT may be ignored for caching.
spec N=1 with L=0 is not NAPOT; it faults.
spec S-mode and U-mode loads, stores and fetches are checked.
spec VS and VU accesses are checked on the final SPA after both stages.
spec M-mode accesses with MPRV=0 bypass MPT.
inferred M-mode fetches bypass MPT even with MPRV=1.
inferred M-mode data accesses with MPRV=1 and MPP=S or U are checked.
inferred M-mode data accesses with MPRV=1 and MPP=M are not checked.
inferred MPRV=1 with MPV=1 is checked as VS/VU through both stages.
inferred HLV from HS is checked with effective VS/VU.
inferred HLV and HSV executed in M-mode are still checked since the effective privilege is VS/VU.
inferred HSV needs W.
spec HLVX cannot read an MPT execute-only page.
inferred HLVX on an MPT page with R but no X is not settled by the text.
spec mstatus.MXR does not make MPT execute-only pages readable.
spec vsstatus.MXR has no effect on MPT either.
inferred SUM and U/S distinction do not affect MPT.
inferred LR needs R and reports load access fault.
inferred A successful SC needs W and reports store/AMO access fault.
inferred A failing SC may or may not fault.
inferred AMO needs R and W and reports store/AMO access fault.
inferred AMO on execute-only memory reports cause 7, not 5.
spec SSPUSH needs R and W in MPT.
spec SSPOPCHK needs R and W in MPT even though it is a load.
spec SSAMOSWAP needs R and W in MPT.
inferred Shadow-stack MPT faults report as store/AMO access fault.
inferred CBO.ZERO is a store for MPT.
inferred CBO.CLEAN/FLUSH/INVAL MPT requirement is not stated.
inferred Prefetch instructions never trap on MPT.
inferred Vector and multi-register accesses are checked per element access.
inferred A trap delegated to S-mode fetches its handler under MPT, and the M-mode handler fetch is exempt.
inferred The first fetch after MRET to a lower privilege is checked with the mmpt value in force.
inferred Debug-mode, program-buffer and system-bus accesses are not covered by the text.
spec MMIO addresses are subject to MPT.
inferred Speculative accesses never report MPT faults architecturally.
inferred Denied data must not be forwarded to the register.
spec Single-stage page-table reads need MPT R.
spec PTE reads from execute-only or read-only memory follow R only.
spec The PTE permission is an implicit load even for a fetch or store.
spec A PTE-page denial during a store reports cause 7.
spec A PTE-page denial during a fetch reports cause 1.
inferred Every page-table level is checked.
spec Hardware A update (Svadu) needs MPT W on the PTE page.
spec Hardware D update needs MPT W on the PTE page.
spec No W is needed when A/D are already set.
inferred With Svade (ADUE=0) A=0 gives a page fault without any MPT write check.
inferred A denied A/D update leaves the PTE unchanged.
spec VS-stage PTE reads need MPT R on their SPA.
spec G-stage PTE reads need MPT R.
spec VS-stage A/D update needs MPT W on the VS PTE's SPA (besides G-stage W).
spec G-stage A/D update needs MPT W on the G PTE's SPA.
inferred PTW on behalf of MPRV or HLV accesses is checked.
inferred A G-stage page fault that precedes the MPT fault in walk order wins.
inferred An MPT fault on an earlier PTE wins over a later page fault.
inferred A misaligned load across two pages needs R on both.
inferred A misaligned store across two pages needs W on both.
inferred mtval is the VA of the faulting portion, or zero where the implementation writes no addresses.
inferred A faulting misaligned store may have written its allowed part, and never its denied part.
inferred Straddling inside one MPTE (pages 7/8) uses two tuples.
inferred Straddling two MPTEs (64 KiB boundary) uses two entries.
inferred Straddling a 32 MiB boundary uses two level-0 tables.
inferred Straddling between NAPOT and non-NAPOT ranges uses both permissions.
inferred A store spanning an RW and a read-only range is denied as a whole.
inferred Instruction parcels across two pages are checked separately with X.
inferred A compressed instruction ending exactly at the page end does not look at the next page.
inferred Byte, half, word accesses that stay in one page never consult the neighbour.
inferred A page-aligned access adjacent to a denied page is unaffected.
spec MPTE reads are PMP-checked as implicit M-mode reads.
inferred An unlocked PMP entry does not block the MPT walk.
inferred With MMWP=1 an unmatched table address blocks the walk.
inferred With MML=1 an S/U-only rule over the tables blocks the walk.
inferred With MML=1 a locked M-mode R rule allows the walk.
spec A PMA violation at an MPTE raises an access fault of the original type.
spec PMP is enforced as well as MPT on the final address.
spec MPT is enforced even when PMP allows.
inferred MPRV does not change the privilege used for MPTE reads.
spec MPTE reads are not MPT-checked themselves.
spec S-mode stores to the tables are governed by MPT like any page.
inferred If a domain gets W on its own tables the store succeeds (no hardware guard).
spec MPTE endianness follows mstatus.MBE.
inferred SBE/UBE do not affect MPTE reads.
inferred Order of PMP versus MPT on the same address is unobservable in the cause.
spec Load denial is cause 5, store/AMO 7, fetch 1.
inferred mtval holds the virtual address of the access, or zero where the implementation writes no addresses.
inferred mepc is the faulting instruction.
inferred For VS/VU, MPV=1 and GVA=1 when mtval is a guest VA.
inferred mtval2 is zero for MPT faults.
inferred mtinst is zero or the transformed instruction, never a page-walk pseudoinstruction.
inferred medeleg handling is ambiguous: intro says always M-mode, normative text says ordinary access fault.
inferred With medeleg clear the trap goes to M-mode.
spec MFENCE.PA is only valid in M-mode.
spec MINVAL.PA is only valid in M-mode.
spec MFENCE.PA x0,x0 synchronises every level for every SDID.
spec MFENCE.PA x0,rs2 synchronises every level of one SDID.
spec MFENCE.PA rs1,x0 synchronises leaf entries for one PA in every SDID.
spec MFENCE.PA rs1,rs2 synchronises leaf entries for one PA in one SDID.
spec rs1!=x0 does not cover non-leaf changes.
spec A leaf above level 0 is covered by rs1!=x0.
spec x0 is tested on the specifier; a register holding 0 means PA 0 or SDID 0.
spec rs2 bits above 5 are ignored.
spec rs2 bits 5:SDIDLEN are ignored.
spec Over-fencing is allowed.
spec MFENCE.PA orders prior visible stores before later implicit MPT reads of the same hart.
inferred MFENCE.PA has no effect on other harts.
inferred SFENCE.VMA does not synchronise MPT.
inferred MFENCE.PA does not synchronise page tables: a PTE read earlier, even through a page that is denied now, may serve until SFENCE or HFENCE.
inferred After MFENCE.PA a cached translation must not supply the old permission of the page it leads to.
spec W.INVAL; MINVAL.PA; INVAL.IR equals MFENCE.PA with the same operands.
spec The three instructions need order but not adjacency.
spec MINVAL.PA without SFENCE.INVAL.IR guarantees nothing.
spec Many MINVAL.PA share one W.INVAL/INVAL.IR pair.
inferred MINVAL.PA is required in Smsd without condition on Svinval (v0.9.0).
inferred funct7 of both instructions is unassigned; the project picks custom encodings.
inferred Nonzero rd is a reserved encoding.
spec Reusing an SDID for another domain requires a fence.
inferred A MODE change on an SDID should be followed by a full fence of that SDID.
spec SFENCE.VMA acts on ASIDs of the current SDID.
inferred Translations of another SDID are not usable.
spec HFENCE.GVMA acts on VMIDs of the current SDID.
spec HFENCE.VVMA and VS-level SFENCE.VMA use (SDID,VMID,ASID).
spec SINVAL.VMA and HINVAL.* use the SDID too.
inferred M-mode SFENCE.VMA uses the current mmpt.SDID.
inferred SFENCE.VMA x0,x0 covers all ASIDs of the current SDID.
inferred With SDIDLEN=0 domain switching requires full flushing.
inferred Two SDIDs differing only in unimplemented bits are the same SDID.
spec V 0->1 becomes visible within bounded time with no fence.
spec A spurious access fault right after V 0->1 is legal.
spec The guarantee covers non-leaf entries as well.
spec V 1->0 needs a fence.
spec Permission reduction needs a fence.
spec Permission increase on a valid entry needs a fence.
spec Next-level PPN change needs a full-level fence.
inferred NAPOT and multi-tuple entries may be cached as a unit.
spec mrmcfg (0x381) QRID/RCID/MCID accompany effective-M requests.
spec With Smqosid srmcfg applies only below M.
spec mnrmcfg (0x781) shares the mrmcfg layout QRID 31:28, MCID 27:16, RCID 11:0.
spec SSRM=0 limits srmcfg.RCID to 0..2^SRL-1.
spec SSRM=1 limits srmcfg.RCID to 0..2^RCIDLEN-2^SRL-1 with SRL<RCIDLEN.
spec SSRM=0 effective RCID merges mnrmcfg high bits with srmcfg low bits.
spec SSRM=1 effective RCID equals srmcfg.RCID.
spec SSMM/SML do the same for MCID, with SML<MCIDLEN when SSMM=1.
spec SRL is WARL up to RCIDLEN and SML up to MCIDLEN, and below them when SSRM or SSMM is 1.
spec CONFIG_QRI_LIMIT works only on the machine-mode QRI.
spec A non-contiguous cc_block_mask fails CONFIG_QRI_LIMIT.
spec MTTL2 TYPE 000 disallows the whole 1 GiB.
spec MTTL2 TYPE 001 allows read and execute.
spec MTTL2 TYPE 010 allows read and write.
spec MTTL2 TYPE 011 allows read, write and execute.
spec MTTL2 TYPE 100 points at an MTTL1 table.
spec TYPE 110 is 2M_PAGES on RV64 (101 from v0.1.2).
spec TYPE 101 is 4M_PAGES on RV32.
spec TYPE 101 on RV64 and 110 on RV32 are reserved.
spec TYPE 111 is reserved.
inferred INFO must be zero for 1G types.
spec INFO[43:32] must be zero for 2M_PAGES and INFO[21:16] for 4M_PAGES.
spec ZERO bits of MTTL2 and MTTL3 must be zero.
spec The 32 MTTL2 entries of a 1 GiB range must share TYPE; otherwise the governing entry is unspecified.
spec MTTL1 nibble PERM 00 denies, 01 RX, 10 RW, 11 RWX.
spec MTTL1 nibble reserved bits must be zero.
spec MTTL1 nibble index is PA[15:12] on RV64 and PA[14:12] on RV32.
spec 2M_PAGES PERM p is INFO[2p+1:2p] with the PERM encoding of MTTL1.
spec Neither read-only nor execute-only is expressible.
spec All-zero MTTL2 entry denies access.
spec An all-zero MTTL3 entry in v0.1 points at page 0; v0.1.1 adds VALID (bit 44).
spec Smmtt34 starts at MTTL2 with PA[33:25].
spec Smmtt46 starts at MTTL2 with PA[45:25].
spec Smmtt56 starts at MTTL3 with PA[55:46].
spec MTT reads are implicit M-mode accesses under PMP/Smepmp/PMA.
spec Denied accesses raise access faults of the original type.
spec Page-table reads are checked as reads and A/D updates as writes.
inferred PTE pages in RW memory are readable and updatable.
spec MTT structure accesses are exempt from MTT.
spec MTT can only restrict what translation allows.
spec M-mode data accesses with MPRV=1 and MPP=S or U are checked by MTT.
inferred PERM of a 1G type equals TYPE[1:0].
spec MFENCE.SPA and MINVAL.SPA are only valid in M-mode.
spec rs1/rs2 of x0 mean all PA / all SDID.
spec Any MTT change including invalid to valid requires a fence.
spec W.INVAL; MINVAL.SPA; INVAL.IR equals MFENCE.SPA.
spec A MODE change for an SDID requires MFENCE.SPA with rs1=x0.
spec MINVAL.SPA exists only when Svinval is implemented with Smsdid.
spec v0.1 does not tag SFENCE/HFENCE with SDID (v0.1.1 does).
spec FID word layout is FID[15:0], reserved[25:16], SDID[31:26]
spec Unknown FID is rejected
spec Unknown EID is rejected
salus Unknown EID from a TVM is answered inside the TSM
inferred Reserved a6 bits must be zero
inferred Inactive SDID is refused
salus A TVM cannot act as host
salus A TVM cannot create TVMs when nesting is off
salus Guest extension is not offered to the host
salus Guest extension probe differs by caller
inferred TVM cannot target another TVM by guest id
spec Hosting domain is always active
spec Vector reflects created domains
inferred CoVE support must be probed per domain
spec Ready TSM reports READY and sizes
spec Not-ready TSM zeroes remaining fields
spec Short buffer refused
salus Bogus pointer refused
inferred TSM never writes host-inaccessible memory on behalf of host
spec Calls before READY are refused
spec Conversion removes host access immediately for new translations
spec Page unusable until fenced
spec Page unusable after global fence if another hart has not fenced
spec Last local fence completes conversion
salus Page converted after the fence needs another fence
salus Double conversion refused
salus Conversion is all-or-nothing
salus Zero-length conversion refused
spec Unaligned base refused
inferred Range wrap refused
salus Only host-owned ordinary RAM converts
salus Pinned NACL page cannot convert
salus Page currently shared with a TVM cannot convert
spec Aliased physical memory must not become confidential
spec Host data is not visible to the TVM
inferred Static-partition TSM lacks conversion
spec Second global fence while one is pending
salus Fence with nothing pending succeeds
salus Initiator is implicitly fenced
salus Local fence without pending epoch is harmless
inferred Stale TLB entry may hit only before the hart fences
spec Stale entry must never read TVM data
spec Domain memory change needs MPT fence
spec Invalid-to-valid MPTE needs no fence eventually
spec SFENCE/HFENCE by host need act only inside its own SDID
spec Reclaimed page reads zero to host
spec Assigned page cannot be reclaimed
spec TVM state page cannot be reclaimed
salus Converting page cannot be reclaimed before fence
spec Never-converted page
spec Reclaim returns ownership
inferred Reclaim then reconvert
salus Partial-range reclaim is atomic
spec Destroy alone does not give host access
spec Create needs confidential pages
spec Directory must be 16 KiB aligned
salus Directory pages must be contiguous
spec Params length checked
spec Params must be readable host memory
inferred State pages cannot double as directory
spec Directory pages cannot serve two TVMs
spec New TVM is INITIALIZING
salus Guest ids are unique and not reused
spec Directory content is scrubbed before use
inferred Failed create leaves pages reclaimable
spec Regions only before finalize
spec Regions must not overlap
spec 4 KiB alignment
inferred Zero length or wrap refused
spec Bad guest id
salus Adjacent regions act as one
spec PT pages must be confidential-unassigned
spec PT pages may be added in any live state
spec Mapping without PT pages fails cleanly
spec A PT page cannot also be data
spec Host cannot read the G-stage
spec Measured pages only before finalize
spec Destination must be confidential-unassigned
spec Destination GPA must be inside a confidential region
spec Whole range must be in one region
spec GPA already mapped
spec Same physical page cannot be added twice
spec Same physical page cannot go to two TVMs
spec Bad page type
spec Source must be host-readable
spec Order matters
spec GPA matters
spec Content matters
salus Hash covers the private copy
salus Unmeasured adds do not alter the hash
salus Empty TVM measurement is the reset value
spec 2 MiB measured page
salus Huge page needs alignment and contiguity
spec Zero pages only after finalize
spec Zero page really zero
spec Region check
spec Mapped GPA refused
spec No effect on measurement
salus Faulting TVM resumes
spec Unfenced page refused
spec Physical page exclusivity
spec Host cannot replace a present page
spec Shared only where TVM asked
spec Needs finalized TVM
spec Shared page must be non-confidential
salus Both sides see writes
salus Shared page may serve several TVMs
salus Shared page survives destroy
spec Host may not share memory it does not own
spec Instruction fetch from shared memory blocked
spec VS page tables in shared memory blocked
spec vCPU only before finalize
spec State pages must be confidential
salus Duplicate vCPU id
salus vCPU id limit
spec State page unreadable by host
salus Fresh vCPU has clean registers
salus Secondary vCPU is off until started
salus hart_start by TVM enables vCPU
salus Start address hidden from host
salus Starting a running vCPU refused
spec Finalize twice
salus Finalize needs the boot vCPU
spec Entry PC is used
spec Entry args are measured
spec Identity is not measured
spec Identity alignment
spec No identity means no claim
spec AIA TVM needs every vCPU placed
spec IMSIC addresses unique
inferred Failed finalize can be corrected
spec Run needs RUNNABLE
spec Boot vCPU first
salus One hart per vCPU
spec Dead vCPU stays dead
spec Unknown vCPU
spec Run after destroy
spec vCPU may migrate
spec Migration flushes stale G-stage
salus VMID reuse is flushed
spec Bound hart rule
spec Unbound AIA vCPU
salus Host timer always preempts
salus Host external interrupt preempts
spec ECALL exit exposes a0-a7 only
spec Page-fault exit exposes no GPR
spec Fault address is page masked
salus MMIO fault gives exact address
salus MMIO store value truncated
salus MMIO load returns host value
spec MMIO uses a0 regardless of rd
salus a0 scrubbed after MMIO
salus Non load/store to MMIO
salus Fetch from MMIO region
salus Access outside every region is fatal
salus WFI exits as virtual instruction
spec Host cannot change vsie or htimedelta
spec vstimecmp readable not writable
salus Host state restored
spec TVM FP/V scrubbed from hart
salus Host may reject a share request
salus Notified ECALL ignores host a0
spec get_attcaps is told to the host
spec extend_measurement is told to the host
spec get_evidence is told to the host
spec read_measurement is told to the host
spec Layout size
spec Index mapping
spec Unaligned shmem
salus Confidential shmem
salus Unregister
spec Dirty bitmap ignored by TSM
spec sync_csr range where the feature is offered
spec sync without shmem where the feature is offered
inferred TSM copies in once
salus Fence needs RUNNABLE
spec Second tvm_fence while pending
salus Idle TVM completes at once
spec Running vCPU blocks completion
spec Validate needs no fence
spec Invalidate absent page
spec Blocked page faults
spec Remove without invalidate
spec Remove without fence
spec Remove needs TVM consent
spec Zero page over blocked page
spec Removed page is owned by host but unreadable
spec Validate of never-blocked page
salus Promote preserves data
salus Promote needs contiguity
salus Demote needs a pool page
spec Running vCPU blocks destroy
spec Destroy initializing TVM
spec Destroy twice
spec Freed pages reusable without conversion
spec Other TVMs unaffected
spec A hole cannot be shared
spec Alignment
spec Caller blocked until removal
spec Unpopulated range needs no removal
spec Content destroyed
spec Host cannot see old content
spec Other vCPUs fault meanwhile
spec Unshare removes host window
spec Unshare of confidential range
salus Share, unshare, share cycle
spec Host maps conf page in shared region
salus Sub-range share splits region
spec MMIO cannot be shared
spec Overlap refused
spec Removed region faults
spec Host cannot define MMIO in TVM space
spec Default deny
spec Allowed id delivered
spec Other id still denied
spec Wildcard
salus Id 0 and out of range invalid
spec Allow is per vCPU
spec Injection while unbound is kept
spec Host cannot write TVM interrupt file
spec Unconverted file cannot bind
spec Mask population
spec Bind twice
spec Unbind_end without fence
spec Unbind on wrong hart
spec Rebind keeps pending bits
spec Clone on wrong hart
spec Clone without fence
spec Old file clean after unbind
spec Reclaim assigned file
spec IPI to unbound sibling
salus Supervisor file not convertible
spec No-AIA HVIP filter
spec Runtime extend formula
salus Salus pads to 64 bytes
spec Static registers locked
spec Digest length enforced
spec Bad index
spec Evidence carries nonce
spec Evidence reflects runtime regs
spec Unsupported format
spec Challenge must be confidential
salus Host cannot forge TVM evidence
spec Secret only after local attestation
spec Bad TAP blocks promote
spec Promote scrubs FP/V
spec TEECALL activates confidential domain
spec TEERET restores host domain
spec Host resumes after ECALL
spec Host CSRs saved
spec TSM enters with interrupts off
spec Interrupted TSM must be resumed
spec Host cannot enter TSM memory by jump
spec mmpt is M-only
spec MFENCE.PA is M-only
spec NMI kills TEEs
spec Host load of TVM data
spec Host store of TVM data
spec Host fetch from TVM page
spec Host page-table walk into TVM page
spec Host HLV/G-stage remap
spec Ordinary VM of host
spec TVM A reads TVM B
spec TVM reads host private memory
spec TVM reads TSM memory
spec Host DMA
spec Second confidential domain
spec Alias check inside TVM
inferred Nested shadow never revives revoked page
inferred Shadow entries flushed on conversion
inferred hgatp PPN-only change without HFENCE
spec TVM cannot mask host
spec Off mode aborts every inbound transaction
spec Off applies to TEE and non-TEE alike
spec Bare lets non-TEE transactions through unchecked
spec Bare aborts TEE-associated transactions
spec XT bit alone makes a transaction TEE-associated
spec On mode classifies and checks
spec MODE resets to Off
inferred Reserved MODE values are not retained (WARL)
spec Off and On must be writable
spec Transition to Off resolves in-flight transactions under old config or abort
spec Completed Off transition globally orders earlier processed writes
inferred Config may be retained across Off
spec MPT cache may survive Off; explicit invalidation required
spec status.CODE after control write is UNSPECIFIED
spec capabilities.VER encodes major in high nibble
spec capabilities is read-only
spec status is read-only
spec BUSY and CODE reset to 0
spec Two 4-byte writes equal one 8-byte write for data1
spec Registers are little-endian regardless of hart endianness
inferred Misaligned or odd-size access is UNSPECIFIED
inferred Command while BUSY is UNSPECIFIED
spec Reserved OP 0 fails with code 2
spec OP 7..127 unsupported fails with code 2
spec Unimplemented custom OP fails with code 2
spec Invalid RULEID fails with code 3 per table
spec Invalid SDID in SET_SDCFG fails with code 4 per table
spec Reserved SRC_IDM=0 with SRC_IDT!=0 fails code 5
spec Reserved SRC_IDT fails code 5
spec Reserved TEE_FLT=3 fails code 5
spec TEE_FLT!=0 fails when TEE filtering unsupported
inferred Invalid IOMMU_ID operand is rejected
spec Invalid SDID inside SET_SDCL data1 is rejected
spec Multiple invalid operands: order of checks unspecified
inferred Failed operation leaves prior configuration intact
spec Success reports code 1
spec SRC_IDT=None disables rule (clear operation)
spec With SRC_IDT=0 all other data1 fields are ignored
spec Unary matches only the exact id
spec NAPOT 011 covers eight functions
spec NAPOT low bit 0 covers two ids
spec NAPOT bus range
inferred NAPOT all ones covers whole id space
spec TOR matches [prev,cur)
spec TOR for rule 0 uses lower bound 0
spec TOR with prev>=cur matches nothing
inferred TOR bound comes from rule r-1 even if r-1 is None
inferred Reprogramming rule r-1 shifts TOR rule r
spec IDE stream filter compares stream and segment only
spec IDE rule ignores device id
inferred IDE rule does not match transactions without IDE stream
spec TEE_FLT=0 matches both kinds
spec TEE_FLT=1 matches TEE only
spec TEE_FLT=2 matches non-TEE only
spec Same stream can map TEE and non-TEE to different SDs
spec No rule means abort in On mode
spec Overlapping rules: any matching rule may be used
spec GET_SDCL returns programmed rule
spec GET_SDCL ignores input data registers
spec GET of never-set rule is UNSPECIFIED data
spec No-IOMMU checker ignores IOMMU_ID
spec Rule selects IOMMU instance
spec IOMMU own accesses need a rule for its device id
spec IOMMU_ID in rule matching the IOMMU is ignored
spec IOMMU may be covered by a range rule
spec IOMMU structure outside its SD MPT faults
spec One SD may own several IOMMUs
inferred IOMMU_ID shared by two SDs is a configuration error
spec SDCFG Bare requires PPN=0
inferred SDCFG Bare grants unrestricted SPA access to that SD
spec MXL=0 mode 1 selects Smmpt43
spec MXL=1 mode 1 selects Smmpt34
spec MXL=1 mode 2 is reserved
spec Modes 4..13 reserved
spec Must support every mode any app hart supports
spec MBE=1 reads MPT entries big-endian
spec GET_SDCFG returns configuration
inferred Smmpt64 root must be 32 KiB aligned
inferred Rule referencing an SDID without SDCFG denies or is unspecified; software must configure first
spec Read needs R in MPT
spec Write needs W
spec Execute-intent read needs X
spec Execute-only page denies data read
inferred Reserved XWR 010 denied
spec V=0 entry denies
spec Reserved bits in MPT entry deny
spec L=0 with N=1 denies
spec NAPOT G other than 4 denies (RV64)
spec SPA wider than mode denies
spec Different SDs see different permissions for same SPA
spec Check applies to SPA after IOMMU translation
inferred DMA of a descheduled SD still checked with its own MPT
inferred Transaction crossing two pages checked on both
spec Same MPT may be shared by hart and checker
spec MPT fetch violating PMA/PMP aborts
spec Poisoned MPT fetch aborts
spec IO-MPT grant does not override other checks
spec Denied read returns error completion with fixed filler
spec Denied posted write silently dropped
inferred Denied AMO does not modify memory
inferred V=0 MPT entries are not cached
spec Denied but valid entry may be cached
spec Old permission may be used until MPTINVAL
spec PPNV=0 SDIDV=0 invalidates all
spec PPNV=0 SDIDV=1 invalidates one SD
spec PPNV=1 S=0 covers one 4 KiB page
spec PPNV=1 S=1 NAPOT range size 1<<(13+x)
spec PPNV=1 SDIDV=0 covers all SDs for range
spec Invalid fields are ignored when valid bit 0
spec All-ones PPN with S=1 is UNSPECIFIED
spec Over-invalidation is legal
inferred MPTINVAL does not drain in-flight DMA
spec IOFENCE orders processed writes
spec IOFENCE makes rule updates effective
spec Without IOFENCE update visibility is bounded but unspecified
spec Mode/PPN change needs IOFENCE then MPTINVAL PPNV=0
inferred MPTINVAL before IOFENCE is insufficient
spec ATS response with UR/CA not checked
spec ATS success with R=W=0 not checked
spec ATS SPA response checked over entire range
spec ATS requires MPT to grant every granted permission
spec ATS T2GPA response bypasses check
spec Translated request checked on SPA
spec Translated request with T2GPA translated then checked
inferred Rogue translated request to arbitrary SPA blocked
inferred RDSM restricts checker MMIO by PMP
inferred Device DMA into checker registers blocked by MPT
inferred Legacy OP numbering differs
spec Legacy TEE_FLT both=3 now reserved
spec Legacy SRC_IDM 1=Unary now TOR
spec RULEID 0 is an ordinary rule
spec SIDN selects the S-file reported in mip.SEIP
spec stopei follows SIDN
spec siselect/sireg access the selected file
spec vsireg/vstopei access guest file of selected SID
spec hgeip follows SIDN
spec hgeie is banked per SIDN
spec SIDN is WLRL 0..N-1
inferred SIDN read-only zero when N=1
spec SIDN=0 is a real domain
inferred Switching SIDN preserves file contents
inferred VGEIN is not banked
spec msdcfg is M-only
spec Unimplemented extension fields read zero
spec NZR bits 21:6 read zero
spec msideip bit i = SEIP of SID i
spec msideip includes hgeip&hgeie of unselected SID
spec Guest pending without hgeie does not set msideip
spec msideip includes the selected SID
spec msideip is read-only
spec APLIC SID reports S ext interrupt signal
spec msideip[i] clears when source clears
inferred eidelivery=0 keeps msideip low
spec MSDEIP set iff msideip&msideie nonzero
spec MSDEIP clear when msideie masks
spec msideie does not affect SEIP
spec mip.MSDEIP is read-only
spec mie.MSDEIE gates the trap
spec Undelegated MSDEI: sip/sie bit 14 read zero
spec Delegated MSDEI traps to S
spec MSDEI cannot be delegated to VS
spec Priority: MTI above MSDEI
spec Priority: MSDEI above SEI in M
spec Destination privilege dominates priority
spec MSDEI uses bit 14 not legacy 16
spec msideie is writable WARL for implemented SIDs
spec RV64 has no msideieh
spec RV32 msideiph aliases upper half
spec S-file address = B+n*2^I+h*2^D
spec Guest files follow S-file contiguously
spec Group address adds g*2^E
inferred I must be >= k+D
inferred B aligned to 2^(q+I)
spec MSI address includes n<<DXS from Child Index
inferred DXW=0 yields base AIA address
spec GIF bit 0 hides hgeip bit
spec GIF bit 0 makes hgeie bit read-only zero
spec VGEIN to hidden guest file traps in VS
spec VGEIN to hidden guest file traps in HS
spec Requires writable mvien[9]
spec A=1: msideip[SIDN] ORs all
spec A=0: msideip[SIDN] excludes guests visible to running SD
spec A=0: hidden guest contributes
spec A=0: delegated SEIP excluded
spec A=0: undelegated SEIP included
spec Bits above MGEILEN are zero
inferred Hart store to another SDs IMSIC page faults by MPT
inferred DMA MSI to another SDs IMSIC page blocked
inferred Descheduled SD still receives MSIs
inferred SD switch without SIDN update leaks SEIP
spec seteipnum_le sets pending for implemented id
spec id 0 ignored
spec id > N ignored
spec reads return zero
spec other offsets read-only zero
spec non-32-bit access ignored or faults
spec misaligned access ignored or faults
spec AMO ignored or faults
spec seteipnum_be byte swapped
spec LE-only system may ignore seteipnum_be
spec pending set regardless of enable
spec pending set regardless of eidelivery
spec signal needs eidelivery=1
spec eidelivery=0x40000000 behaves as 0 for file
spec guest files do not support 0x40000000
spec threshold P masks ids >= P
spec threshold 0 masks nothing
spec lowest id wins
spec topei zero when none
spec topei ignores eidelivery
spec topei ignores sie/hgeie
spec topei honours eithreshold
spec write claims top regardless of value
spec write when zero has no effect
spec CSRRW returns the claimed id
spec separate read and write may claim newer higher id
inferred CSRRS with x0 does not claim
spec 0x70 eidelivery 0x72 eithreshold
spec 0x71 and 0x73-0x7F read 0 ignore writes
spec RV64 odd eip register traps illegal
spec RV64 odd eip in VS traps virtual
spec eip0 bit 0 read-only zero
spec eip writable by software
spec VS stopei maps to guest file VGEIN
spec VGEIN=0 VS stopei traps virtual
spec VGEIN unimplemented HS vstopei traps illegal
spec vsiselect 0x30-0x3F inaccessible from VS
spec direct vsireg from VS traps virtual
spec guest signal drives hgeip[VGEIN] and VSEIP
spec guest not current raises SGEI only
spec hgeie gates SGEIP
spec hypervisor injects through eip via vsireg
spec VS trap taken when vstopi nonzero and SIE
spec VU always takes VS interrupt
spec mvien[9]=1 blocks S-file CSRs from S
spec mvien[9]=1 does not block guest files
spec mvien[9]=1 detaches mvip[9] from SEIP
spec mideleg=0 mvien=1 aliases sip to mvip
spec hvictl.VTI makes VS sip access trap
spec mstateen0.IMSIC=0 S stopei illegal
spec hstateen0.IMSIC=0 VS stopei virtual
spec mstateen0.IMSIC=0 leaves hgeip visible
spec mstateen0.CSRIND=0 S siselect illegal
spec mtopi reports highest pending enabled undelegated
spec stopi nonzero iff pending&enabled undelegated
spec WFI resumes on nonzero stopi/vstopi
inferred guest file migration loses no MSI
spec MRIF pending bit set then notice sent
spec notice sent even if enable bit clear
spec id 0 sets bit 0 and notifies
spec D[31:11] nonzero discarded
spec A[11:3] nonzero discarded
spec non-32-bit access aborted
spec aligned 32-bit read returns 0 or aborts
spec Off disallows all
spec Bare passes untranslated
spec Bare rejects translated and ATS TR
spec 1LVL rejects device_id with DDI1/DDI2 set
spec 2LVL rejects DDI2 nonzero
spec invalid non-leaf DDTE
spec reserved DDTE bits
spec DDT access fault
spec DDT poison
spec DC V=0
spec Misconfigured DC: T2GPA without EN_ATS
spec Misconfigured DC: EN_PRI without EN_ATS
spec Misconfigured DC: PRPR without EN_PRI
spec Misconfigured DC: T2GPA with Bare second stage
spec Misconfigured DC: DPE without PDTV
spec Misconfigured DC: misaligned iohgatp root
spec Misconfigured DC: invalid iosatp mode
spec Misconfigured DC: invalid iohgatp mode
spec Misconfigured DC: invalid pdtp mode
spec Misconfigured DC: invalid msiptp mode
spec Misconfigured DC: SADE/GADE without AMO_HWAD
spec Misconfigured DC: SBE!=BE with END=0
spec Misconfigured DC: SXL illegal value
spec Misconfigured DC: QoS id too wide
spec Misconfigured DC: msiptp Flat with Bare second stage
spec DTF suppresses page fault records
spec DTF does not suppress DDT faults
spec process_id without PDTV disallowed
spec process_id wider than pdtp mode
spec supervisor request without ENS
spec EN_ATS=0 rejects translated request
spec PDTE invalid
spec PDTE reserved
spec PDT access fault
spec PDT poison
spec PDT walked through G-stage; guest fault flagged implicit
spec DPE uses process_id 0
spec U page from supervisor with SUM=0 faults
spec non-U page from user faults
spec A=0 with SADE=0 faults
spec A/D updated with SADE=1
spec misaligned superpage faults
spec NAPOT 64 KiB
spec reserved PTE bits fault
spec non-canonical IOVA faults
spec S-stage PTE access fault by type
spec PT poison
spec guest fault reports GPA in iotval2
spec G PTE U=0 faults
spec GPA beyond width faults
spec GADE=0 A=0 faults
spec implicit write for A/D needs G W
spec match uses mask and pattern
spec index by extract of masked bits
spec basic PTE M=3 keeps offset
spec MSI PTE invalid
spec M=0 or 2 misconfigured
spec reserved bits misconfigured
spec MSI PTE load fault
spec MSI PT poison
spec exec to MSI page
spec MRIF without capability
spec MSI PTE cached until GVMA invalidation
spec illegal opcode stalls
spec reserved bit illegal
spec GVMA with PSCV illegal
spec INVAL_PDT needs DV
spec CQ fetch fault
spec IOFENCE AV writes 4 bytes
spec IOFENCE write fault
spec IOFENCE WSI needs fctl.WSI
spec IOFENCE waits for ATS.INVAL
spec ATS.INVAL timeout surfaces at IOFENCE
spec cqen 0->1 clears head and errors
spec record fields
spec overflow sets fqof and drops
spec FQ write fault sets fqmf
spec no records while fqof/fqmf
spec interrupt MSI sent when fie
spec fip re-asserts while fqof set
spec INVAL_DDT DV=1 drops DC and PCs
spec stale DC used until INVAL_DDT
spec VMA PSCV=1 spares globals
spec VMA GV=0 affects host spaces only
spec GVMA GV=1 limits to GSCID
spec IOTINVAL does not touch directory caches
spec config error gives CA
spec not-present gives Success R=W=0 without record
spec write permission cleared when D cannot be set
spec repeat ATS TR returns same W from IOATC
spec MRIF page returns U=1
spec T2GPA returns GPA
spec tr_req returns translation
spec tr_req to MRIF faults
spec Changing fctl while ddtp!=Off or any queue enabled is UNSPECIFIED (C model ignores the write)
spec ddtp level change only from Off/Bare
spec tail/head bits above LOG2SZ zero
inferred FQ page outside SD hides faults
spec GSCID collision across devices is unpredictable
spec mrmcfg tags M-mode requests
spec srmcfg applies below M only with Smqosid
spec mrmcfg is M-only
spec SSRM=0 legal RCID 0..2^SRL-1
spec SSRM=1 legal RCID 0..2^RCIDLEN-2^SRL-1
spec SSRM=0 merges mnrmcfg high bits
spec SSRM=1 passes srmcfg
spec SSMM/SML do same for MCID
spec QRID from mnrmcfg below M
spec SRL WARL 0..RCIDLEN
inferred two SDs get disjoint effective ids
spec device RCID merged with S-RCID
spec SSRM=1 in top block unspecified
spec SQRID accompanies device and IOMMU requests
spec data2 ignored without QoS
spec CONFIG_QRI_LIMIT only on MQRI
spec non-contiguous mask fails
spec NCBLKS of target QRI reflects limit
inferred counters of one QRI invisible to another SD
spec MRBWB reflects Rbwb limit`;
