import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Assembler, isaOf } from '../../emulator/index.ts';
import { trial } from './exec.test-support.ts';

const source = readFileSync(
  fileURLToPath(new URL('../../programs/two-stage-guest.s', import.meta.url)),
  'utf8',
);
const BINUTILS = 'riscv64-unknown-elf-';
const hasBinutils = spawnSync(`${BINUTILS}as`, ['--version']).status === 0;

/**
 * Load access fault of the guest at its data page. The instruction is lbu a1, 0(s0) without rs1 (hypervisor chapter,
 * transformed loads); access faults have no guest physical address; the trap came from V=1 with a guest address.
 */
const fault = (epc: string) =>
  `M: cause 0x5, tval 0x401000, epc ${epc}, tinst 0x4583, tval2 0x0, MPV 1, GVA 1\n`;
const before = [
  'HS: entering the guest\n',
  'VS: hello, from behind two stages of translation\n',
  'HS: the guest calls; its data page goes\n',
].join('');

/** Where the guest loads again, in its own eyes: it begins at 0x40_0000. */
function loadsAgain(): string {
  const { powered } = built;
  const made = new Assembler(isaOf(powered.platform)).assemble(source);
  if (made.error !== null) throw new Error(made.error.message);
  const at = (label: string) => made.labels.get(label) ?? 0n;
  return `0x${(0x40_0000n + at('guest_again') - at('guest')).toString(16)}`;
}

const built = await trial(source);

it('a guest prints through both stages until its page leaves the protection table', () => {
  expect(built.text).toBe(before + fault(loadsAgain()));
  expect(built).toMatchObject({ status: 0, lines: [] });
});

it.each(['none', 'random', 'sized'])(
  'so it does where harts keep entries as %s',
  async (caching) => {
    const { text, status } = await trial(source, { variation: { caching } });
    expect(text).toBe(built.text);
    expect(status).toBe(0);
  },
);

it('without the protection table the guest reads on, and the program says so', async () => {
  const open = source.replace(/csrw\s+mmpt, t0/, 'csrw mmpt, zero');
  const { text, status } = await trial(open);
  expect(text).toContain('HS: unexpected trap, cause 0xa');
  expect(status).toBe(99);
});

it('a guest page that was never granted is an access fault at the first load', async () => {
  const closed = source.replace(/li\s+t1, 0x1d03/, 'li t1, 0x503 #');
  const { text, status } = await trial(closed);
  expect(text).toMatch(/^HS: entering the guest\nM: cause 0x5, tval 0x401000, epc 0x4000/);
  expect(status).toBe(0);
});

it.skipIf(!hasBinutils)('binutils makes a program of the same behaviour of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sdt-guest-'));
  try {
    const [text, object, linked] = ['a.s', 'a.o', 'a.elf'].map((name) => join(folder, name));
    // What binutils has no names for: the CSR of the protection table and its fence.
    const words = new Assembler(isaOf(built.powered.platform)).assemble('mfence.pa zero, zero');
    if (words.error !== null) throw new Error(words.error.message);
    const word = new DataView(words.bytes.buffer).getUint32(0, true);
    const known = source
      .replaceAll('mmpt', '0x382')
      .replaceAll('mfence.pa zero, zero', `.word ${word}`)
      .replaceAll(/#.*$/gm, '');
    writeFileSync(text, `.option norvc\n.option norelax\n${known}`);
    execFileSync(`${BINUTILS}as`, ['-march=rv64gch', '-mabi=lp64d', '-o', object, text]);
    execFileSync(
      `${BINUTILS}ld`,
      ['-N', '-Ttext=0x80000000', '-e', 'start', '-o', linked, object],
      {
        stdio: 'ignore',
      },
    );
    const { text: printed, status } = await trial(new Uint8Array(readFileSync(linked)));
    expect(printed.replace(/epc 0x\w+/, '')).toBe(built.text.replace(/epc 0x\w+/, ''));
    expect(status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
