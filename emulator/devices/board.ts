/** The devices of a machine: made from the platform, attached to the bus, connected to what stands around them. */
import { Cell } from '../edges.ts';
import type { DeviceWindow, Halves, ListenerWindow, Window } from '../memory/bus.ts';
import type { Memory } from '../memory/memory.ts';
import type { Pma } from '../memory/pma.ts';
import type { DeviceSpec, Platform } from '../platform.ts';
import { Clint } from './clint.ts';
import type { Device, End, Surroundings } from './device.ts';
import { NOWHERE } from './device.ts';
import { Finisher } from './finisher.ts';
import type { Mailbox } from './htif.ts';
import { Htif } from './htif.ts';
import { Uart } from './uart.ts';

/** The same empty lists each time: a machine without devices is reset without looking at its ranges. */
const NO_WINDOWS: readonly DeviceWindow[] = [];
const NO_LISTENERS: readonly ListenerWindow[] = [];

/** Bytes of a mailbox of HTIF. */
const MAILBOX = 8;

export class Board {
  /** What the devices are connected to; read at each use, so it may be set before or after `reset`. */
  surroundings: Surroundings = NOWHERE;
  /** How a device ended the run; null: it goes on. */
  end: End | null = null;
  /** Null: the platform has none. */
  clint: Clint | null = null;
  #uarts: Uart[] = [];
  #htif: Htif | null = null;
  readonly #memory: Memory;
  readonly #pma: Pma;
  readonly #cell = new Cell();

  constructor(memory: Memory, pma: Pma) {
    this.#memory = memory;
    this.#pma = pma;
  }

  /** Makes the devices anew. Before the reset of PMA; returns why it cannot, or null. */
  reset(platform: Platform): string | null {
    this.end = null;
    this.clint = null;
    this.#uarts = [];
    this.#htif = null;
    const { bus } = this.#pma;
    bus.attach(NO_WINDOWS, NO_LISTENERS);
    const { devices = [] } = platform;
    if (devices.length === 0) return null;
    const windows: DeviceWindow[] = [];
    const listeners: ListenerWindow[] = [];
    for (const spec of devices) {
      if (spec.kind === 'htif') {
        const why = this.#attachHtif(spec, listeners, platform);
        if (why !== null) return why;
        continue;
      }
      if (spec.kind === 'clint' && this.clint !== null) return 'a machine has one CLINT at most';
      const device = this.#make(spec.kind, platform.harts);
      if (spec.base % 8n !== 0n) return `the ${spec.kind} at ${hex(spec.base)} is not aligned to 8`;
      const window = { ...this.#window(spec.base, device.size), device };
      const other = windows.find((known) => overlap(known, window));
      if (other !== undefined) return `devices overlap: the ${spec.kind} at ${hex(spec.base)}`;
      windows.push(window);
    }
    bus.attach(windows, listeners);
    return null;
  }

  /** After every slice: time has moved, something may have been typed. */
  update(): void {
    this.clint?.update();
    for (const uart of this.#uarts) uart.poll();
    this.#htif?.poll();
  }

  /** Ticks until a device does something of itself; Infinity: never. A hart that waits may skip as many. */
  nextEvent(): number {
    return this.clint?.nextEvent() ?? Infinity;
  }

  #make(kind: 'clint' | 'uart' | 'finisher', harts: number): Device {
    switch (kind) {
      case 'clint':
        this.clint = new Clint(harts, {
          ticks: () => this.surroundings.ticks(),
          raise: (hart, line, level) => this.surroundings.raise(hart, line, level),
        });
        return this.clint;
      case 'uart': {
        const uart = new Uart(this.#terminal);
        this.#uarts.push(uart);
        return uart;
      }
      case 'finisher':
        return new Finisher((end) => this.#halt(end));
    }
  }

  readonly #terminal = {
    write: (byte: number) => this.surroundings.write(byte),
    read: () => this.surroundings.read(),
  };

  #attachHtif(
    spec: DeviceSpec & { readonly kind: 'htif' },
    listeners: ListenerWindow[],
    { ram }: Platform,
  ): string | null {
    const words = spec.fromhost === null ? [spec.tohost] : [spec.tohost, spec.fromhost];
    for (const at of words) {
      if (at % 8n !== 0n) return `HTIF at ${hex(at)} is not aligned to 8`;
      const holds = ram.some(({ base, size }) => at >= base && at + 8n <= base + size);
      if (!holds) return `HTIF at ${hex(at)} lies outside RAM`;
    }
    const mailboxes = words.map((at) => this.#mailbox(at));
    const htif = new Htif(mailboxes[0], mailboxes[1] ?? null, this.#terminal, (end) =>
      this.#halt(end),
    );
    this.#htif = htif;
    for (const at of words) listeners.push({ ...this.#window(at, MAILBOX), listener: htif });
    return null;
  }

  #mailbox(at: bigint): Mailbox {
    const memory = this.#memory;
    const { page, offset } = this.#window(at, MAILBOX);
    const frame = (): number => memory.frame(this.#pma.resolve(page));
    return {
      load: (to: Halves) => {
        memory.load(frame(), offset, MAILBOX);
        to.lo = memory.lo;
        to.hi = memory.hi;
      },
      store: (lo, hi) => memory.store(frame(), offset, MAILBOX, lo, hi),
    };
  }

  #halt(end: End): void {
    if (this.end !== null) return;
    this.end = end;
    this.surroundings.halt(end);
  }

  #window(base: bigint, size: number): Window {
    this.#cell.value = base;
    const { page, offset } = this.#cell;
    return { page, offset, size };
  }
}

function overlap(a: Window, b: Window): boolean {
  const distance = (b.page - a.page) * 4096 + b.offset - a.offset;
  return distance < a.size && -distance < b.size;
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;
