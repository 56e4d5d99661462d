import { describe, expect, it } from 'vitest';
import { compile } from '../compile/document.ts';
import { VOCABULARY } from '../../runtime/vocabulary/vocabulary.ts';

/** `line:col-end message` of every diagnostic of a scenario with these lines. */
function found(...lines: string[]): string[] {
  const source = { path: 'a.sdt', text: ['sdt 1', 'scenario "s"', ...lines].join('\n') + '\n' };
  return compile(source, () => source, VOCABULARY).diagnostics.map(
    ({ code, span, message }) => `${code} ${span.line}:${span.col}-${span.end} ${message}`,
  );
}

describe('the assembly text of executes', () => {
  it('is accepted where it assembles', () => {
    expect(found('  rdsm executes "csrw mmpt, a0" with a0 = 1')).toEqual([]);
    const several = found('  program p', '    executes "ld a0, 8(sp); mfence.pa a0, zero"');
    expect(several.filter((finding) => finding.startsWith('SDT241'))).toEqual([]);
  });

  it('is one instruction in a step', () => {
    const message = 'a step executes one instruction, and this is not one: a program holds several';
    expect(found('  rdsm executes "nop; nop"')).toEqual([`SDT241 3:18-26 ${message}`]);
    expect(found('  rdsm executes "li a0, 0x12345678"')).toEqual([`SDT241 3:18-35 ${message}`]);
  });

  it('is marked at the mistake inside the string', () => {
    expect(found('  rdsm executes "addi a0, a8, 1"')).toEqual([
      "SDT241 3:27-29 'a8' is not an integer register (did you mean 'a0'?)",
    ]);
  });

  it('is marked as a whole where it is filled in', () => {
    expect(found('  each reg in a0, a8', '  rdsm executes "mv <reg>, zero"')).toEqual([
      "SDT241 4:17-33 'a8' is not an integer register (did you mean 'a0'?)",
    ]);
  });

  it('is read at the XLEN of the machine', () => {
    expect(found('  machine xlen 32', '  rdsm executes "ld a0, 8(sp)"')).toEqual([
      "SDT241 4:18-20 'ld' is an instruction of RV64",
    ]);
  });
});
