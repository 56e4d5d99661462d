import { describe, expect, it } from 'vitest';
import { Machine } from '../machine.ts';
import { testPlatform } from '../test-platform.ts';
import { misplaced, plainImage } from './image.ts';
import { place } from './place.ts';
import { loadRaw } from './raw.ts';

describe('a raw image', () => {
  it('is its bytes, entered at their first', () => {
    const bytes = Uint8Array.from([0x13, 0, 0, 0]);
    const { image } = loadRaw(bytes, 0x8000_0000n);
    expect(image?.segments).toEqual([{ address: 0x8000_0000n, bytes, zeros: 0 }]);
    expect([image?.entry, image?.xlen, image?.tohost]).toEqual([0x8000_0000n, null, null]);
  });

  it.each([
    ['nothing', 0, 0n, 'the file is empty'],
    ['an odd address', 4, 0x8000_0001n, 'the address 0x80000001 is odd'],
    ['the end of addresses', 4, 2n ** 64n - 2n, 'is no address for 4 bytes'],
    ['a negative address', 4, -2n, 'is no address for 4 bytes'],
  ])('is refused: %s', (_name, length, address, message) => {
    expect(loadRaw(new Uint8Array(length), address).error?.message).toContain(message);
  });
});

describe('an image in memory', () => {
  it('has its bytes at its addresses, across pages, and zeros behind them', () => {
    const machine = new Machine();
    machine.reset(testPlatform());
    const bytes = Uint8Array.from({ length: 0x2003 }, (_, k) => (k % 251) + 1);
    place([{ address: 0x8000_0ffdn, bytes, zeros: 0x3000 }], machine);
    const at = (offset: number) => machine.read(0x8000_0ffdn + BigInt(offset), 1);
    for (const k of [0, 1, 2, 3, 7, 8, 0x1002, 0x1003, 0x1fff, 0x2000, 0x2002]) {
      expect([k, at(k)]).toEqual([k, BigInt(bytes[k])]);
    }
    for (const k of [0x2003, 0x3000, 0x5002]) expect([k, at(k)]).toEqual([k, 0n]);
    // Unwritten memory is a pattern without zero words.
    expect(machine.read(0x8000_5ff8n + 0x10n, 8)).not.toBe(0n);
  });

  it('must lie in RAM, which may have several parts', () => {
    const image = (address: bigint, zeros: number) =>
      plainImage([{ address, bytes: Uint8Array.from([1]), zeros }], address);
    const ram = [
      { base: 0x1000n, size: 0x1000n },
      { base: 0x2000n, size: 0x1000n },
      { base: 0x8000n, size: 0x1000n },
    ];
    expect(misplaced(image(0x1000n, 0x1fff), ram)).toBe(null);
    expect(misplaced(image(0x1000n, 0x2000), ram)?.message).toBe(
      'a segment at 0x1000 to 0x3000 lies outside RAM',
    );
    expect(misplaced(image(0xfffn, 0), ram)?.advice).toContain('0x8000 to 0x8fff');
    expect(misplaced(image(0x8fffn, 0), ram)).toBe(null);
    expect(misplaced(image(0x9000n, 0), ram)).not.toBe(null);
    expect(misplaced(image(0x1000n, 0), [])).not.toBe(null);
  });
});
