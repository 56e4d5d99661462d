import { expect, test } from 'vitest';
import { Arena } from '../memory/arena.ts';
import { WAY } from '../memory/layout.ts';
import { Ways } from './ways.ts';

/** Whether the way of an address serves, as generated code asks. */
function serves(arena: Arena, ways: Ways, lo: number, hi: number): boolean {
  const at = (ways.base + ((lo >>> 12) & (WAY.count - 1)) * WAY.size) >>> 2;
  return arena.words[at] === ((lo & ~4095) | ways.data) && arena.words[at + 1] === hi;
}

function setUp(): { arena: Arena; ways: Ways } {
  const arena = new Arena(2 ** 20, 2);
  const ways = new Ways();
  ways.isOn = true;
  ways.attach(arena, 1);
  ways.enter(0);
  return { arena, ways };
}

test('a way serves its page in its mode, until all are dropped', () => {
  const { arena, ways } = setUp();
  ways.fill('load', 0x8000_0123, 7, 0);
  expect(serves(arena, ways, 0x8000_0ff8, 7)).toBe(true);
  expect(serves(arena, ways, 0x8000_0ff8, 6)).toBe(false);
  expect(serves(arena, ways, 0x8000_1000, 7)).toBe(false);
  ways.enter(3);
  expect(serves(arena, ways, 0x8000_0ff8, 7)).toBe(false);
  ways.enter(0);
  expect(serves(arena, ways, 0x8000_0ff8, 7)).toBe(true);
  ways.drop();
  ways.enter(0);
  expect(serves(arena, ways, 0x8000_0ff8, 7)).toBe(false);
});

test('no way of the past serves again when numbers come round', () => {
  const { arena, ways } = setUp();
  ways.fill('load', 0x1000, 0, 0);
  for (let k = 0; k < 2000; k++) {
    ways.drop();
    ways.enter(k % 5);
    expect(serves(arena, ways, 0x1000, 0)).toBe(false);
  }
});

test('page 0 is served by nobody before it is filled, and switched off ways keep nothing', () => {
  const { arena, ways } = setUp();
  expect(serves(arena, ways, 0, 0)).toBe(false);
  ways.isOn = false;
  ways.enter(0);
  ways.fill('load', 0, 0, 0);
  expect(serves(arena, ways, 0, 0)).toBe(false);
});
