/** The worlds in which harts are compared: the extensions vary, most are there; defects are rarer than for single accesses. */
import type { Feature, Platform } from '../platform.ts';
import type { Machine } from '../machine.ts';
import type { Random } from './random.test-support.ts';
import { makeWorld } from './world.test-support.ts';
import type { World } from './world.test-support.ts';

/** Each with what cannot be there without it. */
const OPTIONAL: readonly (readonly Feature[])[] = [
  ['M'],
  ['D'],
  ['F', 'D'],
  ['C'],
  ['Zba'],
  ['Zbb'],
  ['Zbs'],
  ['Zicond'],
  ['Zacas'],
  ['Zawrs'],
  ['Zicbom'],
  ['Zicboz'],
  ['Sstc'],
  ['Svinval'],
  ['A', 'Zacas', 'Zawrs', 'Zicfiss'],
];

/** Adds what the bench leaves out, and takes some extension away now and then. */
function platformFor(random: Random, platform: Platform): Platform {
  const features = new Set(platform.features);
  features.delete('Smrnmi');
  if (random.chance(0.7)) features.add('Smstateen');
  for (const group of OPTIONAL) {
    if (random.chance(0.03)) for (const name of group) features.delete(name);
  }
  return { ...platform, features, ways: random.chance(0.8) ? 'on' : 'off' };
}

export function makeHartWorld(random: Random, machine: Machine): World {
  const caching = random.pick(['none', 'retain', 'sized'] as const);
  const adjusted = (platform: Platform) => platformFor(random, platform);
  const calm = random.chance(0.75) ? ({ focus: 'calm' } as const) : {};
  return makeWorld(random, machine, caching, { adjusted, ...calm });
}
