/** H CSRs of a guest hypervisor whose instructions go to memory instead of trapping. */
import type { CsrFile } from './csr-file.ts';
import type { NestingPage } from './nesting-page.ts';
import { slotOf } from './nesting-page.ts';

const VS_INTERRUPTS = 0x444n;
const VSSIP = 4n;
const VSTIP = 0x40n;
const STCE = 1n << 63n;

/** Registers with a slot of their own; those that the machine lacks stay illegal. */
const PLAIN: Readonly<Record<number, string | undefined>> = {
  0x600: 'hstatus',
  0x602: 'hedeleg',
  0x603: 'hideleg',
  0x605: 'htimedelta',
  0x606: 'hcounteren',
  0x607: 'hgeie',
  0x60a: 'henvcfg',
  0x60c: 'hstateen0',
  0x643: 'htval',
  0x645: 'hvip',
  0x64a: 'htinst',
  0x680: 'hgatp',
  0x200: 'vsstatus',
  0x205: 'vstvec',
  0x240: 'vsscratch',
  0x241: 'vsepc',
  0x242: 'vscause',
  0x243: 'vstval',
  0x24d: 'vstimecmp',
  0x280: 'vsatp',
};

const [HIE, HIP, VSIE, VSIP] = [0x604, 0x644, 0x204, 0x244];
const [HIDELEG, HTIMEDELTA, HENVCFG, HVIP, VSTIMECMP] = [0x603, 0x605, 0x60a, 0x645, 0x24d];

export class NestingCsrs {
  readonly #csrs: CsrFile;
  readonly #page: NestingPage;

  constructor(csrs: CsrFile, page: NestingPage) {
    this.#csrs = csrs;
    this.#page = page;
  }

  /** Whether a number is redirected. */
  has(number: number): boolean {
    if (number === HIE || number === HIP || number === VSIE || number === VSIP) return true;
    const name = PLAIN[number];
    return name !== undefined && this.#csrs.has(name);
  }

  read(number: number): bigint {
    const slot = (of: number) => this.#page.read(slotOf(of));
    switch (number) {
      case HIP:
        return this.#pending();
      case VSIE:
        return (slot(HIE) & slot(HIDELEG) & VS_INTERRUPTS) >> 1n;
      case VSIP:
        return (this.#pending() & slot(HIDELEG)) >> 1n;
      default:
        return slot(number);
    }
  }

  write(number: number, value: bigint): void {
    const page = this.#page;
    const merge = (of: number, mask: bigint, bits: bigint) => {
      page.write(slotOf(of), (page.read(slotOf(of)) & ~mask) | (bits & mask));
    };
    switch (number) {
      case HIE:
        page.write(slotOf(HIE), value & VS_INTERRUPTS);
        return;
      case HIP:
        merge(HVIP, VSSIP, value);
        return;
      case VSIE:
        merge(HIE, page.read(slotOf(HIDELEG)) & VS_INTERRUPTS, value << 1n);
        return;
      case VSIP:
        merge(HVIP, page.read(slotOf(HIDELEG)) & VSSIP, value << 1n);
        return;
      default:
        page.write(slotOf(number), this.#legal(number, value));
    }
  }

  /** What the real register would hold after the write. */
  #legal(number: number, value: bigint): bigint {
    const csrs = this.#csrs;
    const name = PLAIN[number] ?? '';
    const kept = csrs.raw(name);
    csrs.setRaw(name, this.#page.read(slotOf(number)));
    csrs.poke(name, value);
    const next = csrs.peek(name);
    csrs.setRaw(name, kept);
    csrs.version++;
    return next;
  }

  #pending(): bigint {
    const slot = (of: number) => this.#page.read(slotOf(of));
    const bits = slot(HVIP) & VS_INTERRUPTS;
    if ((slot(HENVCFG) & STCE) === 0n) return bits;
    const time = BigInt.asUintN(64, this.#csrs.time + slot(HTIMEDELTA));
    return time >= slot(VSTIMECMP) ? bits | VSTIP : bits;
  }
}
