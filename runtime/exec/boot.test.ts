import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DialogueLine } from '../../emulator/index.ts';
import { trial } from './exec.test-support.ts';

/** Debian's packages `opensbi` and `u-boot-qemu`. */
const OPENSBI = '/usr/lib/riscv64-linux-gnu/opensbi/generic';
const U_BOOT = '/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin';
const missing = [`${OPENSBI}/fw_dynamic.elf`, `${OPENSBI}/fw_jump.bin`, U_BOOT].filter(
  (path) => !existsSync(path),
);
if (missing.length > 0) {
  console.warn(`boot.test.ts did not run (apt-get install opensbi u-boot-qemu): ${missing.join()}`);
}

const bytes = (path: string) => new Uint8Array(readFileSync(path));
const RAM = { base: 0x8000_0000n, size: 0x1000_0000n };
const LINES: readonly DialogueLine[] = [
  { after: 'autoboot', type: '\r' },
  { after: '=> ', type: 'bdinfo\r' },
  { after: '=> ', type: 'poweroff\r' },
];

async function boot(firmware: string, harts = 1, isa: string | null = null) {
  const path = `${OPENSBI}/${firmware}`;
  return trial(bytes(path), {
    program: { name: path, bytes: bytes(path) },
    payload: { name: U_BOOT, bytes: bytes(U_BOOT) },
    ram: RAM,
    harts,
    isa,
    lines: LINES,
    maxSteps: 200_000_000,
  });
}

describe.skipIf(missing.length > 0)('OpenSBI starts U-Boot, which powers off when told to', () => {
  it('from fw_dynamic, with all that is modelled', async () => {
    const { text, status, lines } = await boot('fw_dynamic.elf');
    expect([status, lines]).toEqual([0, []]);
    expect(text).toContain('OpenSBI v');
    expect(text).toMatch(/Platform Console Device *: uart8250/);
    expect(text).toMatch(/Platform Shutdown Device *: sifive_test/);
    expect(text).toContain('DRAM:  256 MiB');
    // What bdinfo knows of RAM comes from the generated tree.
    expect(text).toMatch(/-> start *= 0x0*80000000/);
    expect(text.trimEnd()).toMatch(/=> poweroff\r?\npoweroff \.\.\.$/);
  }, 60_000);

  it('from fw_jump as raw bytes, and on two harts', async () => {
    const { text, status } = await boot('fw_jump.bin', 2);
    expect(status).toBe(0);
    expect(text).toMatch(/Platform HART Count *: 2/);
    expect(text).toMatch(/Domain0 HARTs *: 0\*,1\*/);
  }, 60_000);

  it('on a plain rv64gc', async () => {
    const { text, status } = await boot('fw_dynamic.elf', 1, 'rv64gc');
    expect(status).toBe(0);
    expect(text).toMatch(/CPU: +rv64imafdc/);
  }, 60_000);
});
