/** The privileged start: nothing delegated, interrupts off, everything below M opened, one last PMP entry for all. */
import { ENVCFG, HSTATUS, MSTATUS, PMPCFG } from '../session/registers.ts';
import type { World } from '../session/world.ts';
import { writePmp } from './pmp.ts';

/** Every state that the machine has; what it lacks reads zero. */
const STATEEN_ALL = 2n ** 64n - 1n;
const MNSTATUS_NMIE = 8n;

export function startMachine(world: World): void {
  const { backEnd, platform, setup } = world;
  const high = platform.xlen === 32;
  for (let hart = 0; hart < platform.harts; hart++) {
    if (platform.pmpEntries > 0) {
      writePmp(world, hart, platform.pmpEntries - 1, {
        config: PMPCFG.NAPOT | PMPCFG.R | PMPCFG.W | PMPCFG.X,
        address: high ? 0xffff_ffffn : 0x3f_ffff_ffff_ffffn,
      });
    }
    if (setup.medeleg !== 0n) backEnd.pokeCsr(hart, 'medeleg', setup.medeleg);
    // State that resets closed: nothing below M could reach its environment registers, and no interrupt M.
    if (world.has('Smstateen')) {
      pokeWide(world, hart, 'mstateen0', STATEEN_ALL);
      if (world.has('H')) pokeWide(world, hart, 'hstateen0', STATEEN_ALL);
    }
    if (world.has('Smrnmi')) backEnd.pokeCsr(hart, 'mnstatus', MNSTATUS_NMIE);
    const environment =
      ENVCFG.CBO |
      (world.has('Svadu') ? ENVCFG.ADUE : 0n) |
      (world.has('Svpbmt') ? ENVCFG.PBMTE : 0n);
    pokeWide(world, hart, 'menvcfg', environment);
    if (world.has('H')) {
      pokeWide(world, hart, 'henvcfg', environment);
      const order = setup.bigEndianTables ? HSTATUS.VSBE : 0n;
      backEnd.pokeCsr(hart, 'hstatus', HSTATUS.SPVP | order);
    }
    backEnd.pokeCsr(hart, 'senvcfg', ENVCFG.CBO);
    if (setup.bigEndianTables) {
      const order = MSTATUS.MBE | MSTATUS.SBE;
      const status = high ? 'mstatush' : 'mstatus';
      const value = backEnd.peekCsr(hart, status) | (high ? order >> 32n : order);
      backEnd.pokeCsr(hart, status, value);
    }
  }
}

/** A 64-bit CSR, by halves at XLEN 32. */
function pokeWide(world: World, hart: number, name: string, value: bigint): void {
  if (world.platform.xlen === 64) world.backEnd.pokeCsr(hart, name, value);
  else {
    world.backEnd.pokeCsr(hart, name, value & 0xffff_ffffn);
    world.backEnd.pokeCsr(hart, `${name}h`, value >> 32n);
  }
}
