/** Names of registers, rounding modes and fence sets, as assemblers write them. */

/** ABI names of x0 to x31. */
export const X_NAMES = [
  ...['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 's0', 's1'],
  ...['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'],
  ...['s2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 't3', 't4', 't5', 't6'],
] as const;

/** ABI names of f0 to f31. */
export const F_NAMES = [
  ...['ft0', 'ft1', 'ft2', 'ft3', 'ft4', 'ft5', 'ft6', 'ft7', 'fs0', 'fs1'],
  ...['fa0', 'fa1', 'fa2', 'fa3', 'fa4', 'fa5', 'fa6', 'fa7'],
  ...['fs2', 'fs3', 'fs4', 'fs5', 'fs6', 'fs7', 'fs8', 'fs9', 'fs10', 'fs11'],
  ...['ft8', 'ft9', 'ft10', 'ft11'],
] as const;

/** By number; 5 and 6 are reserved, 7 (dyn) takes the mode from fcsr. */
export const ROUNDING_MODES = ['rne', 'rtz', 'rdn', 'rup', 'rmm', null, null, 'dyn'] as const;

/** Every name of an integer register, `x0` and `fp` included. */
export const X_REGISTERS: ReadonlyMap<string, number> = new Map([
  ...X_NAMES.map((name, number) => [name, number] as const),
  ...X_NAMES.map((_, number) => [`x${number}`, number] as const),
  ['fp', 8],
]);

export const F_REGISTERS: ReadonlyMap<string, number> = new Map([
  ...F_NAMES.map((name, number) => [name, number] as const),
  ...F_NAMES.map((_, number) => [`f${number}`, number] as const),
]);

/** `iorw` to 15 and back; the empty set is `0`. */
export function fenceSet(bits: number): string {
  return [...'iorw'].filter((_, index) => (bits & (8 >> index)) !== 0).join('') || '0';
}

export function parseFenceSet(text: string): number | null {
  for (let bits = 0; bits < 16; bits++) if (fenceSet(bits) === text) return bits;
  return null;
}
