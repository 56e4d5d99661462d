/** Firmware: OpenSBI and U-Boot from power-on to the prompt, and off at a typed command. */
import { existsSync, readFileSync } from 'node:fs';
import { Dialogue } from '../emulator/index.ts';
import { exec } from '../runtime/exec/exec.ts';
import { DEFAULT_RAM } from '../runtime/exec/platform.ts';
import { powerOn } from '../runtime/exec/power-on.ts';
import { DEFAULT_VARIATION } from '../runtime/session/variation.ts';
import type { Workload } from './measure.ts';

/** Debian's packages `opensbi` and `u-boot-qemu`. */
const FIRMWARE = '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.elf';
const PAYLOAD = '/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin';

const file = (name: string) => ({ name, bytes: new Uint8Array(readFileSync(name)) });

async function boot(): Promise<number> {
  const powered = powerOn({
    program: file(FIRMWARE),
    payload: file(PAYLOAD),
    at: null,
    tree: null,
    faults: {},
    isa: null,
    harts: 1,
    ram: DEFAULT_RAM,
    variation: DEFAULT_VARIATION,
  });
  if ('message' in powered) throw new Error(powered.message);
  powered.machine.execution.terminal = new Dialogue([
    { after: 'autoboot', type: '\r' },
    { after: '=> ', type: 'poweroff\r' },
  ]);
  const between = () => Promise.resolve(null);
  const { status, lines, steps } = await exec(powered, { maxSteps: 1e8, trace: null, between });
  if (status !== 0) throw new Error(lines.join('; '));
  return steps;
}

export const bootToPrompt: Workload = {
  name: 'boot to the U-Boot prompt',
  unit: 'instructions',
  budget: '2 s',
  async run() {
    if (!existsSync(FIRMWARE) || !existsSync(PAYLOAD)) {
      const note = 'did not run: apt-get install opensbi u-boot-qemu';
      return { units: 0, seconds: NaN, note };
    }
    const start = process.hrtime.bigint();
    const units = await boot();
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    return { units, seconds, note: 'machine, loading, power-off included' };
  },
};
