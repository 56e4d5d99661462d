import { describe, expect, it } from 'vitest';
import { hex } from '../../crypto/bytes.ts';
import { digest } from '../../crypto/hash.ts';
import { MEASUREMENTS } from '../../layouts/measurement.ts';
import { finish, memoryPort } from './memory-port.test-support.ts';
import type { Profile } from './register-map.ts';
import {
  extendPage,
  extendRuntime,
  isLocked,
  lockMeasurements,
  readRegister,
  resetMeasurements,
} from './registers.ts';

const RECORD = 0x8f00_0000n;
const AT = 0x8000_0000n;
const PAGE = 4096;

function fresh() {
  const memory = memoryPort();
  memory.write(RECORD, new Uint8Array(MEASUREMENTS.size).fill(0xa5));
  resetMeasurements(memory.port, RECORD);
  return memory;
}

/** The page register after pages of one byte repeated, in order. */
function pages(...list: readonly (readonly [gpa: bigint, byte: number])[]): string {
  const { port, write } = fresh();
  for (const [gpa, byte] of list) {
    write(AT, new Uint8Array(PAGE).fill(byte));
    finish(extendPage(port, 'spec', RECORD, gpa, AT, 4096n));
  }
  return hex(readRegister(port, RECORD, 'tvm-pages'));
}

describe('measurement registers', () => {
  it('of a TVM start at 48 zero bytes, whatever its state page held', () => {
    const { port } = fresh();
    for (const use of ['tvm-pages', 'tvm-configuration', 'runtime-0', 'runtime-3'] as const) {
      expect(hex(readRegister(port, RECORD, use))).toBe('00'.repeat(48));
    }
    expect(isLocked(port, RECORD)).toBe(false);
  });

  it('of platform and TSM are measured at boot, each to a value of its own', () => {
    const { port } = fresh();
    const values = (
      ['platform-firmware', 'platform-configuration', 'tsm-software', 'tsm-configuration'] as const
    ).map((use) => hex(readRegister(port, RECORD, use)));
    expect(new Set([...values, '00'.repeat(48)]).size).toBe(5);
  });

  it('take a page of zeros at 0x80200000', () => {
    expect(pages([0x8020_0000n, 0])).toBe(
      '3091badc760341f743c0f38cd03a8a81aab6b9ef76c021aee57b8196a937e08aee128184f7a30673239ecbe7c3dd071c',
    );
  });

  it('depend on order, address and content of pages', () => {
    const first = [0x8020_0000n, 0x11] as const;
    const second = [0x8020_1000n, 0x22] as const;
    expect(pages(first, second)).toBe(
      'd01742d126a5a537c4e59ecea0f89b22fd0dae396ac1ec0e474dd68beeefae6f9217e0bd44201f1d6f0542989955a97e',
    );
    expect(pages(second, first)).toBe(
      '08cbc68b1814cb1822a6185f789b777a337dd90e696e176ad959e82a7e2e6f4b66e412d24532b58cb25a2f7c1178207d',
    );
    expect(pages([0x8020_1000n, 0x11])).not.toBe(pages([0x8020_0000n, 0x11]));
    expect(pages([0x8020_0000n, 0x10])).not.toBe(pages([0x8020_0000n, 0x11]));
  });

  it('take the entry and its argument at finalize, and are locked then', () => {
    const { port, fired } = fresh();
    lockMeasurements(port, RECORD, [0x8020_0000n, 0n]);
    expect(hex(readRegister(port, RECORD, 'tvm-configuration'))).toBe(
      '58bf92eb6125fa2273ecc988869d885e12ffd98d34fa1d6208071c189ef5f7660d19997ab85c523af853413b1c763f39',
    );
    expect(hex(readRegister(port, RECORD, 'tvm-pages'))).toBe('00'.repeat(48));
    expect(isLocked(port, RECORD)).toBe(true);
    expect(fired).toContain('FIN-04');
  });

  it.each<[Profile, string]>([
    [
      'spec',
      '96c4ef47b5b70840706372472f80b355673b289d02e219e2b55f2d3727596c9790adda77fa1b53bae481daa1113cc4b7',
    ],
    [
      'salus',
      '4d783cdfa8d6bc1293d0f1bfb58f9f0b05a8ef723cb8745d142d60ac3b9d213c51f06aa1e9b92ff09f64e4a2d0c8fe87',
    ],
  ])('take the digest of helloworld at run time, in profile %s', (profile, value) => {
    const { port } = fresh();
    extendRuntime(
      port,
      profile,
      RECORD,
      'runtime-1',
      digest(new TextEncoder().encode('helloworld')),
    );
    expect(hex(readRegister(port, RECORD, 'runtime-1'))).toBe(value);
    expect(hex(readRegister(port, RECORD, 'runtime-0'))).toBe('00'.repeat(48));
    expect(hex(readRegister(port, RECORD, 'runtime-2'))).toBe('00'.repeat(48));
  });

  it('take 2 MiB as 512 pages in profile spec, and as one page in salus', () => {
    const { port } = memoryPort();
    const size = 2n ** 21n;
    const value = (record: bigint) => hex(readRegister(port, record, 'tvm-pages'));
    const [whole, salus, single] = [RECORD, RECORD + 0x1000n, RECORD + 0x2000n] as const;
    for (const record of [whole, salus, single]) resetMeasurements(port, record);
    finish(extendPage(port, 'spec', whole, 0x8020_0000n, AT, size));
    finish(extendPage(port, 'salus', salus, 0x8020_0000n, AT, size));
    for (let at = 0n; at < size; at += 4096n) {
      finish(extendPage(port, 'spec', single, 0x8020_0000n + at, AT + at, 4096n));
    }
    expect(value(whole)).toBe(value(single));
    expect(value(salus)).not.toBe(value(single));
    const zeros = new Uint8Array(48 + 8 + Number(size));
    new DataView(zeros.buffer).setBigUint64(48, 0x8020_0000n, true);
    expect(value(salus)).toBe(hex(digest(zeros)));
  });
});
