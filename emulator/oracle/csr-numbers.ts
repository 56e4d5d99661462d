/** Names and numbers of the CSRs that the plain hart has, as the listing of the privileged manual has them. */

const NAMED = `
001 fflags 002 frm 003 fcsr 011 ssp
100 sstatus 104 sie 105 stvec 106 scounteren 10a senvcfg 10c sstateen0 10d sstateen1 10e sstateen2 10f sstateen3
140 sscratch 141 sepc 142 scause 143 stval 144 sip 14d stimecmp 15d stimecmph 180 satp
200 vsstatus 204 vsie 205 vstvec 240 vsscratch 241 vsepc 242 vscause 243 vstval 244 vsip 24d vstimecmp 25d vstimecmph
280 vsatp
300 mstatus 301 misa 302 medeleg 303 mideleg 304 mie 305 mtvec 306 mcounteren 30a menvcfg 30c mstateen0 30d mstateen1
30e mstateen2 30f mstateen3 310 mstatush 312 medelegh 31a menvcfgh 31c mstateen0h 31d mstateen1h 31e mstateen2h
31f mstateen3h 320 mcountinhibit 340 mscratch 341 mepc 342 mcause 343 mtval 344 mip 34a mtinst 34b mtval2
382 mmpt 600 hstatus 602 hedeleg 603 hideleg 604 hie 605 htimedelta 606 hcounteren 607 hgeie 60a henvcfg
60c hstateen0 60d hstateen1 60e hstateen2 60f hstateen3 612 hedelegh 615 htimedeltah 61a henvcfgh 61c hstateen0h
61d hstateen1h 61e hstateen2h 61f hstateen3h 643 htval 644 hip 645 hvip 64a htinst 680 hgatp
747 mseccfg 74e msdcfg 757 mseccfgh b00 mcycle b02 minstret b80 mcycleh b82 minstreth bc0 mttp
c00 cycle c01 time c02 instret c80 cycleh c81 timeh c82 instreth e12 hgeip
f11 mvendorid f12 marchid f13 mimpid f14 mhartid f15 mconfigptr
`;

const pairs = NAMED.trim().split(/\s+/);
const count = (n: number) => [...Array(n).keys()];

export const CSR_NUMBERS: ReadonlyMap<string, number> = new Map([
  ...count(pairs.length / 2).map(
    (k) => [pairs[2 * k + 1] ?? '', parseInt(pairs[2 * k] ?? '', 16)] as const,
  ),
  ...count(29).flatMap((k) => [
    [`hpmcounter${k + 3}`, 0xc03 + k] as const,
    [`hpmcounter${k + 3}h`, 0xc83 + k] as const,
    [`mhpmcounter${k + 3}`, 0xb03 + k] as const,
    [`mhpmcounter${k + 3}h`, 0xb83 + k] as const,
    [`mhpmevent${k + 3}`, 0x323 + k] as const,
  ]),
  ...count(16).map((k) => [`pmpcfg${k}`, 0x3a0 + k] as const),
  ...count(64).map((k) => [`pmpaddr${k}`, 0x3b0 + k] as const),
]);
