/** Explanations: what was built, the references of one line as a tree, and the map. */
import { describe, expect, it } from 'vitest';
import { Machine } from '../../emulator/index.ts';
import { decodeEntry } from './decode-entry.ts';
import { explainCase } from './explain.ts';
import { noStep } from './no-step.ts';
import { planOf } from '../session/session.test-support.ts';
import { DEFAULT_VARIATION } from '../session/variation.ts';

const TEXT = `scenario "t"
  machine mpt smmpt43
  domain host sdid 1
  domain vault sdid 2
  region pt at 0x8100_0000 size 64K
  region key at 0x8110_0000 size 8K holds 7
  grant rw on pt to host using 4K leaves
  grant rw on key to vault using 4K leaves
  space os is s sv39 in host with tables in pt
  map os 0x40_0000 to key size 8K rw
  actor kernel is host in S using os
  kernel loads at va 0x40_0000 -> load access fault
  vault loads at key -> 7`;

function explain(line: number | null, map = false, text = TEXT): readonly string[] {
  return explainCase(planOf(text), new Machine(), DEFAULT_VARIATION, { line, map }).lines;
}

describe('explain', () => {
  it('names the machine and what was built', () => {
    const lines = explain(13);
    expect(lines[0]).toBe(
      'machine xlen 64, revision smmpt_0_9, model tsm_peer, mpt smmpt43, caching none',
    );
    expect(lines).toContain('  vault sdid 2 root 0x8f00_1000 register 0x1020_0000_0008_f001');
    expect(lines.some((line) => line.startsWith('  os s in host id 0 root 0x8100_0000'))).toBe(
      true,
    );
  });

  it('shows each entry read, with the walks on its behalf below it, up to the denial', () => {
    const lines = explain(13);
    const start = lines.findIndex((line) => line.startsWith('line 13:'));
    expect(lines[start]).toBe(
      'line 13: expected load access fault, got load access fault at 0x40_0000 because mpt.invalid',
    );
    const tree = lines.slice(start + 1).map((line) => line.replace(/ 0x.*?( {2}(?=\S)|$)/, ' '));
    const place = (line: string) => /^ *\S+ L\d/.exec(line)?.[0] ?? '';
    expect(tree.map(place).filter((line) => line !== '')).toEqual([
      '  s L2',
      '    mpt L2',
      '    mpt L1',
      '    mpt L0',
      '  s L1',
      '    mpt L2',
      '    mpt L1',
      '    mpt L0',
      '  s L0',
      '    mpt L2',
      '    mpt L1',
      '    mpt L0',
      '  mpt L2',
      '  mpt L1',
      '  mpt L0',
    ]);
    expect(tree.some((line) => line.includes('DENY mpt.invalid'))).toBe(true);
  });

  it('disassembles an executed instruction and names what it read and wrote', () => {
    const text = `scenario "t"
  domain host
  region data at 0x8110_0000 size 4K holds 5
  grant rw on data to host
  host executes "c.ld a0, 8(a1)" with a1 = data -> 5`;
    const lines = explain(6, false, text);
    const start = lines.indexOf('line 6: expected 5, got ok (0x5)');
    // c.ld a0, 8(a1): quadrant 0, funct3 011, uimm 8, rs1' 011, rd' 010.
    expect(lines.slice(start + 1, start + 5)).toEqual([
      '  0x6588  c.ld a0,8(a1)',
      '  short for ld',
      '  reads a1 = 0x8110_0000',
      '  writes a0 = 0x5',
    ]);
    expect(lines.some((line) => line.startsWith('  mpt L0'))).toBe(true);
  });

  it('names the CSR that an instruction read and wrote, and no value where there is none', () => {
    const text = `scenario "t"
  rdsm executes "csrw mscratch, a0" with a0 = 7 -> ok
  rdsm executes "csrr a1, mscratch" -> 7`;
    const written = explain(3, false, text);
    expect(written.slice(written.indexOf('line 3: expected ok, got ok') + 1)).toEqual([
      '  0x34051073  csrrw zero,mscratch,a0',
      '  reads a0 = 0x7',
      '  writes mscratch = 0x7',
    ]);
    const read = explain(4, false, text);
    expect(read.slice(read.indexOf('line 4: expected 7, got ok (0x7)') + 1)).toEqual([
      '  0x340025f3  csrrs a1,mscratch,zero',
      '  reads mscratch = 0x7',
      '  writes a1 = 0x7',
    ]);
  });

  it('shows what a line of a program became, and what was read for it alone', () => {
    const text = `scenario "t"
  domain host
  region data at 0x8110_0000 size 4K holds 5
  region code at 0x8120_0000 size 4K holds p
  grant rw on data to host
  grant rx on code to host
  program p
    executes "nop"
    loads at data -> 6
  host runs p -> exits end`;
    const lines = explain(10, false, text);
    const start = lines.findIndex((line) => line.startsWith('line 10 of program p'));
    expect(lines[start]).toBe('line 10 of program p, which line 11 runs: expected 6, got ok (0x5)');
    expect(lines[start + 1]).toBe('  the value is 5, not 6');
    const code = lines.filter((line) => line.startsWith('  0x8120_'));
    // The nop before it is not its own.
    expect(code[0]).toMatch(/^ {2}0x8120_0004 /);
    expect(code.at(-1)).toMatch(/ld t5,0\(t6\)$/);
    // Three levels for each fetch, three for the load.
    const read = lines.filter((line) => line.startsWith('  mpt L')).length;
    expect(read).toBe(3 * (code.length + 1));
  });

  it('takes the last step where no line is named', () => {
    expect(explain(null)).toContain('line 14: expected 7, got ok (0x7)');
  });

  it('has nothing to say of lines that only build, unless the map is wanted', () => {
    const says = (line: number, map: boolean) =>
      explainCase(planOf(TEXT), new Machine(), DEFAULT_VARIATION, { line, map }).says;
    expect([3, 8, 13].map((line) => says(line, false))).toEqual([false, false, true]);
    expect([3, 8, 13].map((line) => says(line, true))).toEqual([false, true, true]);
  });

  it.each([
    [2, "'scenario' neither builds nor accesses anything by itself", [13]],
    [3, "'machine' neither builds nor accesses anything by itself", [13]],
    [8, "'grant' builds, and nothing is accessed", [13]],
    [15, 'it belongs to the step above it', [13, 14]],
    [16, 'it empties caches that hold nothing here: see --caching retain', [13, 14]],
    [17, 'it is blank', [13, 14]],
    [18, 'it is a comment', [13, 14]],
  ])('names line %s, which is no step, and the steps near it', (line, what, near) => {
    const text = `sdt 1\n${TEXT}\n    when xlen is 32 -> ok\n  fence all\n\n  # of the end`;
    const { message, advice } = noStep(planOf(TEXT), text, line);
    expect(message).toBe(`line ${line} is no step: ${what}`);
    for (const step of near) expect(advice).toContain(`${step}: `);
  });

  it('says where a case ends before its line', () => {
    const lines = explain(14, false, TEXT.replace('-> load access fault', '-> ok'));
    expect(lines.at(-1)).toBe('the case ends before line 14, as line 13 fails');
  });

  it('maps regions to what each domain may do there', () => {
    const lines = explain(14, true);
    const key = lines.findIndex((line) => line.startsWith('  key '));
    expect(lines.slice(key, key + 3)).toEqual([
      '  key 0x8110_0000..0x8110_1fff size 8K',
      '    host invalid',
      '    vault rw',
    ]);
    expect(lines).toContain('    host rw');
  });

  it('says why a case cannot run', () => {
    expect(explain(null, false, TEXT.replace('smmpt43', 'smmpt43\n  requires Smsdia'))[0]).toMatch(
      /^skip: not modelled yet: Smsdia/,
    );
  });
});

describe('an entry in words', () => {
  it('of a protection table names its tuples', () => {
    // V, L, tuple 0 = RW, tuple 15 = X: bits 10:8 and 55:53.
    const entry = 3n | (3n << 8n) | (4n << 53n);
    expect(decodeEntry('mpt', 0, entry, 64)).toBe('leaf xwr 0 rw, 1-14 none, 15 x');
    expect(decodeEntry('mpt', 1, 1n | (0x8_0401n << 10n), 64)).toBe('pointer to 0x8040_1000');
    expect(decodeEntry('mpt', 0, 0x4307n, 64)).toBe('napot leaf g 4 xwr rw');
    expect(decodeEntry('mpt', 0, 2n, 64)).toBe('invalid');
  });

  it('of the MTT era names its type', () => {
    expect(decodeEntry('mtt', 2, 0x2000_0000_0000n, 64)).toBe('1G rw');
    expect(decodeEntry('mtt', 2, 0x4000_0008_0401n, 64)).toBe('L1 table at 0x8040_1000');
    expect(decodeEntry('mtt', 2, 0x6000_0000_0080n, 64)).toBe(
      '2M pages perm 0-2 none, 3 rw, 4-15 none',
    );
    expect(decodeEntry('mtt', 1, 0x20_0000_0000n, 64)).toBe('perm 0-8 none, 9 rw, 10-15 none');
  });

  it('of a page table names its flags and page', () => {
    expect(decodeEntry('s', 0, (0x8_0000n << 10n) | 0xcfn, 64)).toBe(
      'leaf rwx--ad page 0x8000_0000',
    );
    expect(decodeEntry('g', 2, (0x8_0000n << 10n) | 1n, 64)).toBe('pointer to 0x8000_0000');
  });
});
