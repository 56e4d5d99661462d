/** The plain interpreter against QEMU's user mode: random computations, each result and all flags. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../differential/random.test-support.ts';
import {
  CODE,
  DATA,
  LOG,
  codeOf,
  computations,
  straightLine,
} from '../differential/straight-line.test-support.ts';
import type { Program } from '../differential/straight-line.test-support.ts';
import { PhysicalMemory } from './physical-memory.ts';
import { PlainHart } from './plain-hart.ts';
import { SMALL } from './plain-platform.ts';

const PROGRAMS = Number(process.env['SDT_QEMU'] ?? 2);
const SEED = Number(process.env['SDT_SEED'] ?? 1);
const EXTENSIONS = ['M', 'A', 'F', 'D', 'C', 'Zba', 'Zbb', 'Zbs'];

const emulator = (xlen: 32 | 64) => `qemu-riscv${xlen}`;

function isInstalled(xlen: 32 | 64): boolean {
  return spawnSync(emulator(xlen), ['--version']).status === 0;
}

/** An ELF file of one segment that holds everything from CODE on. */
function elf(xlen: 32 | 64, memory: Uint8Array): Uint8Array {
  const wide = xlen === 64;
  const size = wide ? 8 : 4;
  const header = wide ? 64 : 52;
  const out: number[] = [0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  const put = (value: number, bytes: number) => {
    for (let k = 0; k < bytes; k++) out.push(Math.floor(value / 2 ** (8 * k)) & 0xff);
  };
  put(2, 2);
  put(243, 2);
  put(1, 4);
  for (const value of [CODE + 0x1000, header, 0]) put(value, size);
  put(5, 4);
  for (const value of [header, wide ? 56 : 32, 1, 0, 0, 0]) put(value, 2);
  put(1, 4);
  if (wide) put(7, 4);
  for (const value of [0, CODE, CODE, 0x1000 + memory.length, 0x1000 + memory.length])
    put(value, size);
  if (!wide) put(7, 4);
  put(0x1000, size);
  const file = new Uint8Array(0x1000 + memory.length);
  file.set(out);
  file.set(memory, 0x1000);
  return file;
}

/** Everything from CODE + 0x1000 to the end of the results. */
function image(program: Program): Uint8Array {
  const start = CODE + 0x1000;
  const memory = new Uint8Array(LOG + program.logged + 64 - start);
  const code = codeOf(program);
  if (start + code.length > DATA) throw new Error('program too long');
  memory.set(code);
  memory.set(program.data, DATA - start);
  return memory;
}

function runHere(program: Program, xlen: 32 | 64): Uint8Array {
  const bytes = image(program);
  const start = BigInt(CODE + 0x1000);
  const memory = new PhysicalMemory((at, size) => {
    let value = 0n;
    for (let k = size - 1; k >= 0; k--) {
      value = (value << 8n) | BigInt(bytes[Number(at - start) + k] ?? 0);
    }
    return value;
  });
  const platform = { ...SMALL, xlen, features: new Set([...EXTENSIONS, 'misaligned_access']) };
  const hart = new PlainHart({ ...platform, ram: [{ base: 0n, size: 1n << 20n }] }, memory);
  hart.pc = start;
  hart.c.mstatus |= 1n << 13n;
  for (;;) {
    const event = hart.step();
    if (event.kind === 'retired') continue;
    if (event.cause !== 11) {
      throw new Error(
        `cause ${event.cause} at 0x${event.pc.toString(16)}, word ${(event.word ?? 0).toString(16)}`,
      );
    }
    break;
  }
  const log = new Uint8Array(program.logged);
  for (let k = 0; k < log.length; k++) log[k] = memory.byte(BigInt(LOG + k));
  return log;
}

describe.each([64, 32] as const)('computations of RV%i', (xlen) => {
  const installed = isInstalled(xlen);
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sdt-qemu-'));
    if (!installed) console.log(`${emulator(xlen)} is not installed: not compared with it`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.skipIf(!installed)('give the same results as in QEMU', { timeout: 3_600_000 }, () => {
    // QEMU 7.2 counts beyond the word in CTZW of zero (put right in 8.0).
    const rows = computations(xlen, EXTENSIONS).filter(({ name }) => name !== 'ctzw');
    for (let k = 0; k < PROGRAMS; k++) {
      const seed = SEED * 7919 + k;
      const program = straightLine(new Random(seed), xlen, rows, 1500);
      const ours = runHere(program, xlen);
      const path = join(folder, 'program');
      writeFileSync(path, elf(xlen, image(program)), { mode: 0o755 });
      const cpu = `rv${xlen},zba=true,zbb=true,zbs=true`;
      const theirs = execFileSync(emulator(xlen), ['-cpu', cpu, path]);
      expect(theirs.length).toBe(ours.length);
      for (let n = 0; n < program.names.length; n++) {
        const [from, to] = [24 * n, 24 * n + 20];
        const shown = (bytes: Uint8Array) => Buffer.from(bytes.subarray(from, to)).toString('hex');
        const label = `program ${seed}, ${n}, ${program.names[n] ?? ''} `;
        expect(label + shown(ours)).toBe(label + shown(theirs));
      }
    }
  });
});
