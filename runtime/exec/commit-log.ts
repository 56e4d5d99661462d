/** A trace in the form of Spike's commit log (`--log-commits -l`), for the tools that read it. */
import type { Commit, Mode, Trap } from '../../emulator/index.ts';

const PRIVILEGE: Readonly<Record<Mode, number>> = { M: 3, S: 1, VS: 1, U: 0, VU: 0 };

const ZEROS = '0'.repeat(32);

/** Of a value below 2^bits. A trace has millions of lines: as cheap as it can be. */
function digits(value: bigint, bits: number): string {
  const text = value.toString(16);
  return `0x${ZEROS.slice(0, bits / 4 - text.length)}${text}`;
}

const core = (hart: number): string => `core${String(hart).padStart(4)}: `;

/** `core   0: 3 0x0000000080000000 (0x00000297) x5  0x0000000080000000`; then a newline. */
export function commitLine(commit: Commit): string {
  const { hart, xlen, flen, mode, pc, word, length, writes, accesses } = commit;
  let line = `${core(hart)}${PRIVILEGE[mode]} ${digits(pc, xlen)} (${digits(BigInt(word), 8 * length)})`;
  for (const { kind, number, name, value } of writes) {
    line += kind === 'csr' ? ` c${number}_${name} ` : ` ${name.padEnd(3)} `;
    line += kind === 'f' ? digits(BigInt.asUintN(flen, value), flen) : digits(value, xlen);
  }
  for (const { address, size, stored } of accesses) {
    line += ` mem ${digits(address, xlen)}`;
    if (stored !== null) line += ` ${digits(stored, 8 * size)}`;
  }
  return `${line}\n`;
}

/** Spike's names of exceptions; those without a second line have no tval. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  0: 'instruction_address_misaligned',
  1: 'instruction_access_fault',
  2: 'illegal_instruction',
  3: 'breakpoint',
  4: 'load_address_misaligned',
  5: 'load_access_fault',
  6: 'store_address_misaligned',
  7: 'store_access_fault',
  8: 'user_ecall',
  9: 'supervisor_ecall',
  10: 'virtual_supervisor_ecall',
  11: 'machine_ecall',
  12: 'instruction_page_fault',
  13: 'load_page_fault',
  15: 'store_page_fault',
  18: 'software_check',
  20: 'instruction_guest_page_fault',
  21: 'load_guest_page_fault',
  22: 'virtual_instruction',
  23: 'store_guest_page_fault',
};
const ECALLS: readonly number[] = [8, 9, 10, 11];

/** `core   0: exception trap_load_access_fault, epc 0x...`, and a line for tval. */
export function trapLines(hart: number, xlen: 32 | 64, trap: Trap): string {
  const { cause, epc, tval } = trap;
  const head = core(hart);
  if (trap.interrupt === true) {
    return `${head}exception interrupt #${cause}, epc ${digits(epc, xlen)}\n`;
  }
  const name = EXCEPTIONS[cause];
  const text = name === undefined ? `trap #${cause}` : `trap_${name}`;
  const first = `${head}exception ${text}, epc ${digits(epc, xlen)}\n`;
  return ECALLS.includes(cause) ? first : `${first}${head}          tval ${digits(tval, xlen)}\n`;
}

/** The cause in words: `load access fault`. */
export function causeText({ cause, interrupt }: Trap): string {
  if (interrupt === true) return `interrupt ${cause}`;
  return (EXCEPTIONS[cause] ?? `exception ${cause}`).replaceAll('_', ' ');
}
