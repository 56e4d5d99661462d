/** The plain interpreter against QEMU's virt machine: Sv39, Sv48, Sv57 and PMP, seen from S- and U-mode. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../differential/random.test-support.ts';
import {
  FINISHER,
  LINKER_SCRIPT,
  LOG,
  RAM,
  UART,
  supervisorProgram,
} from '../differential/supervisor-program.test-support.ts';
import { PhysicalMemory } from './physical-memory.ts';
import { PlainHart } from './plain-hart.ts';
import { SMALL } from './plain-platform.ts';

const PROGRAMS = Number(process.env['SDT_QEMU'] ?? 1);
const SEED = Number(process.env['SDT_SEED'] ?? 1);
const TOOLS = ['qemu-system-riscv64', 'riscv64-unknown-elf-as', 'riscv64-unknown-elf-ld'];
const FEATURES = ['M', 'A', 'F', 'D', 'C', 'Sv39', 'Sv48', 'Sv57', 'Svadu', 'pmp'];

const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).status !== 0);
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sdt-qemu-'));
  if (missing.length > 0) console.log(`not compared with QEMU: no ${missing.join(', ')}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Traps and sums, 32 bytes each, of the program in QEMU; the raw memory image is made on the way. */
function theirs(assembly: string): { log: Uint8Array; image: Uint8Array } {
  const at = (name: string) => join(folder, name);
  writeFileSync(at('a.s'), assembly);
  writeFileSync(at('a.ld'), LINKER_SCRIPT);
  execFileSync('riscv64-unknown-elf-as', ['-march=rv64gc', '-o', at('a.o'), at('a.s')]);
  execFileSync('riscv64-unknown-elf-ld', ['-T', at('a.ld'), '-o', at('a.elf'), at('a.o')]);
  execFileSync('riscv64-unknown-elf-objcopy', ['-O', 'binary', at('a.elf'), at('a.bin')]);
  const machine = ['-machine', 'virt', '-bios', 'none', '-display', 'none', '-monitor', 'none'];
  const serial = ['-serial', `file:${at('log')}`, '-kernel', at('a.elf')];
  execFileSync('qemu-system-riscv64', [...machine, ...serial], { timeout: 20_000 });
  return { log: readFileSync(at('log')), image: readFileSync(at('a.bin')) };
}

function ours(image: Uint8Array, length: number): Uint8Array {
  const memory = new PhysicalMemory((at, size) => {
    let value = 0n;
    for (let k = size - 1; k >= 0; k--) {
      value = (value << 8n) | BigInt(image[Number(at - RAM) + k] ?? 0);
    }
    return value;
  });
  const io = [
    { base: UART, size: 4096n },
    { base: FINISHER, size: 4096n },
  ];
  const ram = [{ base: RAM, size: 0x800_0000n }];
  const platform = { ...SMALL, ram, io, features: new Set(FEATURES), pmpEntries: 16 };
  const hart = new PlainHart({ ...platform, asidlen: 16 }, memory);
  hart.pc = RAM;
  // QEMU 7.2 sets A and D itself.
  hart.c.menvcfg |= 1n << 61n;
  for (;;) {
    const event = hart.step();
    if (event.kind === 'trap' || event.effects.memory.length === 0) continue;
    if (event.effects.memory[0]?.address === UART) break;
  }
  const log = new Uint8Array(length);
  for (let k = 0; k < length; k++) log[k] = memory.byte(LOG + BigInt(k));
  return log;
}

it.skipIf(missing.length > 0)('agrees on traps and values', { timeout: 3_600_000 }, () => {
  for (let k = 0; k < PROGRAMS; k++) {
    const seed = SEED * 6007 + k;
    const { assembly } = supervisorProgram(new Random(seed), 12);
    const { log, image } = theirs(assembly);
    expect(log.length % 32).toBe(0);
    expect(log.length).toBeGreaterThan(32 * 100);
    const own = ours(image, log.length);
    for (let at = 0; at < log.length; at += 32) {
      const told = (bytes: Uint8Array) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset + at, 32);
        return [0, 8, 16, 24].map((n) => `0x${view.getBigUint64(n, true).toString(16)}`).join(' ');
      };
      expect(`program ${seed}, trap ${at / 32}: ${told(own)}`).toBe(
        `program ${seed}, trap ${at / 32}: ${told(log)}`,
      );
    }
  }
});
