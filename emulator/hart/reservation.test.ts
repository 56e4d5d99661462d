import { describe, expect, it } from 'vitest';
import type { Knobs } from '../knobs.ts';
import { Reservation, reservationDecisions } from './reservation.ts';

function reserved(size: Knobs['reservation_set']): Reservation {
  const reservation = new Reservation();
  reservation.reset(size, reservationDecisions);
  reservation.reserve(7, 264, 8);
  return reservation;
}

describe('the reservation set', () => {
  // The LR reads bytes 264 to 271 of its page: first and last byte of the aligned block around them.
  it.each([
    ['exact', 264, 271],
    ['b16', 256, 271],
    ['b64', 256, 319],
    ['b128', 256, 383],
    ['page', 0, 4095],
  ] as const)('is the aligned block of %s', (size, first, last) => {
    for (const inside of [first, last]) {
      expect(reserved(size).stored(7, inside, 1)).toBe(true);
    }
    for (const outside of [first - 1, last + 1]) {
      expect(reserved(size).stored(7, outside, 1)).toBe(false);
    }
  });

  it('is met by a store that ends in it', () => {
    expect(reserved('exact').stored(7, 260, 8)).toBe(true);
    expect(reserved('exact').stored(7, 256, 8)).toBe(false);
  });

  it('lies in one page', () => {
    expect(reserved('page').stored(8, 264, 8)).toBe(false);
  });

  it('is gone after a reset', () => {
    const reservation = reserved('b64');
    reservation.reset('b64', reservationDecisions);
    expect(reservation.isHeld).toBe(false);
  });
});
