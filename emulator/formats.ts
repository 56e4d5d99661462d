/** Packed formats by name and XLEN: the fields of CSRs and of table entries, as scenarios pack and match them. */
import { ENTRY_FORMATS } from './isolate/entry-formats.ts';
import type { EntryFormat, Fields } from './isolate/entry-formats.ts';

/** The same layout at both XLENs. */
function both(fields: Fields): EntryFormat {
  return { 32: fields, 64: fields };
}

/** A layout that hangs on XLEN. */
function byXlen(fields: (xlen: 32 | 64) => Fields): EntryFormat {
  return { 32: fields(32), 64: fields(64) };
}

/** The fields of an upper half where they stand in the whole register. */
function raised(upper: Fields): Fields {
  return Object.fromEntries(
    Object.entries(upper).map(([name, [high, low]]) => [name, [high + 32, low + 32]]),
  );
}

/** Bit XLEN-1. */
const top = (xlen: 32 | 64): Fields[string] => [xlen - 1, xlen - 1];

/** Interrupt bits of mie, mip and their lower views: `suffix` is `e` or `p`. */
function interrupts(suffix: 'e' | 'p'): EntryFormat {
  const bits = {
    ssi: 1,
    vssi: 2,
    msi: 3,
    sti: 5,
    vsti: 6,
    mti: 7,
    sei: 9,
    vsei: 10,
    mei: 11,
    sgei: 12,
    lcofi: 13,
    msdei: 14,
  };
  return both(
    Object.fromEntries(Object.entries(bits).map(([name, bit]) => [name + suffix, [bit, bit]])),
  );
}

const INTERRUPTS_ENABLED = interrupts('e');
const INTERRUPTS_PENDING = interrupts('p');

const CAUSE = byXlen((xlen) => ({ code: [xlen - 2, 0], interrupt: top(xlen) }));

const TVEC = byXlen((xlen) => ({ mode: [1, 0], base: [xlen - 1, 2] }));

const SSTATUS_LOW: Fields = {
  sie: [1, 1],
  spie: [5, 5],
  ube: [6, 6],
  spp: [8, 8],
  vs: [10, 9],
  fs: [14, 13],
  xs: [16, 15],
  sum: [18, 18],
  mxr: [19, 19],
};

const UXL: Fields = { uxl: [33, 32] };

const SSTATUS = byXlen((xlen) => ({
  ...SSTATUS_LOW,
  ...(xlen === 64 ? UXL : {}),
  sd: top(xlen),
}));

const MSTATUS_LOW: Fields = {
  ...SSTATUS_LOW,
  mie: [3, 3],
  mpie: [7, 7],
  mpp: [12, 11],
  mprv: [17, 17],
  tvm: [20, 20],
  tw: [21, 21],
  tsr: [22, 22],
};

/** mstatush at XLEN 32. */
const MSTATUS_HIGH: Fields = { sbe: [4, 4], mbe: [5, 5], gva: [6, 6], mpv: [7, 7] };

const MSTATUS = byXlen((xlen) => ({
  ...MSTATUS_LOW,
  ...(xlen === 64 ? { ...UXL, sxl: [35, 34], ...raised(MSTATUS_HIGH) } : {}),
  sd: top(xlen),
}));

const HSTATUS_LOW: Fields = {
  vsbe: [5, 5],
  gva: [6, 6],
  spv: [7, 7],
  spvp: [8, 8],
  hu: [9, 9],
  vgein: [17, 12],
  vtvm: [20, 20],
  vtw: [21, 21],
  vtsr: [22, 22],
};

const ENVCFG_LOW: Fields = {
  fiom: [0, 0],
  lpe: [2, 2],
  sse: [3, 3],
  cbie: [5, 4],
  cbcfe: [6, 6],
  cbze: [7, 7],
};
const ENVCFG_HIGH: Fields = { adue: [29, 29], pbmte: [30, 30], stce: [31, 31] };
const ENVCFG: EntryFormat = { 32: ENVCFG_LOW, 64: { ...ENVCFG_LOW, ...raised(ENVCFG_HIGH) } };

const MSDCFG: Fields = {
  sidn: [5, 0],
  zero_21_6: [21, 6],
  ssrm: [22, 22],
  ssmm: [23, 23],
  srl: [27, 24],
  sml: [31, 28],
};

const SATP: EntryFormat = {
  32: { mode: [31, 31], asid: [30, 22], ppn: [21, 0] },
  64: { mode: [63, 60], asid: [59, 44], ppn: [43, 0] },
};

/** One byte of a pmpcfg register, and the four or eight entries of a whole one: `r0`, `a7`. */
function pmpcfg(): EntryFormat {
  const entries = (count: number): Fields =>
    Object.fromEntries(
      [...Array(count).keys()].flatMap((k) =>
        (
          [
            ['r', 0, 0],
            ['w', 1, 1],
            ['x', 2, 2],
            ['a', 4, 3],
            ['l', 7, 7],
          ] as const
        ).flatMap(([name, high, low]) => [
          [`${name}${k}`, [8 * k + high, 8 * k + low]],
          ...(k === 0 ? [[name, [high, low]]] : []),
        ]),
      ),
    ) as Fields;
  return { 32: entries(4), 64: entries(8) };
}

const PMPCFG = pmpcfg();

const QOS: EntryFormat = both({ rcid: [11, 0], mcid: [27, 16], qrid: [31, 28] });

const CSR_FORMATS = {
  mmpt: {
    32: { mode: [31, 30], zero_29_28: [29, 28], sdid: [27, 22], ppn: [21, 0] },
    64: {
      mode: [63, 60],
      zero_59_58: [59, 58],
      sdid: [57, 52],
      zero_51_44: [51, 44],
      ppn: [43, 0],
    },
  },
  mttp: {
    32: { mode: [31, 30], sdid: [29, 24], wpri: [23, 22], ppn: [21, 0] },
    64: { mode: [63, 60], sdid: [59, 54], wpri: [53, 44], ppn: [43, 0] },
  },
  msdcfg: { 32: MSDCFG, 64: { ...MSDCFG, zero_63_32: [63, 32] } },
  mrmcfg: QOS,
  mnrmcfg: QOS,
  mstatus: MSTATUS,
  mstatush: { 32: MSTATUS_HIGH },
  sstatus: SSTATUS,
  vsstatus: SSTATUS,
  hstatus: { 32: HSTATUS_LOW, 64: { ...HSTATUS_LOW, vsxl: [33, 32] } },
  mie: INTERRUPTS_ENABLED,
  mip: INTERRUPTS_PENDING,
  sie: INTERRUPTS_ENABLED,
  sip: INTERRUPTS_PENDING,
  hie: INTERRUPTS_ENABLED,
  hip: INTERRUPTS_PENDING,
  vsie: INTERRUPTS_ENABLED,
  vsip: INTERRUPTS_PENDING,
  mcause: CAUSE,
  scause: CAUSE,
  vscause: CAUSE,
  mtvec: TVEC,
  stvec: TVEC,
  vstvec: TVEC,
  menvcfg: ENVCFG,
  menvcfgh: { 32: ENVCFG_HIGH },
  henvcfg: ENVCFG,
  henvcfgh: { 32: ENVCFG_HIGH },
  senvcfg: both(ENVCFG_LOW),
  mseccfg: both({ mml: [0, 0], mmwp: [1, 1], rlb: [2, 2] }),
  satp: SATP,
  vsatp: SATP,
  hgatp: {
    32: { mode: [31, 31], vmid: [28, 22], ppn: [21, 0] },
    64: { mode: [63, 60], vmid: [57, 44], ppn: [43, 0] },
  },
  pmpcfg: PMPCFG,
  ...Object.fromEntries([...Array(16).keys()].map((k) => [`pmpcfg${k}`, PMPCFG])),
} as const satisfies Record<string, EntryFormat>;

/** Widths that are not XLEN: table entries of the other XLEN. */
const WIDTHS: Readonly<Record<string, number>> = { mpte32: 32, pte32: 32 };

export const FORMATS: Readonly<Record<string, EntryFormat>> = { ...CSR_FORMATS, ...ENTRY_FORMATS };

/** Width in bits and fields of a format at an XLEN; null when there is none. */
export function formatOf(
  name: string,
  xlen: 32 | 64,
): { readonly bits: number; readonly fields: Fields } | null {
  const fields = Object.hasOwn(FORMATS, name) ? FORMATS[name]?.[xlen] : undefined;
  return fields === undefined ? null : { bits: WIDTHS[name] ?? xlen, fields };
}
