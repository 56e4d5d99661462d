/** Raw images: bytes for an address, which is also where they are entered. */
import type { Loaded } from './image.ts';
import { attempt, hex, plainImage, Refused } from './image.ts';

/** The bytes at `address`. An empty file, an odd address and one that leaves 64 bits are refused. */
export function loadRaw(file: Uint8Array, address: bigint): Loaded {
  return attempt(() => {
    if (file.length === 0) {
      throw new Refused('the file is empty', 'check how it was made: objcopy -O binary?');
    }
    if (address < 0n || address + BigInt(file.length) > 2n ** 64n) {
      throw new Refused(
        `${hex(address)} is no address for ${file.length} bytes`,
        'choose a lower one',
      );
    }
    if (address % 2n !== 0n) {
      throw new Refused(`the address ${hex(address)} is odd`, 'no instruction can be there');
    }
    return plainImage([{ address, bytes: file, zeros: 0 }], address);
  });
}
