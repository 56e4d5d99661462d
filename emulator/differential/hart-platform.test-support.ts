/** The platforms on which harts are compared: the extensions vary, most are there. */
import type { Feature, Platform } from '../platform.ts';
import type { Random } from './random.test-support.ts';

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
export function machineFor(random: Random): (platform: Platform) => Platform {
  return (platform) => {
    const features = new Set(platform.features);
    features.delete('Smrnmi');
    if (random.chance(0.7)) features.add('Smstateen');
    for (const group of OPTIONAL) {
      if (random.chance(0.03)) for (const name of group) features.delete(name);
    }
    return { ...platform, features, ways: random.chance(0.8) ? 'on' : 'off' };
  };
}
