import { describe, expect, it } from 'vitest';
import type { CsrDecisions } from '../hart/csr-decisions.ts';
import { csrDecisions } from '../hart/csr-decisions.ts';
import { CsrFile } from '../hart/csr-file.ts';
import type { Feature, Platform } from '../platform.ts';
import { Pmp } from '../protect/pmp.ts';
import { newFired } from '../rules/fired.ts';
import { testPlatform } from '../test-platform.ts';
import type { Mode } from './context.ts';
import { Contexts } from './decode-context.ts';
import type { OperationName } from './kinds.ts';
import { KINDS } from './kinds.ts';

function hart(
  overrides: Partial<Platform> = {},
  without: readonly Feature[] = [],
  decide: Partial<CsrDecisions> = {},
) {
  const platform = testPlatform(overrides, without);
  const pmp = new Pmp();
  const csrs = new CsrFile(0, pmp);
  pmp.reset(platform, newFired());
  csrs.reset(platform, newFired(), { ...csrDecisions, ...decide });
  return { csrs, contexts: new Contexts(csrs) };
}

const MPRV = 1n << 17n;
const SUM = 1n << 18n;
const MXR = 1n << 19n;
const MPV = 1n << 39n;
const mpp = (privilege: bigint) => privilege << 11n;
const atp = (mode: bigint, id: bigint, ppn: bigint) => (mode << 60n) | (id << 44n) | ppn;
const mmpt = (mode: bigint, sdid: bigint, ppn: bigint) => (mode << 60n) | (sdid << 52n) | ppn;

describe('MPRV', () => {
  // The manual's table: MPRV, MPV, MPP and the mode whose translation and protection apply.
  const TABLE: readonly (readonly [string, bigint, Mode])[] = [
    ['MPRV=0', mpp(1n) | MPV, 'M'],
    ['MPRV=1 MPV=0 MPP=U', MPRV | mpp(0n), 'U'],
    ['MPRV=1 MPV=0 MPP=S', MPRV | mpp(1n), 'S'],
    ['MPRV=1 MPV=0 MPP=M', MPRV | mpp(3n), 'M'],
    ['MPRV=1 MPV=1 MPP=M', MPRV | MPV | mpp(3n), 'M'],
    ['MPRV=1 MPV=1 MPP=U', MPRV | MPV | mpp(0n), 'VU'],
    ['MPRV=1 MPV=1 MPP=S', MPRV | MPV | mpp(1n), 'VS'],
  ];
  it.each(TABLE)('%s moves loads and stores of M-mode, not fetches', (_, status, expected) => {
    const { csrs, contexts } = hart();
    csrs.poke('mstatus', status);
    expect(contexts.of('M', KINDS.load).mode).toBe(expected);
    expect(contexts.of('M', KINDS.store).mode).toBe(expected);
    expect(contexts.of('M', KINDS.fetch).mode).toBe('M');
    expect(contexts.of('U', KINDS.load).mode).toBe('U');
  });

  it('does not move hypervisor loads and stores: SPVP alone decides', () => {
    const { csrs, contexts } = hart();
    csrs.poke('mstatus', MPRV | mpp(0n));
    expect(contexts.of('M', KINDS.hlv).mode).toBe('VU');
    csrs.poke('hstatus', 1n << 8n);
    for (const mode of ['M', 'S', 'U'] as const) {
      expect(contexts.of(mode, KINDS.hsv).mode).toBe('VS');
    }
  });
});

describe('translation', () => {
  it('is Bare everywhere after reset', () => {
    const { contexts } = hart();
    for (const mode of ['M', 'S', 'U', 'VS', 'VU'] as const) {
      const { first, second, domain } = contexts.of(mode, KINDS.load);
      expect([first, second, domain]).toEqual([null, null, null]);
    }
  });

  it('puts satp before S and U, vsatp over hgatp before VS and VU, nothing before M', () => {
    const { csrs, contexts } = hart();
    csrs.poke('mmpt', mmpt(2n, 5n, 0x80400n));
    csrs.poke('satp', atp(8n, 7n, 0x1234n));
    csrs.poke('vsatp', atp(9n, 11n, 0x55n));
    csrs.poke('hgatp', atp(10n, 13n, 0x8000n));
    const s = contexts.of('S', KINDS.load);
    expect([s.first?.name, s.first?.geometry.name, s.first?.root]).toEqual(['s', 'sv39', 0x1234]);
    expect(s.first?.tags).toEqual({ sdid: 5, vmid: 0, asid: 7 });
    expect(s.second).toBe(null);
    expect(contexts.of('U', KINDS.load).first).toBe(s.first);
    const vs = contexts.of('VS', KINDS.load);
    expect([vs.first?.geometry.name, vs.first?.root]).toEqual(['sv48', 0x55]);
    expect(vs.first?.tags).toEqual({ sdid: 5, vmid: 13, asid: 11 });
    expect([vs.second?.geometry.name, vs.second?.root]).toEqual(['sv57x4', 0x8000]);
    expect(vs.second?.tags).toEqual({ sdid: 5, vmid: 13, asid: 0 });
    expect(vs.first?.below).toBe(vs.second);
    const m = contexts.of('M', KINDS.load);
    expect([m.first, m.second, m.domain]).toEqual([null, null, null]);
  });

  it('takes A and D updates and PBMT from menvcfg for S and G, from henvcfg for VS', () => {
    const { csrs, contexts } = hart();
    csrs.poke('satp', atp(8n, 0n, 1n));
    csrs.poke('vsatp', atp(8n, 0n, 1n));
    csrs.poke('hgatp', atp(8n, 0n, 4n));
    const read = () => {
      const { first, second } = contexts.of('VS', KINDS.load);
      const s = contexts.of('S', KINDS.load).first;
      return [s, second, first].map((stage) => [stage?.updatesAccessed, stage?.pbmt]);
    };
    csrs.poke('menvcfg', 1n << 61n);
    expect(read()).toEqual([
      [true, false],
      [true, false],
      [false, false],
    ]);
    csrs.poke('menvcfg', 3n << 61n);
    csrs.poke('henvcfg', 1n << 62n);
    expect(read()).toEqual([
      [true, true],
      [true, true],
      [false, true],
    ]);
  });

  it('updates A and D always where neither Svade nor Svadu is, never with Svade alone', () => {
    const s = (without: readonly Feature[]) => {
      const { csrs, contexts } = hart({}, without);
      csrs.poke('satp', atp(8n, 0n, 1n));
      return contexts.of('S', KINDS.load).first?.updatesAccessed;
    };
    expect([s(['Svade', 'Svadu']), s(['Svadu']), s([])]).toEqual([true, false, false]);
  });
});

describe('SUM, MXR and byte order', () => {
  it('come from mstatus for S, from vsstatus for VS; HS-level MXR reaches both stages', () => {
    const { csrs, contexts } = hart();
    const flags = (mode: Mode) => {
      const { sum, mxr, vsmxr } = contexts.of(mode, KINDS.load);
      return { sum, mxr, vsmxr };
    };
    csrs.poke('mstatus', SUM | MXR);
    expect(flags('S')).toEqual({ sum: true, mxr: true, vsmxr: false });
    expect(flags('VS')).toEqual({ sum: false, mxr: true, vsmxr: false });
    csrs.poke('mstatus', 0n);
    csrs.poke('vsstatus', SUM | MXR);
    expect(flags('S')).toEqual({ sum: false, mxr: false, vsmxr: false });
    expect(flags('VS')).toEqual({ sum: true, mxr: false, vsmxr: true });
  });

  it('follow MBE, SBE, UBE, VSBE and vsstatus.UBE, tables the byte order of their supervisor', () => {
    const order = (set: (csrs: CsrFile) => void) => {
      const { csrs, contexts } = hart();
      csrs.poke('vsatp', atp(8n, 0n, 1n));
      csrs.poke('hgatp', atp(8n, 0n, 4n));
      set(csrs);
      const data = (['M', 'S', 'U', 'VS', 'VU'] as const)
        .filter((mode) => contexts.of(mode, KINDS.load).bigEndian)
        .join(' ');
      const { first, second } = contexts.of('VS', KINDS.load);
      const s = contexts.of('S', KINDS.load).tablesBigEndian;
      const tables = [s && 's', first?.bigEndian && 'vs', second?.bigEndian && 'g'];
      return [data, tables.filter(Boolean).join(' ')];
    };
    expect(order((csrs) => csrs.poke('mstatus', 1n << 37n))).toEqual(['M', '']);
    expect(order((csrs) => csrs.poke('mstatus', 1n << 36n))).toEqual(['S', 's g']);
    expect(order((csrs) => csrs.poke('mstatus', 1n << 6n))).toEqual(['U', '']);
    expect(order((csrs) => csrs.poke('hstatus', 1n << 5n))).toEqual(['VS', 'vs']);
    expect(order((csrs) => csrs.poke('vsstatus', 1n << 6n))).toEqual(['VU', '']);
  });
});

describe('the domain', () => {
  it('is that of mmpt in every mode below M, its tables in the byte order of MBE', () => {
    const { csrs, contexts } = hart();
    csrs.poke('mmpt', mmpt(3n, 6n, 0x80400n));
    const { domain } = contexts.of('U', KINDS.load);
    expect(domain).toMatchObject({ isolation: 'smmpt', root: 0x80400, sdid: 6, bigEndian: false });
    expect(domain?.geometry.name).toBe('smmpt64');
    csrs.poke('mstatus', 1n << 36n);
    expect(contexts.of('VS', KINDS.load).domain?.bigEndian).toBe(false);
    csrs.poke('mstatus', 1n << 37n);
    expect(contexts.of('VS', KINDS.load).domain?.bigEndian).toBe(true);
    csrs.poke('mmpt', mmpt(0n, 6n, 0n));
    expect(contexts.of('S', KINDS.load).domain).toBe(null);
  });

  it('is that of mttp in the MTT era; v0.1 does not tag translations with it', () => {
    const tag = (revision: Platform['revision']) => {
      const { csrs, contexts } = hart({ revision });
      csrs.poke('mttp', (2n << 60n) | (5n << 54n) | 0x404n);
      csrs.poke('satp', atp(8n, 1n, 1n));
      const { domain, first } = contexts.of('S', KINDS.load);
      return [domain?.geometry.name, domain?.sdid, domain?.root, first?.tags.sdid];
    };
    expect(tag('mtt_0_1')).toEqual(['smmtt56', 5, 0x404, 0]);
    expect(tag('mtt_0_1_1')).toEqual(['smmtt56', 5, 0x404, 5]);
  });

  it('stays behind when a broken hart takes a change of PPN alone for none', () => {
    const keepsPpn = { changesDomain: (mode: boolean, sdid: boolean) => mode || sdid };
    const { csrs, contexts } = hart({}, [], keepsPpn);
    csrs.poke('mmpt', mmpt(2n, 1n, 0x100n));
    expect(contexts.of('S', KINDS.load).domain?.root).toBe(0x100);
    csrs.poke('mmpt', mmpt(2n, 1n, 0x200n));
    expect(contexts.of('S', KINDS.load).domain?.root).toBe(0x100);
    csrs.poke('satp', atp(8n, 0n, 1n));
    expect(contexts.of('S', KINDS.load).domain?.root).toBe(0x100);
  });
});

describe('operations', () => {
  const letters = (contexts: Contexts, operation: OperationName) =>
    (['M', 'S', 'U', 'VS', 'VU'] as const)
      .map((mode) => contexts.deniesOperation(mode, operation)?.cause ?? 'ok')
      .join(' ');

  it('HLV and HSV: M and HS, U with HU, a virtual instruction while V=1', () => {
    const { csrs, contexts } = hart();
    expect(letters(contexts, 'hlv')).toBe('ok ok 2 22 22');
    csrs.poke('hstatus', 1n << 9n);
    expect(letters(contexts, 'hsv')).toBe('ok ok ok 22 22');
    expect(letters(hart({}, ['H']).contexts, 'hlvx')).toBe('2 2 2 2 2');
  });

  it('cache-block instructions: menvcfg illegal, henvcfg and in VU senvcfg virtual', () => {
    const { csrs, contexts } = hart();
    expect(letters(contexts, 'cbo_inval')).toBe('ok ok ok ok ok');
    csrs.poke('senvcfg', 0n);
    expect(letters(contexts, 'cbo_zero')).toBe('ok ok 2 ok 22');
    csrs.poke('henvcfg', 0n);
    expect(letters(contexts, 'cbo_clean')).toBe('ok ok 2 22 22');
    csrs.poke('menvcfg', 0n);
    expect(letters(contexts, 'cbo_flush')).toBe('ok 2 2 2 2');
    expect(letters(contexts, 'prefetch')).toBe('ok ok ok ok ok');
  });

  it('shadow stacks: off after reset, level by level on, never in M but for SSAMOSWAP', () => {
    const { csrs, contexts } = hart();
    expect(letters(contexts, 'sspush')).toBe('2 2 2 2 2');
    csrs.poke('menvcfg', 8n);
    expect(letters(contexts, 'ssamoswap')).toBe('ok ok 2 22 22');
    expect(letters(contexts, 'sspopchk')).toBe('2 ok 2 22 22');
    expect(contexts.of('S', KINDS.load).shadowStack).toBe(true);
    expect(contexts.of('VS', KINDS.load).shadowStack).toBe(false);
    csrs.poke('henvcfg', 8n);
    csrs.poke('senvcfg', 8n);
    expect(letters(contexts, 'sspopchk')).toBe('2 ok ok ok ok');
    expect(contexts.of('VS', KINDS.load).shadowStack).toBe(true);
  });

  it('are absent with their feature', () => {
    const { contexts } = hart({}, ['Zicboz']);
    expect(contexts.deniesOperation('M', 'cbo_zero')?.because).toBe('instruction.absent');
  });
});
