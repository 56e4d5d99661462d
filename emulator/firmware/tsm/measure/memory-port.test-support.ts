/** A port that has memory and nothing else, for tests of what needs no hart. */
import type { Op, Port } from '../../port.ts';
import type { RuleId } from '../../../rules/fired.ts';

export interface MemoryPort {
  readonly port: Port;
  readonly fired: Set<RuleId>;
  readonly write: (at: bigint, bytes: Uint8Array) => void;
  readonly read: (at: bigint, count: number) => Uint8Array;
}

export function memoryPort(): MemoryPort {
  const memory = new Map<bigint, number>();
  const fired = new Set<RuleId>();
  const read = (at: bigint, count: number): Uint8Array =>
    Uint8Array.from({ length: count }, (_, index) => memory.get(at + BigInt(index)) ?? 0);
  const write = (at: bigint, bytes: Uint8Array): void => {
    bytes.forEach((byte, index) => memory.set(at + BigInt(index), byte));
  };
  const given: Partial<Port> = {
    xlen: 64,
    hart: 0,
    own: {
      read: (at, size) =>
        read(at, size).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n),
      write: (at, size, value) => {
        write(
          at,
          Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)),
        );
      },
    },
    *tryReadBytes(at, count) {
      return read(at, count);
    },
    *tryWriteBytes(at, bytes) {
      write(at, bytes);
      return null;
    },
    fired: (rule) => {
      fired.add(rule);
    },
    note: () => undefined,
  };
  const port = new Proxy(given, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name) as unknown;
      throw new Error(`this port has no ${String(name)}`);
    },
  }) as Port;
  return { port, fired, write, read };
}

/** Runs what yields for nobody. */
export function finish<T>(op: Op<T>): T {
  for (;;) {
    const step = op.next('done');
    if (step.done === true) return step.value;
  }
}
