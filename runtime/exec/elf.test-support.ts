/** The smallest ELF that is loaded: one segment, entered at its first byte. */
const HEADER = 64;
const PROGRAM_HEADER = 56;

export function elf64(address: bigint, code: Uint8Array): Uint8Array {
  const at = HEADER + PROGRAM_HEADER;
  const file = new Uint8Array(at + code.length);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // executable
  view.setUint16(18, 243, true); // RISC-V
  view.setUint32(20, 1, true);
  view.setBigUint64(24, address, true);
  view.setBigUint64(32, BigInt(HEADER), true);
  view.setUint16(52, HEADER, true);
  view.setUint16(54, PROGRAM_HEADER, true);
  view.setUint16(56, 1, true);
  view.setUint32(HEADER, 1, true); // PT_LOAD
  view.setUint32(HEADER + 4, 5, true);
  view.setBigUint64(HEADER + 8, BigInt(at), true);
  view.setBigUint64(HEADER + 16, address, true);
  view.setBigUint64(HEADER + 24, address, true);
  view.setBigUint64(HEADER + 32, BigInt(code.length), true);
  view.setBigUint64(HEADER + 40, BigInt(code.length), true);
  file.set(code, at);
  return file;
}
