/** x1 .. x31 of the trapped software: saved first thing, given back last thing. */
import type { Root } from './context.ts';

const NUMBERS = Array.from({ length: 31 }, (_, k) => k + 1);

export function saveRegisters({ hart, port }: Root): void {
  hart.set('x', 0n, 0);
  for (const number of NUMBERS) hart.set('x', port.x(number), number);
}

export function restoreRegisters({ hart, port }: Root): void {
  for (const number of NUMBERS) port.setX(number, hart.get('x', number));
}
