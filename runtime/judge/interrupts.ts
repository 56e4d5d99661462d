/** Interrupts as scenarios name them. */

/** Codes by the name that all privilege levels share. */
export const INTERRUPTS: Readonly<Record<string, readonly number[]>> = {
  software: [1, 2, 3],
  timer: [5, 6, 7],
  external: [9, 10, 11],
  guest_external: [12],
};
