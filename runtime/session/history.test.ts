/** A failure that rests on cached entries says so: which line filled them, what changed since, why the fences left them. */
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../emulator/faults/index.ts';
import { Machine } from '../../emulator/index.ts';
import { explainCase } from '../explain/explain.ts';
import { planOf } from './session.test-support.ts';
import { runCase } from './session.ts';
import { DEFAULT_VARIATION, type Variation } from './variation.ts';
import { walkLines } from '../explain/walk-text.ts';

const RETAIN: Variation = { ...DEFAULT_VARIATION, caching: 'retain' };

/** The walk of the one failure. Line 1 of the file is `sdt 1`, line 2 the scenario. */
function walkOf(text: string, variation = RETAIN): string {
  const { status, failures, reason } = runCase(
    planOf(`scenario "t"\n${text}`),
    new Machine(FAULTS),
    variation,
  );
  expect([status, reason]).toEqual(['fail', null]);
  return walkLines(failures[0]?.walk ?? []).join('\n');
}

/** Lines 3 to 9: filled by line 8, changed by line 9. */
const STALE = `  machine mpt smmpt43, harts 2
  domain a sdid 1
  region p at 0x8110_0000 size 128K
  actor a1 is a on hart 1
  grant rw on p to a using 4K leaves
  a loads at p
  revoke p from a unfenced`;

const DENIED = 'a loads at p -> load access fault';

describe('a failure that rests on a cached entry of a protection table', () => {
  it.each([
    ['no fence since', 'flush walk'],
    ['the fence of line 10 was for SDID 2', 'rdsm fences mpt of 2'],
    ['the fence of line 10 was for 0x8111_0000', 'rdsm fences mpt of 1 for p + 64K'],
    ['the fence of line 10 (sfence.vma) leaves mpt entries alone', 'rdsm fences vma'],
    [
      'the fence of line 10 (minval.pa) was not completed by sfence.w.inval, sfence.inval.ir',
      'rdsm fences minval_pa of 1',
    ],
  ])('says %s', (why, fence) => {
    expect(walkOf(`${STALE}\n  ${fence}\n  ${DENIED}`)).toBe(
      `mpt L0 (cached by line 8; the table changed at line 9; ${why})`,
    );
  });

  it('names the hart that the fence ran on', () => {
    const text = STALE.replace('a loads at p', 'a1 loads at p');
    expect(walkOf(`${text}\n  rdsm fences mpt\n  a1 loads at p -> load access fault`)).toContain(
      '; the fence of line 10 ran on hart 0)',
    );
  });

  it('names every fence since the change, and none before it', () => {
    const text = STALE.replace('  revoke', '  rdsm fences vma\n  revoke');
    expect(
      walkOf(`${text}\n  rdsm fences mpt of 2\n  rdsm fences mpt of 3\n  ${DENIED}`),
    ).toContain(
      'changed at line 10; the fence of line 11 was for SDID 2; the fence of line 12 was for SDID 3)',
    );
  });

  it('accuses the machine where the fence covers the entry', () => {
    const broken = { ...RETAIN, faults: ['fence.mfence-does-nothing'] };
    expect(walkOf(`${STALE}\n  rdsm fences mpt of 1 for p\n  ${DENIED}`, broken)).toContain(
      'the fence of line 10 covers it, and the machine kept it',
    );
  });

  it('names a write of the register that replaced the table', () => {
    const write = (domain: string) =>
      `rdsm writes csr mmpt with mmpt(mode: 1, sdid: 5, ppn: ${domain}.root / 4K)`;
    const text = `  machine mpt smmpt43
  domain a sdid 1
  domain b sdid 2
  region p size 4K
  actor probe in S
  grant rw on p to a
  ${write('a')}
  probe loads at p
  ${write('b')}
  probe loads at p -> load access fault`;
    expect(walkOf(text)).toMatch(/\(cached by line 10; line 11 wrote mmpt; no fence since\)$/);
  });

  it('names the line that wrote behind everybody', () => {
    const text = STALE.replace('revoke p from a unfenced', 'poke a.mpte(p) with 0');
    expect(walkOf(`${text}\n  ${DENIED}`)).toContain(
      'the table changed at line 9; no fence since) (written by line 9)',
    );
  });
});

describe('a failure that rests on a cached entry of a page table', () => {
  const text = (fence: string) => `  machine mpt smmpt43
  domain a sdid 1
  region pt size 64K
  region p size 4K
  grant rw on pt to a
  grant rw on p to a
  space os is s sv39 in a with tables in pt id 3
  map os 0x40_0000 to p size 4K rw
  actor k is a in S using os
  k loads at va 0x40_0000
  unmap os 0x40_0000 size 4K unfenced
  ${fence}
  k loads at va 0x40_0000 -> load page fault`;

  it.each([
    ['the fence of line 14 was for ASID 4', 'k fences vma of 4'],
    ['the fence of line 14 was for 0x40_1000', 'k fences vma for 0x40_1000'],
    ['the fence of line 14 (mfence.pa) leaves s entries alone', 'rdsm fences mpt'],
  ])('says %s', (why, fence) => {
    expect(walkOf(text(fence))).toMatch(
      `(cached by line 12; the table changed at line 13; ${why})`,
    );
  });
});

describe('an entry from the cache', () => {
  it('that its table still holds is only marked', () => {
    expect(walkOf(`${STALE.replace(/\n.*revoke.*/, '')}\n  a loads at p -> load page fault`)).toBe(
      'mpt L0 (cached)',
    );
  });
});

describe('an entry written by hand', () => {
  const text = (line: string) => `  machine mpt smmpt43
  domain a sdid 1
  region p size 4K
  grant rw on p to a using 4K leaves
  ${line}
  a loads at p -> load page fault`;

  it('says so, as it overrides what the other lines built', () => {
    expect(walkOf(text('entry of a for p invalid'))).toMatch(
      /^mpt L2 L1 L0 \(written by line 7\) DENY .* \(mpt\.invalid\)$/,
    );
    expect(walkOf(text('poke a.mpte(p) with 0'))).toContain(' L0 (written by line 7) DENY ');
  });

  it('is one of the table again when another line has built it', () => {
    const lines = 'entry of a for p invalid\n  grant rw on p to a using 4K leaves';
    expect(walkOf(text(lines), DEFAULT_VARIATION)).toBe('mpt L2 L1 L0');
  });
});

describe('a failure that rests on a PMP verdict that was kept', () => {
  // Entry 0 covers the page with rw; line 9 takes its permissions away by hand, and no fence follows.
  const PMP = `  machine mpt smmpt43, harts 2
  domain a sdid 1
  region p at 0x8110_0000 size 4K
  grant rw on p to a using 4K leaves
  pmp 0 rw on p
  a loads at p
  rdsm writes csr pmpcfg0 with 0x18`;
  const KEPT = 'pmp 0x8110_0000 rw (cached by line 8; PMP changed at line 9';

  it('says which line asked first, which changed PMP, and that no fence followed', () => {
    expect(walkOf(`${PMP}\n  ${DENIED}`)).toMatch(
      new RegExp(`${escaped(KEPT)}; no fence since\\)$`),
    );
  });

  it.each([
    ['rdsm fences mpt', 'the fence of line 10 (mfence.pa) leaves PMP verdicts alone'],
    [
      'rdsm fences vma for p',
      'the fence of line 10 was for less than everything, which leaves PMP verdicts',
    ],
    [
      'rdsm fences gvma of 1',
      'the fence of line 10 was for less than everything, which leaves PMP verdicts',
    ],
  ])('%s does not end it', (fence, why) => {
    expect(walkOf(`${PMP}\n  ${fence}\n  ${DENIED}`)).toContain(`${KEPT}; ${why})`);
  });

  it('says nothing where the verdict is that of the registers', () => {
    const loads = 'a loads at p -> store access fault';
    expect(walkOf(`${PMP}\n  rdsm fences vma\n  ${loads}`)).not.toContain('pmp');
    expect(walkOf(`${PMP}\n  ${loads}`, DEFAULT_VARIATION)).not.toContain('pmp');
  });

  it('is told of a page of page tables too', () => {
    const text = `  machine mpt smmpt43
  domain a sdid 1
  region pt at 0x8120_0000 size 64K
  region p at 0x8110_0000 size 8K
  grant rw on p to a
  grant rw on pt to a
  space os is s sv39 in a with tables in pt
  map os 0x40_0000 to p size 8K rw
  actor k is a in S using os
  pmp 0 rw on pt
  k loads at 0x40_0000
  rdsm writes csr pmpcfg0 with 0x18
  k loads at 0x40_1000 -> load access fault`;
    expect(walkOf(text)).toMatch(/pmp 0x8120_\w+ rw \(cached by line 13; PMP changed at line 14/);
  });

  it('is listed by explain of the access, and of the fence that ends it', () => {
    const explain = (line: string) =>
      explainCase(planOf(`scenario "t"\n${PMP}\n  ${line}`), new Machine(), RETAIN, {
        line: 10,
        map: false,
      }).lines;
    expect(explain(DENIED)).toContain(`  ${KEPT}; no fence since)`);
    expect(explain('fence all')).toContain(
      '  hart 0: 1 of 1 PMP verdicts dropped that are no longer those of the registers',
    );
    expect(explain('fence mpt')).toContain(
      '  hart 0: 0 of 1 PMP verdicts dropped that are no longer those of the registers',
    );
  });
});

function escaped(text: string): string {
  return text.replace(/[()]/g, '\\$&');
}

describe('explain of a line that fences', () => {
  it('lists what was dropped and what was kept, and why', () => {
    const explain = (fence: string) =>
      explainCase(planOf(`scenario "t"\n${STALE}\n  ${fence}`), new Machine(), RETAIN, {
        line: 10,
        map: false,
      }).lines;
    expect(explain('rdsm fences mpt of 2').slice(-4)).toEqual([
      '  hart 0: 0 of 3 cached table entries dropped',
      '    kept mpt L2 for 0x0 size 16G, SDID 1',
      '    kept mpt L1 for 0x8000_0000 size 32M, SDID 1',
      '    kept mpt L0 for 0x8110_0000 size 64K, SDID 1 (cached by line 8; the table changed at line 9; the fence of line 10 was for SDID 2)',
    ]);
    expect(explain('fence mpt of a for p').slice(-5)).toEqual([
      'line 10:',
      '  hart 0: 1 of 3 cached table entries dropped',
      '    dropped mpt L0 for 0x8110_0000 size 64K, SDID 1',
      '    kept mpt L2 for 0x0 size 16G, SDID 1',
      '    kept mpt L1 for 0x8000_0000 size 32M, SDID 1',
    ]);
  });
});
