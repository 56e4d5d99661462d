import { describe, expect, it } from 'vitest';
import { STAGE_GEOMETRIES } from '../../emulator/index.ts';
import { GStageTable } from './gstage-table.ts';

function table(): GStageTable {
  const entries = new Map<bigint, bigint>();
  let next = 0x8000_0000n;
  const made = GStageTable.create(
    STAGE_GEOMETRIES.sv39x4,
    { read: (at) => entries.get(at) ?? 0n, write: (at, _size, value) => entries.set(at, value) },
    {
      take: (size, alignment) => {
        next += (alignment - (next % alignment)) % alignment;
        const at = next;
        next += size;
        return at;
      },
    },
  );
  if (typeof made === 'string') throw new Error(made);
  return made;
}

describe('a domain behind its G-stage', () => {
  it('reaches what it was granted, at its own address, and nothing else', () => {
    const domain = table();
    expect(domain.set(0x9000_0000n, 0x2000n, 3).error).toBeNull();
    expect(domain.rights(0x9000_0000n)).toBe(3);
    expect(domain.rights(0x9000_1000n)).toBe(3);
    expect(domain.rights(0x9000_2000n)).toBeNull();
  });

  it('loses what is set to nothing, mapped or not', () => {
    const domain = table();
    domain.set(0x9000_0000n, 0x20_0000n, 7);
    expect(domain.set(0x9000_1000n, 0x1000n, 0).error).toBeNull();
    expect(domain.set(0xa000_0000n, 0x1000n, 0).error).toBeNull();
    expect(domain.rights(0x9000_0000n)).toBe(7);
    expect(domain.rights(0x9000_1000n)).toBeNull();
  });

  it('has a 16 KiB root', () => {
    expect(table().rootSize).toBe(0x4000n);
  });
});
