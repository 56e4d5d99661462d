import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ByteTerminal } from '../exec/terminal.ts';
import { Keyboard } from './keyboard.ts';
import { Bench } from './program.test-support.ts';

/** Prints what is typed until a `q`, then passes. */
const ECHO = `
  li s0, 0x10000000
  1: lbu t0, 5(s0)
  andi t0, t0, 1
  beqz t0, 1b
  lbu a0, 0(s0)
  li t1, 113
  beq a0, t1, 2f
  sb a0, 0(s0)
  j 1b
  2: li t0, 0x100000
  li t1, 0x5555
  sw t1, 0(t0)
`;
const LOOP = 'loop: j loop';

const bench = new Bench({
  'echo.s': ECHO,
  'loop.s': LOOP,
  'raw.bin': new Uint8Array([0x6f, 0, 0, 0]),
});
afterAll(() => bench.remove());
const small = ['--ram', '8M'];

describe('sdt exec', () => {
  it('gives standard input to the UART and its output to standard output, byte by byte', async () => {
    bench.stdin = 'hi \u00e9q';
    const { code, out, err } = await bench.sdt('exec', 'echo.s', ...small);
    expect([code, err]).toEqual([0, '']);
    expect(Buffer.from(out, 'latin1').toString('utf8')).toBe('hi \u00e9');
  });

  it('writes what the UART prints into a file, and a trace into another', async () => {
    bench.stdin = 'abcq';
    const files = ['--uart', 'uart.txt', '--trace', 'trace.log'];
    const { code, out } = await bench.sdt('exec', 'echo.s', ...small, ...files);
    expect([code, out]).toEqual([0, '']);
    const text = (name: string) => readFileSync(join(bench.folder, name), 'utf8');
    expect(text('uart.txt')).toBe('abc');
    expect(text('trace.log')).toMatch(/^core {3}0: 3 0x0000000080000000 /);
    expect(text('trace.log')).toMatch(/ mem 0x0000000010000000 0x61\n/);
    expect(text('trace.log').endsWith(' mem 0x0000000000100000 0x00005555\n')).toBe(true);
  });

  it('ends by its budget with status 3 and the place', async () => {
    const { code, err } = await bench.sdt('exec', 'loop.s', '--max-steps', '10_000', ...small);
    expect(code).toBe(3);
    expect(err).toContain('sdt: the step budget of 10000 is used up\n');
    expect(err).toContain('sdt: hart 0 at 0x80000000 (loop) in M: jal zero,0x80000000\n');
  });

  it('takes raw bytes for an address, on several harts', async () => {
    const words = ['--at', '0x8000_1000', '--harts', '2', '--max-steps', '100'];
    const { code, err } = await bench.sdt('exec', 'raw.bin', ...small, ...words);
    expect(code).toBe(3);
    expect(err).toContain('hart 1 at 0x80001000 in M: jal zero,0x80001000');
  });

  it.each([
    [['nothing.elf'], 'cannot read nothing.elf: there is no such file'],
    [['.'], 'cannot read .: it is a folder'],
    [['pipe'], 'cannot read pipe: it is not a regular file'],
    [['loop.s', '--trace', 'pipe'], '--trace: cannot write'],
    [['loop.s', '--trace', '/nowhere/at/all'], 'there is no such file'],
    [['loop.s', '--dtb', 'echo.s'], 'echo.s is no device tree blob'],
    [['loop.s', '--payload', 'nothing'], 'cannot read nothing'],
    [['loop.s', '--isa', 'rv64gcq'], '--isa: '],
    [['loop.s', '--isa', 'rv128i'], "begins with 'rv32' or 'rv64'"],
    [['loop.s', '--ram', '3G'], '--ram must be from 4M to 2G'],
    [['loop.s', '--ram', '8M@0x1000_0000'], 'RAM covers the uart'],
    [['loop.s', '--harts', '0'], '--harts must be a whole number from 1 to 64'],
    [['loop.s', '--max-steps', '-1'], '--max-steps must be'],
    [['loop.s', '--at', 'here'], '--at must be an address'],
    [['loop.s', '--at', '0x4000'], 'lies outside RAM'],
    [['loop.s', '--caching', 'all'], 'one policy at a time'],
    [['loop.s', '--fault', 'no-such'], "there is no fault 'no-such'"],
    [[], "missing required argument 'file'"],
  ])('refuses %j', async (words, why) => {
    execFileSync('sh', ['-c', 'test -p pipe || mkfifo pipe'], { cwd: bench.folder });
    const { code, err } = await bench.sdt('exec', ...words);
    expect(err).toContain(why);
    expect(err).not.toMatch(/ at .*\.ts:/);
    expect(code).toBe(2);
  });
});

describe('a keyboard', () => {
  const typed = (...keys: readonly number[]) => {
    const terminal = new ByteTerminal(() => undefined);
    const keyboard = new Keyboard(terminal);
    for (const key of keys) keyboard.type(Uint8Array.of(key));
    return { unread: terminal.unread, wantsEnd: keyboard.wantsEnd };
  };

  it('passes every key on, a single Control-C too', () => {
    expect(typed(0x61, 0x03, 0x0d)).toEqual({ unread: [0x61, 0x03, 0x0d], wantsEnd: false });
  });

  it('ends the run at Control-A X, and types Control-A when it comes twice', () => {
    expect(typed(0x01, 0x78)).toEqual({ unread: [], wantsEnd: true });
    expect(typed(0x01, 0x01)).toEqual({ unread: [0x01], wantsEnd: false });
  });

  it('ends the run at a Control-C while another is unread', () => {
    expect(typed(0x03, 0x61, 0x03).wantsEnd).toBe(true);
  });
});
