/** What firmware did, step by step, for those who explain a case; kept only while somebody wants it. */
import type { Mode } from '../access/context.ts';
import type { Trap } from '../access/trap.ts';
import type { FenceName } from '../cache/fence-request.ts';
import type { Note } from '../firmware/port.ts';
import { trapText } from './firmware-fault.ts';

export interface FirmwareStep {
  readonly hart: number;
  /** One line: who does what. */
  readonly text: string;
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;
const operand = (value: bigint | null): string => (value === null ? 'x0' : hex(value));

export class FirmwareLog {
  #steps: FirmwareStep[] = [];

  take(): readonly FirmwareStep[] {
    const steps = this.#steps;
    this.#steps = [];
    return steps;
  }

  trap(hart: number, trap: Trap): void {
    this.#add(hart, `trap: ${trapText(trap)} at pc ${hex(trap.epc)}`);
  }

  csr(hart: number, who: string, op: string, name: string, value: bigint): void {
    this.#add(hart, `${who}: ${op} ${name}, ${hex(value)}`);
  }

  fence(hart: number, who: string, name: FenceName, rs1: bigint | null, rs2: bigint | null): void {
    const mnemonic = name.replace('_', '.');
    this.#add(hart, `${who}: ${mnemonic} ${operand(rs1)}, ${operand(rs2)}`);
  }

  ecall(hart: number, who: string, mode: Mode, extension: bigint, call: bigint): void {
    this.#add(hart, `${who}: ecall from ${mode}, a7 ${hex(extension)}, a6 ${hex(call)}`);
  }

  xret(hart: number, who: string, name: 'mret' | 'sret', mode: Mode, pc: bigint): void {
    this.#add(hart, `${who}: ${name} to ${mode} at ${hex(pc)}`);
  }

  note(hart: number, who: string, note: Note): void {
    this.#add(hart, `${who}: ${noteText(note)}`);
  }

  #add(hart: number, text: string): void {
    this.#steps.push({ hart, text });
  }
}

function noteText(note: Note): string {
  switch (note.what) {
    case 'world switch':
      return `world switch from domain ${note.from} to ${note.to}`;
    case 'exit':
      return 'the guest exits to its host';
    case 'ipi':
      return `interrupts hart ${note.to}`;
    case 'scrubbed':
      return `scrubs ${note.bytes} bytes`;
    case 'shadow':
      return `shadow tables: ${note.event} of ${note.entries}`;
    case 'refused':
      return `refuses the call: check ${note.check.replaceAll('_', ' ')}`;
    case 'step':
      return note.text;
  }
}
