/** Nothing survives a reset, and ways change nothing: random programs on random machines, hostile to everything. */
import { expect, it } from 'vitest';
import { instruction } from './differential/instructions.test-support.ts';
import { Random } from './differential/random.test-support.ts';
import { makeWorld } from './differential/world.test-support.ts';
import { Machine } from './machine.ts';
import type { Platform } from './platform.ts';
import { CACHING } from './platform.ts';

/** SDT_REUSE: how many worlds. */
const WORLDS = Number(process.env['SDT_REUSE'] ?? 6);
const BURSTS = 12;
const ROLES = { data: [8, 9, 10, 11, 12], code: [1, 5, 13] };
const WATCHED = [
  'mstatus mepc mcause mtval mtinst mtval2 sepc scause stval htval vsepc vscause vstval mip',
  'mcycle minstret fcsr satp vsatp hgatp mmpt hstatus vsstatus',
].flatMap((names) => names.split(' '));

/** A world with programs in it, run by bursts with changes in between: all that can be observed, as text. */
function story(machine: Machine, seed: number, ways: 'on' | 'off'): string[] {
  const random = new Random(seed);
  const harts = random.pick([1, 1, 2, 3]);
  const adjusted = (platform: Platform): Platform => ({ ...platform, harts, ways });
  const world = makeWorld(random, machine, random.pick(CACHING), { adjusted, focus: 'calm' });
  const { addresses, platform } = world;
  const data = platform.ram.slice(1).filter(({ size }) => size <= 0x2_0000n);
  for (const { base } of data) {
    const code = new Uint8Array(0x1_0000);
    const view = new DataView(code.buffer);
    for (let at = 0; at + 4 <= code.length;) {
      const { word, length } = instruction(random, platform.xlen, ROLES);
      view.setUint16(at, word & 0xffff, true);
      if (length === 4) view.setUint16(at + 2, word >>> 16, true);
      at += length;
    }
    machine.writeBytes(base, code);
  }
  const places = { M: addresses.pa, S: addresses.s, VS: addresses.vs };
  const cut = (value: bigint) => BigInt.asUintN(platform.xlen, value);
  const somewhere = (mode: keyof typeof places, unit: number) => {
    const list = places[mode].length > 0 ? places[mode] : addresses.pa;
    return cut(random.pick(list) + BigInt(unit * random.below(4096 / unit)));
  };
  const log: string[] = [];
  for (let burst = 0; burst < BURSTS; burst++) {
    for (let hart = 0; hart < harts; hart++) {
      const mode = random.pick(['M', 'S', 'VS'] as const);
      for (const n of [...ROLES.data, ...ROLES.code]) {
        machine.writeRegister(hart, `x${n}`, somewhere(mode, 8));
      }
      machine.pokeCsr(hart, 'mtvec', somewhere('M', 4));
      for (const name of ['mepc', 'sepc', 'vsepc']) machine.pokeCsr(hart, name, somewhere(mode, 4));
      machine.pokeCsr(hart, 'mstatus', machine.peekCsr(hart, 'mstatus') | 0x6000n);
      if (random.chance(0.3)) {
        const bit = 1n << BigInt(random.below(24));
        const name = random.pick(['mstatus', 'vsstatus', 'hstatus', 'pmpcfg0', 'menvcfg']);
        machine.pokeCsr(hart, name, machine.peekCsr(hart, name) ^ bit);
      }
      machine.start(hart, { mode, pc: somewhere(mode, 4) });
    }
    if (random.chance(0.3)) machine.poison(random.pick(data).base, 5000n);
    const table = (platform.ram[0]?.base ?? 0n) + BigInt(8 * random.below(0x4000));
    if (random.chance(0.3)) machine.write(table, 8, machine.read(table, 8) ^ 2n);
    const steps = random.pick([1, 20, 300, 1000]);
    const stop = machine.run({ steps, until: [], stopAtTrap: () => false });
    log.push(`${stop.why} ${stop.hart} ${stop.steps} ${stop.retired}`);
    for (let hart = 0; hart < harts; hart++) {
      log.push(WATCHED.map((name) => machine.peekCsr(hart, name)).join());
      const names = ['pc', ...[...Array(32).keys()].flatMap((n) => [`x${n}`, `f${n}`])];
      log.push(names.map((name) => machine.readRegister(hart, name)).join());
    }
    log.push(machine.fired().join());
  }
  return log;
}

it(`${WORLDS} random worlds go the same way on a machine that was used before, and without ways`, () => {
  const used = new Machine();
  for (let seed = 1; seed <= WORLDS; seed++) {
    const fresh = new Machine();
    const expected = story(fresh, seed, 'on');
    expect(story(used, seed, 'on'), `seed ${seed}, used`).toEqual(expected);
    expect(used.digest(), `seed ${seed}, used`).toBe(fresh.digest());
    expect(story(new Machine(), seed, 'off'), `seed ${seed}, ways off`).toEqual(expected);
  }
});
