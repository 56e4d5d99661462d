/** Executed instructions and programs in scenarios: what a step finds, leaves and reports. */
import { describe, expect, it } from 'vitest';
import { Machine } from '../../emulator/index.ts';
import { planOf } from '../session/session.test-support.ts';
import { runCase } from '../session/session.ts';
import { DEFAULT_VARIATION } from '../session/variation.ts';
import type { Files } from '../session/files.ts';
import { NO_FILES } from '../session/files.ts';

const machine = new Machine();

/** Status and, where there is one, the first failure or the reason. */
function run(text: string, files: Files = NO_FILES): string {
  const plan = planOf(`scenario "t"\n${text}`);
  const { status, reason, failures } = runCase(plan, machine, DEFAULT_VARIATION, files);
  const [failure] = failures;
  const why = failure === undefined ? reason : `${failure.span.line}: ${failure.message}`;
  return why === null ? status : `${status}: ${why}`;
}

const HOST = `  domain host
  region data size 4K holds 5
  grant rw on data to host
`;
const CODE = `${HOST}  region code size 4K holds p
  grant rx on code to host
  program p
`;

describe('one instruction', () => {
  it('finds the registers that the line names, and zero in the others', () => {
    expect(run(`  rdsm executes "add a0, a1, a2" with a1 = 2, a2 = 3 -> 5`)).toBe('pass');
    expect(run(`  rdsm executes "add a0, a1, a2" with a2 = 3 -> 3`)).toBe('pass');
    expect(run(`  rdsm executes "addi a0, a0, 1" with a0 = ones -> 0`)).toBe('pass');
  });

  it('leaves none of them to the next step', () => {
    const text = `  rdsm executes "li a0, 5"\n  rdsm executes "mv a1, a0" -> 0`;
    expect(run(text)).toBe('pass');
  });

  it('fails with the value that it gave', () => {
    expect(run(`  rdsm executes "li a0, 5" -> 6`)).toBe('fail: 3: the value is 5, not 6');
    const write = '  rdsm executes "csrw mscratch, a0" with a0 = 7';
    expect(run(`${write} -> 0`)).toBe('fail: 3: the step gave no value');
  });

  it('loads and stores through the access path, with the address it formed in xtval', () => {
    expect(run(`${HOST}  host executes "ld a0, 8(a1)" with a1 = data -> 5`)).toBe('pass');
    const beyond = `${HOST}  host executes "ld a0, -8(a1)" with a1 = data`;
    expect(run(`${beyond} -> load access fault because mpt.invalid`)).toBe('pass');
    expect(run(`${beyond} -> load access fault at data - 8`)).toBe('pass');
    expect(run(`${beyond} -> access fault`)).toBe('pass');
    expect(run(`${beyond} -> store access fault`)).toMatch(/^fail: .*load access fault \(5\)/);
  });

  it('keeps values that fit, and float registers apart', () => {
    expect(
      run(`  machine xlen 32\n  rdsm executes "mv a0, a1" with a1 = 0xFFFF_FFFF -> 0xFFFF_FFFF`),
    ).toBe('pass');
    const text = `  rdsm writes csr mstatus.fs with 1
  rdsm executes "fmv.x.d a0, fa1" with fa1 = 0x7FF0_0000_0000_0001 -> 0x7FF0_0000_0000_0001
  rdsm executes "fmv.x.d a0, fa1" -> 0`;
    expect(run(text)).toBe('pass');
  });

  it('writes CSRs that later steps see, and keeps those of domains apart', () => {
    expect(
      run(`  domain a
  domain b
  a executes "csrw sscratch, a0" with a0 = 7
  b executes "csrr a0, sscratch" -> 0
  a executes "csrr a0, sscratch" -> 7`),
    ).toBe('pass');
  });

  it('tells environment calls and breakpoints', () => {
    expect(run(`${HOST}  host executes "ecall" -> environment call with (cause: 9)`)).toBe('pass');
    expect(run(`  rdsm executes "ecall" -> environment call with (mcause: 11)`)).toBe('pass');
    expect(run(`  rdsm executes "ebreak" -> breakpoint exception`)).toBe('pass');
    expect(run(`  rdsm executes "ebreak" -> illegal instruction`)).toMatch(/^fail/);
  });

  it('is illegal where the machine lacks it', () => {
    const text = `  machine without Zba\n  rdsm executes "sh1add a0, a1, a2" -> illegal instruction`;
    expect(run(text)).toBe('pass');
  });

  it('leaves registers and CSRs for `with`', () => {
    const text = `  rdsm executes "csrrw a0, mscratch, a1" with a1 = 9`;
    expect(run(`${text} -> ok with (mscratch: 9, a1: 9)`)).toBe('pass');
    expect(run(`${text} -> ok with (mscratch: 8)`)).toBe('fail: 3: mscratch is 9, not 8');
  });

  it('goes where it jumps, without fetching there', () => {
    expect(run(`  rdsm executes "jalr ra, 4(a0)" with a0 = 0x1000 -> ok with (pc: 0x1004)`)).toBe(
      'pass',
    );
  });
});

describe('a program', () => {
  it('runs off its end', () => {
    expect(run(`${CODE}    loads at data -> 5\n  host runs p -> exits end`)).toBe('pass');
  });

  it('fails where a line comes out otherwise', () => {
    const text = `${CODE}    loads at data -> 5\n    loads at data -> 6\n  host runs p -> exits end`;
    expect(run(text)).toBe('fail: 10: the value is 5, not 6');
  });

  it('goes on behind a trap that nothing handles', () => {
    const text = `${CODE}    stores 1 at data.end -> store access fault
    loads at data -> 5
  host runs p -> exits end`;
    expect(run(text)).toBe('pass');
  });

  it('may not be fetched where the domain may not execute', () => {
    const text = `${CODE}    loads at data -> 5
  grant r on code to host
  host runs p -> exits end`;
    expect(run(text)).toMatch(/^fail: 9: the machine raised fetch access fault/);
  });

  it('jumps and sees the fetch only', () => {
    const text = `${CODE}    fetches at data -> fetch access fault
    fetches at code -> ok
  host runs p -> exits end`;
    expect(run(text)).toBe('pass');
  });

  it('is running when it does not end, and its hart takes no steps', () => {
    const spin = `${CODE}    executes "j ."\n  host runs p -> running\n`;
    expect(run(spin)).toBe('pass');
    expect(run(`${spin}  host continues -> running`)).toBe('pass');
    expect(run(`${spin}  host loads at data -> 5`)).toMatch(/^error: .*hart 0 runs a program/);
    expect(run(`${spin}  host continues -> exits end`)).toMatch(/^fail: .*still running/);
  });

  it('says where it stands and what it took last, when its own handler faults for ever', () => {
    const text = `${CODE}    executes "csrw mtvec, a0" with a0 = 0x9000_0000
    loads at 0x9999_0000 -> ok
  rdsm runs p at code -> exits end`;
    const where =
      / is still running after 100000 instructions, at 0x9000_0000; the last of its \d+ traps: /;
    const last = 'fetch access fault (1) at pc 0x9000_0000, tval 0x9000_0000, taken in M';
    const own = run(text);
    expect(own).toMatch(where);
    expect(own).toContain(last);
    const delegated = run(
      text
        .replace('  rdsm runs p at code', '  rdsm writes csr medeleg with 0xb1ff\n  host runs p')
        .replace('mtvec', 'stvec'),
    );
    expect(delegated).toMatch(where);
    expect(delegated).toContain(last.replace('taken in M', 'taken in HS'));
  });

  it('ends at the fault where the vector of the mode that takes it was never set', () => {
    const text = `${CODE}    loads at 0x9999_0000 -> ok
  rdsm writes csr medeleg with 0xb1ff
  host runs p -> exits end`;
    expect(run(text)).toMatch(/^fail: 9: the machine raised load access fault \(5\)/);
  });

  it('says that nothing can wake it, and speaks of no trap where there was none', () => {
    expect(run(`${CODE}    executes "j ."\n  host runs p -> exits end`)).toMatch(
      /still running after 100000 instructions, at 0x[0-9a-f_]+$/,
    );
    expect(run(`${CODE}    executes "wfi; j ."\n  host runs p -> exits end`)).toMatch(
      /still running after \d instructions?, at 0x[0-9a-f_]+, where nothing can wake it$/,
    );
  });

  it('runs beside that of another hart', () => {
    const text = `  machine harts 2
${HOST}  region flag size 4K holds 0
  grant rw on flag to host
  region code size 4K holds waiter
  region more size 4K holds setter
  grant rx on code to host
  grant rx on more to host
  actor host1 is host on hart 1
  program waiter
    executes "lr.d a0, (a1)" with a1 = flag
    executes "1: ld a0, 0(a1); beqz a0, 1b" with a1 = flag
  program setter
    stores 1 at flag
  host1 runs waiter -> running
  host runs setter -> exits end
  host1 continues -> exits end`;
    expect(run(text)).toBe('pass');
  });

  it('comes from a file, and ends in the fault that nothing handles', () => {
    const files: Files = (path) =>
      path === 'p.s'
        ? new TextEncoder().encode('  li a0, 3\nloop: addi a0, a0, -1\n  bnez a0, loop\n  ecall\n')
        : 'there is no such file';
    const text = (name: string) => `${HOST}  region code size 4K holds p
  grant rx on code to host
  program p from "${name}"
  host runs p`;
    expect(run(`${text('p.s')} -> environment call`, files)).toBe('pass');
    expect(run(`${text('q.s')} -> environment call`, files)).toMatch(/^error: .*no such file/);
  });

  it('may be an image, entered where the file says', () => {
    // addi a0, zero, 3; ecall
    const raw = Uint8Array.from([0x13, 0x05, 0x30, 0x00, 0x73, 0x00, 0x00, 0x00]);
    const text = `  domain host
  region home size 4K
  image k from "k.bin" to home
  grant rx on home to host
  host runs k -> environment call with (a0: 3, mepc: home + 4)
  host runs k -> exits end`;
    const files: Files = () => raw;
    expect(run(text, files)).toMatch(/^fail: 8: the machine raised environment call from S/);
  });

  it('that does not fit into its region is an error', () => {
    const text = `  region code size 8 holds p\n  program p\n    loads at 0x8000_0000 -> ok\n  rdsm runs p -> exits end`;
    expect(run(text)).toMatch(/^error: .*program p takes \d+ bytes, but region code has 8/);
  });
});
