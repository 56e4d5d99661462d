/** Cases with firmware on the real machine: who boots, what calls give, and what is said of programs in TVMs. */
import { describe, expect, it } from 'vitest';
import { Machine } from '../../emulator/index.ts';
import { explainCase } from '../explain/explain.ts';
import { FakeBackEnd, planOf } from '../session/session.test-support.ts';
import { runCase } from '../session/session.ts';
import { DEFAULT_VARIATION } from '../session/variation.ts';

const machine = new Machine();

/** Status and, where there is one, the first failure with its line, or the reason. */
function run(lines: string, plan = planOf(`scenario "t"\n${lines}`)): string {
  const { status, reason, failures } = runCase(plan, machine, DEFAULT_VARIATION);
  const [failure] = failures;
  const why = failure === undefined ? reason : `${failure.span.line}: ${failure.message}`;
  return why === null ? status : `${status}: ${why}`;
}

/** Lines 3 to 12. */
const HOST = `  requires H
  machine ram at 0x8000_0000 size 512M, harts 2
  domain host sdid 0
  domain tsm sdid 1
  region pool at 0x9000_0000 size 4M
  region image at 0x8800_0000 size 8K holds boot
  grant rwx on pool to host
  grant rw on image to host
  actor host1 is host on hart 1
`;
/** Three lines of a program, the second of which waits for the host: lines 13 to 15. */
const WAITING = `  program boot
    executes "li t5, 5"                            -> 5
    loads 8 bytes at 0x8030_0000                   -> 0
    executes "li t5, 6"                            -> 6
`;
const TVM = `  tvm guest from image entry 0x8020_0000\n`;

describe('firmware', () => {
  it('boots for a case that calls it, and only there', () => {
    const needsHost =
      '  domain a\n  actor s is a in S\n  s calls sbi.get_spec_version() -> success';
    expect(run(needsHost)).toMatch(/^error: .*declare 'domain host'/);
    expect(run(`${HOST}${WAITING}  host calls sbi.get_spec_version() -> success`)).toBe('pass');
    expect(run('  domain a\n  region r size 4K\n  a loads at r -> load access fault')).toBe('pass');
  });

  it('is skipped by a back end that has none', () => {
    const plan = planOf(`scenario "t"\n${HOST}${WAITING}  host calls sbi.get_spec_version()`);
    const backEnd = new FakeBackEnd({ execution: true });
    const { status, reason } = runCase(plan, backEnd, DEFAULT_VARIATION);
    expect([status, reason]).toEqual(['skip', 'fake runs no firmware']);
  });

  it('has a host of SDID 0', () => {
    const text = HOST.replace('host sdid 0', 'host sdid 5');
    expect(run(`${text}${WAITING}  host calls sbi.get_spec_version()`)).toMatch(
      /error: .*the host has SDID 0, not 5/,
    );
  });

  it('gives results that are compared by error and value', () => {
    const ask = `${HOST}${WAITING}  host calls `;
    expect(run(`${ask}covh.get_tsm_info() -> success 48`)).toBe('pass');
    expect(run(`${ask}covh.get_tsm_info() -> success 47`)).toBe(
      'fail: 16: the call returned the value 0x30, not 0x2f',
    );
    expect(run(`${ask}covh.get_tsm_info() -> error denied`)).toBe(
      'fail: 16: the call succeeded: success 0x30',
    );
    expect(run(`${ask}covh.destroy_tvm(tvm_guest_id: 9) -> success`)).toBe(
      "fail: 16: the call returned error invalid_param, not success; check 'tvm': there is no such TVM",
    );
  });

  it('is explained: traps, registers, world switches, calls by name', () => {
    const plan = planOf(
      `scenario "t"\n${HOST}${WAITING}  host calls covh.convert_pages(base_page_address: pool, num_pages: 1)`,
    );
    const options = { line: 16, map: false };
    const { lines } = explainCase(plan, machine, DEFAULT_VARIATION, options);
    const text = lines.join('\n');
    expect(text).toContain('trap: cause 9 (instruction.environment)');
    expect(text).toContain('rdsm: world switch from domain 0 to 1');
    expect(text).toContain('rdsm.sd_assign_mem');
    expect(text).toContain('1 pages at pool to SDID 1');
  });
});

describe('a TVM that a line builds', () => {
  it('runs its program, whose lines are judged where they stand', () => {
    const loop = '  host runs guest supplying zero_pages from pool -> exits end';
    expect(run(`${HOST}${WAITING}${TVM}${loop}`)).toBe('pass');
    const wrong = WAITING.replace('-> 6', '-> 7');
    expect(run(`${HOST}${wrong}${TVM}${loop}`)).toBe('fail: 15: the value is 6, not 7');
    const denied = WAITING.replace('-> 0', '-> load access fault');
    expect(run(`${HOST}${denied}${TVM}${loop}`)).toBe('fail: 14: the access went through');
  });

  it('sees the traps that it takes, or that are delivered to it, as the outcome of a line', () => {
    // An illegal instruction is the TVM's own affair, whoever hands it over.
    const text = `  program boot
    executes "csrr t5, mstatus"                    -> illegal instruction
    executes "li t5, 6"                            -> 6
`;
    const loop = '  host runs guest -> exits end';
    expect(run(`${HOST}${text}${TVM}${loop}`)).toBe('pass');
    expect(run(`${HOST}${text.replace('illegal instruction', 'ok')}${TVM}${loop}`)).toBe(
      'fail: 13: the machine raised illegal instruction (2)',
    );
  });

  it('fails where a program was started and left midway, unless somebody says so', () => {
    const left = `${HOST}${WAITING}${TVM}  host runs guest -> exits load guest page fault`;
    expect(run(left)).toBe('fail: 14: program boot never came past line 14 in vCPU 0 of guest');
    expect(run(`${left}\n  host calls covh.destroy_tvm(tvm_guest_id: guest)`)).toBe('pass');
  });

  it('names the call that failed', () => {
    const text = HOST.replace('grant rw on image to host', 'grant none on image to host');
    expect(run(`${text}${WAITING}${TVM}  host loads at pool`)).toMatch(
      /^error: test.sdt:16:3: covh.add_tvm_measured_pages\(tvm_guest_id: .*\) gave error invalid_address/,
    );
    const small = HOST.replace('size 4M', 'size 64K');
    expect(run(`${small}${WAITING}${TVM}  host loads at pool`)).toMatch(
      /error: .*region pool does not have the \d+ pages that guest needs/,
    );
  });

  it('reads an exit in the page that a line has registered, and knows no address without one', () => {
    const register = (at: string) =>
      `  host calls nacl.set_shmem(shmem_phys_lo: ${at}, shmem_phys_hi: ${at === 'ones' ? at : '0'})\n`;
    const exit =
      '  host calls covh.run_tvm_vcpu() -> exits load guest page fault at gpa 0x8030_0000\n';
    const end = '  host calls covh.destroy_tvm()\n';
    const page = '  region mine size 16K\n  grant rw on mine to host\n';
    const head = `${HOST}${page}${WAITING}${TVM}`;
    expect(run(`${head}${register('mine')}${exit}${end}`)).toBe('pass');
    expect(run(`${head}${register('ones')}${exit}${end}`)).toMatch(/shares no page with the TSM/);
  });

  it('leaves its hart to nobody else while it runs', () => {
    const spinning = WAITING.replace(
      'executes "li t5, 6"                            -> 6',
      'executes "j ."',
    );
    const loop = '  host1 runs guest supplying zero_pages from pool -> running\n';
    expect(run(`${HOST}${spinning}${TVM}${loop}  host loads at pool + 2M`)).toBe('pass');
    expect(run(`${HOST}${spinning}${TVM}${loop}  host1 loads at pool`)).toMatch(
      /^error: .*hart 1 is inside a call: only 'continues' can follow there/,
    );
    expect(run(`${HOST}${spinning}${TVM}${loop}  host1 continues -> running`)).toBe('pass');
    expect(run(`${HOST}${WAITING}${TVM}  host continues -> running`)).toMatch(
      /^error: .*no program runs on hart 0/,
    );
  });
});
