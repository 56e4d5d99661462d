/** The machine against QEMU's `virt`: one program on both, made of random attempts, and what it prints. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dialogue } from './devices/dialogue.ts';
import type { Part, World } from './differential/bare-metal.test-support.ts';
import { RAM, codeParts, worldParts } from './differential/bare-metal.test-support.ts';
import type { Theme } from './differential/bare-metal-world.test-support.ts';
import { THEMES, bareMetalWorld } from './differential/bare-metal-world.test-support.ts';
import { Random } from './differential/random.test-support.ts';
import { Machine } from './machine.ts';
import type { Feature, Platform } from './platform.ts';
import { testPlatform } from './test-platform.ts';

const PROGRAMS = Number(process.env['SDT_QEMU'] ?? 2);
const SEED = Number(process.env['SDT_SEED'] ?? 1);
const WORLDS = 25;
const ATTEMPTS = 40;
const EMULATOR = 'qemu-system-riscv64';
/** QEMU 7.2 sets A and D itself, as with Svadu; it has neither Svade nor menvcfg.ADUE. */
const CPU = 'rv64,h=false,sstc=false';
const FEATURES: readonly Feature[] = [
  ...(['M', 'A', 'F', 'D', 'C', 'Sv39', 'Sv48', 'Sv57'] as const),
  ...(['Svadu', 'pmp', 'misaligned_access'] as const),
];
const PLATFORM: Platform = testPlatform({
  features: new Set(FEATURES),
  ram: [RAM],
  devices: [
    { kind: 'uart', base: 0x1000_0000n },
    { kind: 'finisher', base: 0x10_0000n },
  ],
  pmpEntries: 16,
  arena: 1 << 26,
});

const installed = spawnSync(EMULATOR, ['--version']).status === 0;

function ours(machine: Machine, parts: readonly Part[]): readonly string[] {
  const terminal = new Dialogue([]);
  machine.execution.terminal = terminal;
  expect(machine.reset(PLATFORM)).toBe(null);
  machine.fill(RAM.base, RAM.size, 0n);
  for (const { address, bytes } of parts) machine.writeBytes(address, bytes);
  machine.start(0, { mode: 'M', pc: RAM.base });
  const { why } = machine.run({ steps: 8_000_000, until: [], stopAtTrap: () => false });
  return [...terminal.text.split('\n'), `ended: ${why}`];
}

function theirs(folder: string, parts: readonly Part[]): readonly string[] {
  const log = join(folder, 'log');
  const loaders = parts.flatMap(({ address, bytes }, k) => {
    const file = join(folder, `part${k}`);
    writeFileSync(file, bytes);
    return ['-device', `loader,file=${file},addr=0x${address.toString(16)},force-raw=on`];
  });
  const quiet = ['-display', 'none', '-monitor', 'none', '-serial', `file:${log}`];
  // With one hart it takes an AMO apart, and tells its faults as those of a load; the second one is parked.
  const machine = ['-M', 'virt', '-cpu', CPU, '-smp', '2', '-m', '128M', '-bios', 'none'];
  const end = spawnSync(EMULATOR, [...machine, ...quiet, ...loaders], { timeout: 20_000 });
  const text = readFileSync(log, 'latin1');
  // Told to stop by the timeout, it ends with status 0 too.
  const isFinished = end.error === undefined && end.status === 0;
  return [...text.split('\n'), `ended: ${isFinished ? 'finished' : end.stderr.toString()}`];
}

/** What the numbers of a line of an attempt are. */
const NAMES = 'mcause mtval mepc mstatus a0 a3 scause stval sepc sstatus'.split(' ');

/** Which line of the output is what. */
function describeLine(worlds: readonly World[], line: number): string {
  let at = line;
  for (const [index, world] of worlds.entries()) {
    if (at === 0) return `world ${index}: CSRs as they read back`;
    const attempt = world.attempts[at - 1];
    if (attempt !== undefined) {
      const { operation, mstatus, pc, address } = attempt;
      const numbers = { satp: world.satp, medeleg: world.medeleg, mstatus, pc, address };
      const told = Object.entries(numbers).map(([name, value]) => `${name} ${value.toString(16)}`);
      return `world ${index}, attempt ${at - 1}: ${operation}, ${told.join(', ')}; ${NAMES.join(' ')}`;
    }
    at -= world.attempts.length + 1;
    if (at === 0) return `world ${index}: sums of the tables from the root on, then of the window`;
    at -= 1;
  }
  return 'end';
}

describe.skipIf(!installed)('a program prints the same as on QEMU', () => {
  let folder = '';
  const machine = new Machine();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sdt-qemu-system-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(THEMES)('$name', { timeout: 3_600_000 }, (theme: Theme) => {
    for (let k = 0; k < PROGRAMS; k++) {
      const seed = SEED * 7919 + k;
      const random = new Random(seed);
      const worlds = [...Array(WORLDS).keys()].map((n) =>
        bareMetalWorld(random, theme, n, ATTEMPTS),
      );
      const parts = [...codeParts(PLATFORM), ...worldParts(worlds)];
      const [own, other] = [ours(machine, parts), theirs(folder, parts)];
      for (const [n, line] of other.entries()) {
        if (own[n] === line) continue;
        const where = `program ${seed}, ${describeLine(worlds, n)}`;
        expect(`${where}\n${own[n] ?? ''}`).toBe(`${where}\n${line}`);
      }
      expect(own.length).toBe(other.length);
    }
  });
});

it.skipIf(installed)('QEMU is not there to compare with', () => {
  console.log(`${EMULATOR} is not installed: not compared with it`);
});
