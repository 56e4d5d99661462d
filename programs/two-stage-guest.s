# A guest in VS-mode behind two stages of translation and a memory protection table (Smmpt52).
#
#   sdt exec programs/two-stage-guest.s
#
# Firmware (M) protects itself by PMP, builds the protection table of one supervisor domain and enters the hypervisor.
# The hypervisor (HS) builds a G-stage and a VS-stage table and enters the guest, which prints a text from its data page
# and calls back. Then the firmware takes the data page out of the protection table: the guest's next load from it is an
# access fault, which the firmware prints before it switches the machine off. Exit status 0: all came as expected.
#
#   0x8000_0000  firmware, hypervisor     0x8010_0000  protection table     0x1000_0000  UART
#   0x8004_0000  guest: code, data        0x8020_0000  tables of both stages  0x10_0000  finisher

# ---- M: firmware, in a page of its own ----
start:
    csrr  t0, mhartid
    bnez  t0, park
    la    t0, firmware_trap
    csrw  mtvec, t0

    # PMP: entry 0 closes this page to S-mode, entry 1 opens the rest; the protection table decides there.
    la    t0, start
    srli  t0, t0, 2
    ori   t0, t0, 0x1ff
    csrw  pmpaddr0, t0
    li    t0, -1
    csrw  pmpaddr1, t0
    li    t0, 0x1f18
    csrw  pmpcfg0, t0

    li    t0, 0x80100000
    li    t1, 0x80104000
    call  clear
    li    t0, 0x80200000
    li    t1, 0x8020c000
    call  clear

    # The guest's two pages.
    la    t0, guest
    la    t1, guest_end
    li    t2, 0x80040000
    call  copy
    la    t0, guest_data
    la    t1, guest_data_end
    li    t2, 0x80041000
    call  copy
    fence.i

    # Levels 3, 2 and 1 of the protection table lead to level 0, where an entry holds 16 pages.
    li    t0, 0x80100000
    li    t1, 0x20040401          # level 3 entry 0: level 2 at 0x8010_1000
    sd    t1, 0(t0)
    li    t0, 0x80101000
    li    t1, 0x20040801          # level 2 entry 0: level 1 at 0x8010_2000
    sd    t1, 0(t0)
    li    t0, 0x80102000
    li    t1, 0x303               # level 1 entry 8, a leaf: 2 MiB from the UART on are read-write
    sd    t1, 64(t0)
    li    t1, 0x20040c01          # level 1 entry 64: level 0 at 0x8010_3000
    sd    t1, 512(t0)
    li    t0, 0x80103000
    li    t1, 0x00ffffffffffff03  # 0x8000_0000: 16 pages, read-write-execute
    sd    t1, 0(t0)
    li    t1, 0x1d03              # 0x8004_0000: the guest's code read-execute, its data read-write
    sd    t1, 32(t0)
    li    t1, 0x6db6db6db6db03    # 0x8020_0000: 16 pages, read-write
    sd    t1, 256(t0)
    li    t0, 0x2010000000080100  # Smmpt52, domain 1
    csrw  mmpt, t0
    mfence.pa zero, zero

    # Calls of the guest and its page faults are the hypervisor's; access faults stay here.
    li    t0, 0xf00400
    csrw  medeleg, t0
    li    t0, 0x1800
    csrc  mstatus, t0
    li    t0, 0x800               # MPP = S, MPV = 0
    csrs  mstatus, t0
    la    t0, hypervisor
    csrw  mepc, t0
    mret

    .balign 4
firmware_trap:
    csrr  t0, mcause
    li    t1, 9
    bne   t0, t1, firmware_fault
    # From HS: a7 = 0 takes the guest's data page away, else it is a failure with that code.
    bnez  a7, fail
    li    t0, 0x80103000
    li    t1, 0x503               # the guest's code remains
    sd    t1, 32(t0)
    mfence.pa zero, zero
    csrr  t0, mepc
    addi  t0, t0, 4
    csrw  mepc, t0
    mret

firmware_fault:
    la    a0, text_cause
    call  puts
    csrr  a0, mcause
    call  puthex
    la    a0, text_tval
    call  puts
    csrr  a0, mtval
    call  puthex
    la    a0, text_epc
    call  puts
    csrr  a0, mepc
    call  puthex
    la    a0, text_tinst
    call  puts
    csrr  a0, mtinst
    call  puthex
    la    a0, text_tval2
    call  puts
    csrr  a0, mtval2
    call  puthex
    la    a0, text_mpv
    call  puts
    csrr  a0, mstatus
    srli  a0, a0, 39
    andi  a0, a0, 1
    call  puthex
    la    a0, text_gva
    call  puts
    csrr  a0, mstatus
    srli  a0, a0, 38
    andi  a0, a0, 1
    call  puthex
    la    a0, text_end
    call  puts
    csrr  a7, mcause
    li    t0, 5
    bne   a7, t0, fail
    li    t0, 0x100000
    li    t1, 0x5555
    sw    t1, 0(t0)
park:
    wfi
    j     park

fail:                             # with code a7
    slli  a7, a7, 16
    li    t1, 0x3333
    or    t1, t1, a7
    li    t0, 0x100000
    sw    t1, 0(t0)
    j     park

clear:                            # t0 up to t1
    sd    zero, 0(t0)
    addi  t0, t0, 8
    bltu  t0, t1, clear
    ret

copy:                             # t0 up to t1, to t2
    ld    t3, 0(t0)
    sd    t3, 0(t2)
    addi  t0, t0, 8
    addi  t2, t2, 8
    bltu  t0, t1, copy
    ret

    .balign 4096
# ---- HS: the hypervisor ----
hypervisor:
    la    t0, hypervisor_trap
    csrw  stvec, t0
    la    a0, text_hypervisor
    call  puts

    # G-stage (Sv39x4): guest physical 0 and 0x1000 are the guest's pages, 0x4000 to 0x7fff its tables,
    # 0x2000_0000 the UART.
    li    t0, 0x80200000
    li    t1, 0x20081001          # root entry 0: 0x8020_4000
    sd    t1, 0(t0)
    li    t0, 0x80204000
    li    t1, 0x20081401          # 0x8020_5000
    sd    t1, 0(t0)
    li    t0, 0x80204800
    li    t1, 0x20081801          # entry 256: 0x8020_6000
    sd    t1, 0(t0)
    li    t0, 0x80205000
    li    t1, 0x2001005b          # 0x8004_0000: user, read-execute
    sd    t1, 0(t0)
    li    t1, 0x200104d7          # 0x8004_1000: user, read-write
    sd    t1, 8(t0)
    li    t1, 0x200820d7          # 0x8020_8000 to 0x8020_bfff: user, read-write
    sd    t1, 32(t0)
    addi  t1, t1, 0x400
    sd    t1, 40(t0)
    addi  t1, t1, 0x400
    sd    t1, 48(t0)
    addi  t1, t1, 0x400
    sd    t1, 56(t0)
    li    t0, 0x80206000
    li    t1, 0x40000d7           # the UART: user, read-write
    sd    t1, 0(t0)

    # VS-stage (Sv39), its root at guest physical 0x4000: 0x40_0000 code, 0x40_1000 data, 0x1000_0000 the UART.
    li    t0, 0x80208000
    li    t1, 0x1401              # root entry 0: 0x5000
    sd    t1, 0(t0)
    li    t0, 0x80209000
    li    t1, 0x1801              # entry 2: 0x6000
    sd    t1, 16(t0)
    li    t1, 0x1c01              # entry 128: 0x7000
    sd    t1, 0x400(t0)
    li    t0, 0x8020a000
    li    t1, 0x4b                # guest physical 0: read-execute
    sd    t1, 0(t0)
    li    t1, 0x4c7               # guest physical 0x1000: read-write
    sd    t1, 8(t0)
    li    t0, 0x8020b000
    li    t1, 0x80000c7           # guest physical 0x2000_0000: read-write
    sd    t1, 0(t0)

    li    t0, 0x8000100000080200  # Sv39x4, VMID 1
    csrw  hgatp, t0
    li    t0, 0x8000100000000004  # Sv39, ASID 1
    csrw  vsatp, t0
    hfence.gvma zero, zero
    hfence.vvma zero, zero
    li    t0, 0x180               # SPV: to V=1, SPVP
    csrs  hstatus, t0
    li    t0, 0x100               # SPP = S
    csrs  sstatus, t0
    li    t0, 0x400000
    csrw  sepc, t0
    sret

    .balign 4
hypervisor_trap:
    csrr  t0, scause
    li    t1, 10
    bne   t0, t1, hypervisor_fault
    li    t1, 1
    bne   a0, t1, hypervisor_fault
    la    a0, text_called
    call  puts
    li    a7, 0
    ecall
    csrr  t0, sepc
    addi  t0, t0, 4
    csrw  sepc, t0
    sret

hypervisor_fault:
    la    a0, text_unexpected
    call  puts
    csrr  a0, scause
    call  puthex
    la    a0, text_end
    call  puts
    li    a7, 99
    ecall

# ---- Used by M and HS: the UART at its physical address ----
puts:                             # the text at a0
    li    t0, 0x10000000
1:  lbu   t1, 0(a0)
    beqz  t1, 3f
2:  lbu   t2, 5(t0)
    andi  t2, t2, 0x20
    beqz  t2, 2b
    sb    t1, 0(t0)
    addi  a0, a0, 1
    j     1b
3:  ret

puthex:                           # a0, at least one digit
    li    t0, 0x10000000
    li    t3, 60
1:  srl   t1, a0, t3
    bnez  t1, 2f
    addi  t3, t3, -4
    bgtz  t3, 1b
2:  srl   t1, a0, t3
    andi  t1, t1, 15
    li    t2, 10
    bltu  t1, t2, 3f
    addi  t1, t1, 39
3:  addi  t1, t1, 48
4:  lbu   t2, 5(t0)
    andi  t2, t2, 0x20
    beqz  t2, 4b
    sb    t1, 0(t0)
    addi  t3, t3, -4
    bgez  t3, 2b
    ret

text_hypervisor: .asciz "HS: entering the guest\n"
text_called:     .asciz "HS: the guest calls; its data page goes\n"
text_unexpected: .asciz "HS: unexpected trap, cause 0x"
text_cause:      .asciz "M: cause 0x"
text_tval:       .asciz ", tval 0x"
text_epc:        .asciz ", epc 0x"
text_tinst:      .asciz ", tinst 0x"
text_tval2:      .asciz ", tval2 0x"
text_mpv:        .asciz ", MPV "
text_gva:        .asciz ", GVA "
text_end:        .asciz "\n"

    .balign 8
# ---- VS: the guest, at 0x40_0000 in its own eyes ----
guest:
    li    s0, 0x401000
    li    s1, 0x10000000
1:  lbu   a1, 0(s0)
    beqz  a1, 3f
2:  lbu   t0, 5(s1)
    andi  t0, t0, 0x20
    beqz  t0, 2b
    sb    a1, 0(s1)
    addi  s0, s0, 1
    j     1b
3:  li    a0, 1
    ecall
    li    s0, 0x401000
guest_again:
    lbu   a1, 0(s0)               # no longer its page
    li    a0, 2
    ecall
    .balign 8
guest_end:
guest_data:
    .asciz "VS: hello, from behind two stages of translation\n"
    .balign 8
guest_data_end:
