import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadElf } from './elf.ts';
import { whereabouts } from './image.ts';

const TOOL = 'riscv64-unknown-elf-';
const hasTools = spawnSync(`${TOOL}ld`, ['--version']).status === 0;

const SOURCE = `
.section .text
.globl _start
_start:
  la t0, table
  nop
loop: j loop
.section .data
.balign 8
table: .dword loop
.globl tohost
.balign 64
tohost: .dword 0
.globl fromhost
.balign 64
fromhost: .dword 0
.section .bss
.space 4096
`;

/** Assembles and links; the file's bytes. */
function linked(xlen: 32 | 64, options: readonly string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'sdt-ld-'));
  try {
    const [source, object, out] = ['a.s', 'a.o', 'a.elf'].map((name) => join(folder, name));
    const abi = xlen === 32 ? ['rv32imac', 'ilp32'] : ['rv64gc', 'lp64d'];
    writeFileSync(
      source,
      SOURCE.replace('.dword loop', xlen === 32 ? '.word loop' : '.dword loop'),
    );
    execFileSync(`${TOOL}as`, [`-march=${abi[0]}`, `-mabi=${abi[1]}`, '-o', object, source]);
    const emulation = `elf${xlen}lriscv`;
    execFileSync(`${TOOL}ld`, ['-m', emulation, ...options, '-o', out, object], {
      stdio: 'ignore',
    });
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!hasTools)('GNU ld (binutils; skipped where it is missing)', () => {
  it.each([32, 64] as const)('are loaded, linked to fixed addresses: RV%i', (xlen) => {
    const file = linked(xlen, ['-Ttext=0x80000000', '-Tdata=0x80001000']);
    const { image, error } = loadElf(file);
    expect(error).toBe(null);
    if (image === null) return;
    expect([image.xlen, image.entry, image.tohost, image.fromhost]).toEqual([
      ...[xlen, 0x8000_0000n, 0x8000_1040n, 0x8000_1080n],
    ]);
    expect([image.compressed, image.floatAbi]).toEqual([true, xlen === 64 ? 'double' : 'soft']);
    expect(whereabouts(image, 0x8000_0002n)).toBe('_start+0x2');
    const data = image.segments.find(({ address }) => address === 0x8000_1000n);
    expect(data?.zeros).toBeGreaterThanOrEqual(4096);
    const loop = image.symbols.find('loop') ?? 0n;
    expect(new DataView(Uint8Array.from(data?.bytes ?? []).buffer).getUint32(0, true)).toBe(
      Number(loop),
    );
  });

  it('with some bytes changed are programs or refusals', () => {
    const good = linked(64, ['-Ttext=0x80000000', '-Tdata=0x80001000']);
    const change = fc.tuple(fc.nat(4000), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const file = Uint8Array.from(good);
        for (const [at, byte] of changes) file[at % file.length] = byte;
        const { image, error } = loadElf(file);
        expect(image === null ? error.message.length > 10 : image.segments.length > 0).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Debian's packages `opensbi` and `u-boot-qemu`. */
const FIRMWARE = [
  ['/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.elf', 0x8000_0000n],
  ['/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.elf', 0x8000_0000n],
  ['/usr/lib/u-boot/qemu-riscv64_smode/uboot.elf', 0x8020_0000n],
] as const;

describe('firmware of Debian (opensbi, u-boot-qemu; skipped where it is not installed)', () => {
  for (const [path, address] of FIRMWARE)
    it.skipIf(!existsSync(path))(`${path} is loaded where it is linked`, () => {
      const { image, error } = loadElf(readFileSync(path));
      expect(error).toBe(null);
      expect([image?.entry, image?.segments[0]?.address]).toEqual([address, address]);
    });
});
