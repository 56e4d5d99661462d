/** Colour for console reporters; the one place that knows the colour library. */
import picocolors from 'picocolors';
import type { Paint } from './case-text.ts';
import { PLAIN } from './case-text.ts';

export function paintFor(colour: boolean): Paint {
  return colour ? picocolors.createColors(true) : PLAIN;
}
