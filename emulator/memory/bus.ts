/** The physical bus beside plain memory: devices that answer for some bytes, listeners that hear of stores to memory. */

/** A 64-bit value as two halves, signed; what a load leaves behind. */
export interface Halves {
  lo: number;
  hi: number;
}

/** A device as an access reaches it. Offsets are bytes from its base; accesses are 1, 2, 4 or 8 bytes, aligned. */
export interface Answering {
  /** Whether it takes such an access. Asked before the access is performed, perhaps in vain: changes nothing. */
  accepts(offset: number, size: number, isWrite: boolean): boolean;
  /** Zero-extended into `to`. */
  load(offset: number, size: number, to: Halves): void;
  /** The low `size` bytes of a value. */
  store(offset: number, size: number, lo: number, hi: number): void;
}

/** Hears of stores to a range of main memory, after they are done. */
export interface Listening {
  stored(): void;
}

/** Bytes on the bus: the page and offset of the first, and how many; a window may begin or end within a page. */
export interface Window {
  readonly page: number;
  readonly offset: number;
  readonly size: number;
}

export interface DeviceWindow extends Window {
  readonly device: Answering;
}

export interface ListenerWindow extends Window {
  readonly listener: Listening;
}

/** Where the window ends: bytes from the start of its first page. */
const end = ({ offset, size }: Window): number => offset + size;

/** Pages that a window touches. */
export const pageCount = (window: Window): number => Math.ceil(end(window) / 4096);

const touches = (window: Window, page: number): boolean =>
  page >= window.page && page < window.page + pageCount(window);

/** Offset in the window of an offset in a page. */
const inside = (window: Window, page: number, offset: number): number =>
  (page - window.page) * 4096 + offset - window.offset;

export class Bus {
  #devices: readonly DeviceWindow[] = [];
  #listeners: readonly ListenerWindow[] = [];

  attach(devices: readonly DeviceWindow[], listeners: readonly ListenerWindow[]): void {
    this.#devices = devices;
    this.#listeners = listeners;
  }

  get devices(): readonly DeviceWindow[] {
    return this.#devices;
  }

  /** Whether a device answers for some of the page. */
  hasDevice(page: number): boolean {
    for (const window of this.#devices) if (touches(window, page)) return true;
    return false;
  }

  /** Whether somebody hears of stores to some of the page. */
  hasListener(page: number): boolean {
    for (const window of this.#listeners) if (touches(window, page)) return true;
    return false;
  }

  /** The window that holds these bytes of a page whole; null: none does. */
  find(page: number, offset: number, size: number): DeviceWindow | null {
    for (const window of this.#devices) {
      const at = inside(window, page, offset);
      if (at >= 0 && at + size <= window.size) return window;
    }
    return null;
  }

  /** Loads from the device at these bytes; 0 where none is. */
  load(page: number, offset: number, size: number, to: Halves): void {
    to.lo = 0;
    to.hi = 0;
    const window = this.find(page, offset, size);
    window?.device.load(inside(window, page, offset), size, to);
  }

  /** Stores to the device at these bytes, if there is one. */
  store(page: number, offset: number, size: number, lo: number, hi: number): void {
    const window = this.find(page, offset, size);
    window?.device.store(inside(window, page, offset), size, lo, hi);
  }

  /** Tells who listens to any of these bytes that they were stored. */
  announce(page: number, offset: number, size: number): void {
    for (const window of this.#listeners) {
      const at = inside(window, page, offset);
      if (at < window.size && at + size > 0) window.listener.stored();
    }
  }
}
