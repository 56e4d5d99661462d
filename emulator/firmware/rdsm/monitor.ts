/** What the RDSM works with while it serves one trap: the port, its records, and who trapped. */
import type { Op, Port } from '../port.ts';
import { RDSM_MAP } from '../layouts/rdsm.ts';
import type { FirmwareDomain, FirmwareSpec } from '../spec.ts';
import type { RdsmDecisions } from './decisions.ts';
import type { Ground } from './ground.ts';
import type { HartRecord, SeatRecord } from './store.ts';
import { Store } from './store.ts';

/** First and last register that is saved; x0 is none. */
const REGISTERS = [...Array(31).keys()].map((k) => k + 1);

export class Monitor {
  readonly port: Port;
  readonly spec: FirmwareSpec;
  readonly decide: RdsmDecisions;
  readonly ground: Ground;
  readonly store: Store;
  /** SDID of the domain whose trap is served. */
  readonly caller: number;
  /** Its registers, and where it goes on. */
  readonly frame: SeatRecord;
  readonly hart: HartRecord;

  constructor(
    port: Port,
    spec: FirmwareSpec,
    decide: RdsmDecisions,
    ground: Ground,
    caller: number,
  ) {
    this.port = port;
    this.spec = spec;
    this.decide = decide;
    this.ground = ground;
    this.store = new Store(port.own, ground.area(this));
    this.caller = caller;
    this.frame = this.seat(caller);
    this.hart = this.store.hart(port.hart);
  }

  /** First thing after a trap: the scratch CSR points to the context of whoever runs, which takes all registers. */
  static *enter(
    port: Port,
    spec: FirmwareSpec,
    decide: RdsmDecisions,
    ground: Ground,
  ): Op<Monitor> {
    const seat = yield* port.csrr(ground.csrs.scratch);
    const caller = RDSM_MAP.sdidOf(ground.area({ spec }), port.hart, seat);
    const monitor = new Monitor(port, spec, decide, ground, caller);
    for (const number of REGISTERS) monitor.frame.set('x', port.x(number), number);
    return monitor;
  }

  get kind(): FirmwareDomain['kind'] {
    return this.store.kindOf(this.caller);
  }

  has(feature: string): boolean {
    return this.spec.features.has(feature);
  }

  /** Register of the caller. */
  x(number: number): bigint {
    return this.frame.get('x', number);
  }

  seat(sdid: number): SeatRecord {
    return this.store.seat(this.port.hart, sdid);
  }

  /** A 64-bit CSR, in two halves at XLEN 32. */
  *readWide(csr: string): Op<bigint> {
    const low = yield* this.port.csrr(csr);
    if (this.port.xlen === 64) return low;
    return low | ((yield* this.port.csrr(`${csr}h`)) << 32n);
  }

  *writeWide(csr: string, value: bigint): Op<void> {
    const { port } = this;
    yield* port.csrw(csr, BigInt.asUintN(port.xlen, value));
    if (port.xlen === 32) yield* port.csrw(`${csr}h`, BigInt.asUintN(32, value >> 32n));
  }

  *setWide(csr: string, bits: bigint): Op<void> {
    const { port } = this;
    if (port.xlen === 64) yield* port.csrs(csr, bits);
    else {
      yield* port.csrs(csr, bits & 0xffff_ffffn);
      yield* port.csrs(`${csr}h`, bits >> 32n);
    }
  }

  /** Back to the domain that is in force, with all registers of `frame`. */
  *leave(frame: SeatRecord, pc: bigint): Op<never> {
    const { port } = this;
    for (const number of REGISTERS) port.setX(number, frame.get('x', number));
    yield* port.csrw(this.ground.csrs.epc, pc);
    return yield* this.ground.leave(this);
  }

  /** Into a domain at an entry of its own: it finds these registers, from a0 on, and nothing else. */
  *start(pc: bigint, values: readonly bigint[]): Op<never> {
    const { port } = this;
    values.forEach((value, k) => {
      port.setX(10 + k, value);
    });
    yield* port.csrw(this.ground.csrs.epc, pc);
    return yield* this.ground.leave(this);
  }
}
