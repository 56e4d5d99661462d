import { describe, expect, it } from 'vitest';
import { bootImages, payloadAddress } from './boot.ts';
import type { Boot, BootRequest } from './boot.ts';
import { endOf, plainImage } from './image.ts';
import type { Image } from './image.ts';

const RAM = [{ base: 0x8000_0000n, size: 0x1000_0000n }];

const image = (address: bigint, length = 0x100, more: Partial<Image> = {}): Image => ({
  ...plainImage([{ address, bytes: new Uint8Array(length).fill(1), zeros: 0 }], address),
  ...more,
});

const request: BootRequest = {
  xlen: 64,
  ram: RAM,
  firmware: image(0x8000_0000n),
  payload: image(payloadAddress(64, RAM)),
  tree: new Uint8Array(0x800).fill(2),
};

function boot(of: Partial<BootRequest> = {}): Boot {
  const booted = bootImages({ ...request, ...of });
  if (booted.error !== null) throw new Error(booted.error.message);
  return booted;
}

describe('a boot', () => {
  it('enters the firmware, with the tree near the top of RAM as QEMU has it', () => {
    const { pc, a1, segments } = boot();
    expect([pc, a1]).toEqual([0x8000_0000n, 0x8fe0_0000n]);
    const tree = segments.find(({ address }) => address === a1);
    expect(tree?.bytes).toBe(request.tree);
  });

  it('tells fw_dynamic to go on in S-mode at the payload: struct fw_dynamic_info, version 2', () => {
    const { a2, segments } = boot();
    const info = segments.find(({ address }) => address === a2);
    const view = new DataView(info?.bytes.buffer ?? new ArrayBuffer(0));
    const words = [0, 8, 16, 24, 32, 40].map((at) => view.getBigUint64(at, true));
    expect(words).toEqual([0x4942_534fn, 2n, 0x8020_0000n, 1n, 0n, 0n]);
    expect(a2 % 8n).toBe(0n);
  });

  it('has words of 4 bytes and the payload 4 MiB behind the firmware on RV32', () => {
    const payload = image(payloadAddress(32, RAM));
    expect(payload.entry).toBe(0x8040_0000n);
    const { a2, segments } = boot({ xlen: 32, payload });
    const info = segments.find(({ address }) => address === a2);
    const view = new DataView(info?.bytes.buffer ?? new ArrayBuffer(0));
    const words = [0, 4, 8, 12, 16, 20].map((at) => view.getUint32(at, true));
    expect(words).toEqual([0x4942_534f, 2, 0x8040_0000, 1, 0, 0]);
  });

  it('keeps everything apart and in RAM, and room for the tree to grow, whatever the size of RAM', () => {
    for (const size of [0x100_0000n, 0x8_0000_0000n, 0x101_1000n, 0x120_0000n]) {
      const ram = [{ base: 0x8000_0000n, size }];
      const { a1, a2, segments } = boot({ ram });
      expect(a2 - (a1 + 0x800n)).toBeGreaterThan(0x8000n);
      for (const segment of segments) {
        expect(endOf(segment)).toBeLessThanOrEqual(0x8000_0000n + size);
        // QEMU and U-Boot keep the tree below 3 GiB of RAM.
        expect(endOf(segment)).toBeLessThanOrEqual(0x1_4000_0000n);
      }
    }
  });

  it.each([
    [
      'RAM is too small',
      { payload: null, ram: [{ base: 0x8000_0000n, size: 0x1000n }] },
      'no room',
    ],
    ['the payload is for RV32', { payload: image(0x8020_0000n, 4, { xlen: 32 }) }, 'is for RV32'],
    ['the payload is elsewhere', { payload: image(0x4000_0000n) }, 'lies outside RAM'],
    ['the firmware reaches into it', { firmware: image(0x8000_0000n, 0x20_0001) }, 'reaches into'],
    ['the tree has no place', { firmware: image(0x8fe0_0000n, 8) }, 'reaches into'],
  ] as [string, Partial<BootRequest>, string][])('is refused when %s', (_name, of, message) => {
    expect(bootImages({ ...request, ...of }).error?.message).toContain(message);
  });
});
