/** A line of a program as assembly: constants go through t5 and t6, the value of the line is left in t5. */
import type { PlanAction, PlanProgramLine } from '../../dsl/index.ts';
import {
  FENCE_WORDS,
  FENCES,
  KINDS,
  OPERATIONS,
  type OperationName,
} from '../../emulator/index.ts';
import type { CallAction, Marshalled } from '../firmware/marshal.ts';
import type { Actual } from '../judge/actual.ts';
import { CaseError, CaseSkip } from '../session/case-error.ts';
import type { World } from '../session/world.ts';

type Attempt = Extract<PlanAction, { readonly do: 'attempt' }>;

/** What a line is in a program. */
export interface LineCode {
  readonly text: string;
  /** For the judge: what the access is, where, and how many bytes. */
  readonly origin: Actual['origin'];
  readonly address: bigint;
  readonly size: number;
  /** Register that holds the value of the line; null: the line has none. */
  readonly result: string | null;
  /** Bits of the value. */
  readonly bits: number;
  /** The line jumps to `address`, and only the fetch there is asked for. */
  readonly jumps: boolean;
  /** The call that it makes: a0 and a1 are its result. */
  readonly call: Marshalled | null;
}

const VALUE = 't5';
const ADDRESS = 't6';
/** t5 by number. */
const RESULT = 'x30';

const PLAIN: Omit<LineCode, 'text'> = {
  origin: null,
  address: 0n,
  size: 0,
  result: null,
  bits: 64,
  jumps: false,
  call: null,
};

const LETTER: Readonly<Record<number, string>> = { 1: 'b', 2: 'h', 4: 'w', 8: 'd' };

const li = (register: string, value: bigint) => `li ${register}, 0x${value.toString(16)}`;

/** The assembly of a line; throws a `CaseError` for what has no form in a program. */
export function codeOf({ action }: PlanProgramLine, world: World): LineCode {
  switch (action.do) {
    case 'attempt':
      return attemptCode(action, world);
    case 'fence': {
      const row = FENCES[FENCE_WORDS[action.fence as keyof typeof FENCE_WORDS]];
      const lines: string[] = [];
      const operand = (value: typeof action.of, register: string, shift: bigint) => {
        if (value === null) return 'x0';
        lines.push(li(register, world.resolve(value) >> shift));
        return register;
      };
      const rs1 = operand(action.for, ADDRESS, row.rs1 === 'gpa' ? 2n : 0n);
      const rs2 = operand(action.of, VALUE, 0n);
      const operands = row.rs1 === null && row.rs2 === null ? '' : ` ${rs1}, ${rs2}`;
      return { ...PLAIN, text: [...lines, `${row.mnemonic}${operands}`].join('\n') };
    }
    case 'csr read': {
      const { csr, field } = action;
      const lines = [`csrr ${VALUE}, ${csr}`];
      if (field !== null && field.low > 0) lines.push(`srli ${VALUE}, ${VALUE}, ${field.low}`);
      const bits = field === null ? 64 : field.high - field.low + 1;
      return { ...PLAIN, text: lines.join('\n'), result: RESULT, bits };
    }
    case 'csr write': {
      const value = world.resolve(action.value);
      const { csr, field } = action;
      if (field === null) return { ...PLAIN, text: `${li(VALUE, value)}\ncsrw ${csr}, ${VALUE}` };
      const mask = ((1n << BigInt(field.high - field.low + 1)) - 1n) << BigInt(field.low);
      const text = [
        `csrr ${VALUE}, ${csr}`,
        li(ADDRESS, mask),
        `not ${ADDRESS}, ${ADDRESS}`,
        `and ${VALUE}, ${VALUE}, ${ADDRESS}`,
        li(ADDRESS, value << BigInt(field.low)),
        `or ${VALUE}, ${VALUE}, ${ADDRESS}`,
        `csrw ${csr}, ${VALUE}`,
      ].join('\n');
      return { ...PLAIN, text };
    }
    case 'execute': {
      const lines = action.registers.map(({ name, value }) =>
        /^(f|ft|fs|fa)\d+$/.test(name)
          ? `${li(ADDRESS, world.resolve(value))}\nfmv.d.x ${name}, ${ADDRESS}`
          : li(name, world.resolve(value)),
      );
      return { ...PLAIN, text: [...lines, action.code].join('\n'), result: 'rd' };
    }
    case 'wait':
      return { ...PLAIN, text: 'wfi' };
    case 'call':
      return callCode(action, world);
    case 'run tvm':
      throw new CaseError("the run loop has no form in a program: 'calls covh.run_tvm_vcpu(..)'");
    case 'unmodelled':
      throw new CaseSkip(`not modelled yet: ${action.why}`);
    case 'run':
    case 'continue':
      throw new CaseError('a program cannot run another one: jump there');
  }
}

/** Arguments in a0 and on, then ECALL. */
function callCode(action: CallAction, world: World): LineCode {
  if (world.firmware === null) throw new CaseSkip('not modelled yet: firmware');
  const call = world.firmware.marshal(action);
  const lines = call.registers.map((value, k) => li(`a${k}`, value));
  return { ...PLAIN, text: [...lines, 'ecall'].join('\n'), call };
}

function attemptCode(action: Attempt, world: World): LineCode {
  const { xlen } = world.platform;
  const name = action.operation as OperationName;
  if (action.address.every !== null) throw new CaseError("'every' has no form in a program");
  const address = BigInt.asUintN(xlen, world.resolve(action.address.at));
  const { size } = action;
  const value = action.value === null ? null : world.resolve(action.value);
  const lines = [li(ADDRESS, address)];
  if (value !== null) lines.push(li(VALUE, BigInt.asUintN(xlen, value)));
  const instruction = mnemonic(name, size, xlen);
  if (instruction === null) {
    throw new CaseError(`'${name}' of ${size} bytes has no form in a program: write 'executes'`);
  }
  lines.push(instruction);
  const { effect, kind } = OPERATIONS[name];
  return {
    text: lines.join('\n'),
    origin: KINDS[kind].origin,
    address,
    size,
    result: effect === 'none' || effect === 'zero' || effect === 'write' ? null : RESULT,
    bits: 8 * size,
    jumps: name === 'fetch',
    call: null,
  };
}

/** The instruction of an operation on the address in t6 and the value in t5. */
function mnemonic(name: OperationName, size: number, xlen: 32 | 64): string | null {
  const letter = LETTER[size] ?? '';
  const unsigned = 8 * size < xlen ? 'u' : '';
  switch (name) {
    case 'load':
      return `l${letter}${unsigned} ${VALUE}, 0(${ADDRESS})`;
    case 'store':
      return `s${letter} ${VALUE}, 0(${ADDRESS})`;
    case 'fetch':
      return `jr ${ADDRESS}`;
    case 'lr':
      return `lr.${letter} ${VALUE}, (${ADDRESS})`;
    case 'sc':
    case 'amoadd':
    case 'amoswap':
    case 'ssamoswap':
      return `${name}.${letter} ${VALUE}, ${VALUE}, (${ADDRESS})`;
    case 'hlv':
      return `hlv.${letter}${unsigned} ${VALUE}, (${ADDRESS})`;
    case 'hlvx':
      return `hlvx.${letter}u ${VALUE}, (${ADDRESS})`;
    case 'hsv':
      return `hsv.${letter} ${VALUE}, (${ADDRESS})`;
    case 'cbo_zero':
    case 'cbo_clean':
    case 'cbo_flush':
    case 'cbo_inval':
      return `${name.replace('_', '.')} (${ADDRESS})`;
    case 'prefetch':
      return `prefetch.r 0(${ADDRESS})`;
    case 'sspush':
    case 'sspopchk':
      return null;
  }
}
