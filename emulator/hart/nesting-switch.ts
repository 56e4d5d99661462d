/** World switches of hypothetical hardware: between a guest hypervisor and its guest, as nesting software makes them. */
import type { CsrFile } from './csr-file.ts';
import { HNEST } from './csr-nesting.ts';
import type { NestingPage } from './nesting-page.ts';
import { OWN_HIE, OWN_HVIP, OWN_SLOT, slotOf, VS_SET } from './nesting-page.ts';

const ONES = (1n << 64n) - 1n;
const VS_INTERRUPTS = 0x444n;
const VSTIE = 0x40n;
const STIE = 0x20n;
const FS = 3n << 13n;
const SD = 1n << 63n;
const MXR = 1n << 19n;
const PPN_AND_MODE = (15n << 60n) | ((1n << 44n) - 1n);
const VMID = 0x3fffn << 44n;
/** VSBE, VTVM, VTW and VTSR: what a hypervisor asks for while its guest runs. */
const GUEST_STATUS = 0x70_0020n;
const VTSR = 1n << 22n;

/** H CSRs that hold the guest's values while it runs, and all ones while its hypervisor does. */
const ENABLES = [
  ['hedeleg', 0x602],
  ['hideleg', 0x603],
  ['henvcfg', 0x60a],
  ['hcounteren', 0x606],
  ['hstateen0', 0x60c],
] as const;

export class NestingSwitch {
  readonly #csrs: CsrFile;
  readonly #page: NestingPage;

  constructor(csrs: CsrFile, page: NestingPage) {
    this.#csrs = csrs;
    this.#page = page;
  }

  /** The hypervisor's set goes to the page, `status` as its vsstatus; the guest's comes. */
  toGuest(status: bigint): void {
    const csrs = this.#csrs;
    const page = this.#page;
    VS_SET.forEach(([name], k) => {
      page.write(OWN_SLOT + k, k === 0 ? status : csrs.raw(name));
    });
    page.write(OWN_HVIP, csrs.raw('hvip'));
    page.write(OWN_HIE, csrs.raw('mie') & VS_INTERRUPTS);
    const slot = (number: number) => page.read(slotOf(number));
    csrs.poke('hgatp2', (slot(0x680) & PPN_AND_MODE) | (csrs.raw('hgatp2') & VMID));
    for (const [name, number] of ENABLES) csrs.poke(name, slot(number));
    csrs.poke('htimedelta', slot(0x605));
    csrs.poke('hvip', slot(0x645));
    csrs.poke('hie', slot(0x604));
    csrs.poke('hstatus', this.#status(slot(0x600) & GUEST_STATUS));
    for (const [name, number] of VS_SET) csrs.poke(name, slot(number));
    // FS and MXR of the hypervisor bind its guest; its timer ends the guest's turn.
    this.#inherit(status & (FS | MXR));
    this.#arm((page.read(OWN_HIE) & VSTIE) !== 0n ? page.read(OWN_SLOT + 7) : null);
    csrs.poke('hnest', csrs.raw('hnest') | HNEST.V2);
  }

  /** The other way round; the hypervisor's vsstatus is for the caller to complete. */
  toHypervisor(): void {
    const csrs = this.#csrs;
    const page = this.#page;
    const put = (number: number, value: bigint) => {
      page.write(slotOf(number), value);
    };
    for (const [name, number] of VS_SET) put(number, csrs.raw(name));
    put(0x645, csrs.raw('hvip'));
    put(0x604, csrs.raw('mie') & VS_INTERRUPTS);
    const isDirty = (csrs.raw('mstatus') & FS) === FS;
    VS_SET.forEach(([name], k) => {
      const value = page.read(OWN_SLOT + k);
      csrs.poke(name, k === 0 && isDirty ? value | FS | SD : value);
    });
    for (const [name] of ENABLES) csrs.poke(name, ONES);
    csrs.poke('htimedelta', 0n);
    csrs.poke('hvip', page.read(OWN_HVIP));
    csrs.poke('hie', page.read(OWN_HIE));
    csrs.poke('hstatus', this.#status(VTSR));
    this.#inherit(FS);
    this.#arm(null);
    csrs.poke('hnest', csrs.raw('hnest') & ~HNEST.V2);
  }

  /** VTSR and its like; SPV and SPVP of HS stay. */
  #status(bits: bigint): bigint {
    return (this.#csrs.raw('hstatus') & ~GUEST_STATUS) | bits;
  }

  #inherit(bits: bigint): void {
    this.#csrs.poke('sstatus', (this.#csrs.raw('mstatus') & ~(FS | MXR)) | bits);
  }

  #arm(deadline: bigint | null): void {
    const csrs = this.#csrs;
    if (!csrs.has('stimecmp')) return;
    csrs.poke('stimecmp', deadline ?? ONES);
    const sie = csrs.raw('mie');
    csrs.setRaw('mie', deadline === null ? sie & ~STIE : sie | STIE);
  }
}
