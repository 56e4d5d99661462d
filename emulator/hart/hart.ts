/** One hart: CSRs, contexts, PMP, entry cache, and the access path between them and memory. */
import { Attempt } from '../access/attempt.ts';
import type { Mode } from '../access/context.ts';
import { Contexts } from '../access/decode-context.ts';
import type { OperationName } from '../access/kinds.ts';
import { KINDS, OPERATIONS } from '../access/kinds.ts';
import type { Operation } from '../access/kinds.ts';
import { Physical } from '../access/physical.ts';
import { Port } from '../access/port.ts';
import { causeOf } from '../access/report.ts';
import type { Tally } from '../access/tally.ts';
import type { Denial, Result, Trap } from '../access/trap.ts';
import { EntryCache } from '../cache/entry-cache.ts';
import type { FenceRequest } from '../cache/fence-request.ts';
import { Fences } from '../cache/fences.ts';
import { keepOf } from '../cache/policy.ts';
import { Ways } from '../cache/ways.ts';
import type { Decisions } from '../decisions.ts';
import { DECISIONS } from '../decisions.ts';
import { addressOf, Cell, ruleOf } from '../edges.ts';
import type { Memory } from '../memory/memory.ts';
import type { Pma } from '../memory/pma.ts';
import type { Platform } from '../platform.ts';
import { Pmp } from '../protect/pmp.ts';
import type { Fired } from '../rules/fired.ts';
import { R } from '../rules/fired.ts';
import type { Reason } from '../rules/reasons.ts';
import { CsrFile } from './csr-file.ts';
import type { CsrOp } from './csr-file.ts';
import type { Interrupt } from './interrupts.ts';
import type { Raised } from './trap-entry.ts';
import { takeInterrupt, takeTrap } from './trap-entry.ts';
import { markStage } from './csr-nesting.ts';

export class Hart {
  readonly id: number;
  readonly csrs: CsrFile;
  readonly cache = new EntryCache();
  /** Where executed instructions find pages without asking; its engine puts them to use. */
  readonly ways = new Ways();
  readonly pmp = new Pmp();
  readonly port: Port;
  private readonly contexts: Contexts;
  private readonly fences: Fences;
  readonly path: Attempt;
  readonly counts: Tally;
  private readonly cell = new Cell();
  private platform!: Platform;
  private decide: Decisions = DECISIONS;
  /** Version of the CSRs that the port's knowledge of PMP comes from. */
  private seen = -1;

  constructor(id: number, memory: Memory, pma: Pma, counts: Tally, fired: Fired) {
    this.id = id;
    this.counts = counts;
    this.csrs = new CsrFile(id, this.pmp);
    this.contexts = new Contexts(this.csrs);
    this.fences = new Fences(this.csrs, this.pmp);
    const physical = new Physical(memory, pma, this.pmp);
    this.port = new Port(physical, this.cache, counts, DECISIONS, fired);
    this.path = new Attempt(this.port);
  }

  reset(platform: Platform, decide: Decisions, fired: Fired): void {
    this.platform = platform;
    this.decide = decide;
    this.pmp.reset(platform, fired, decide.pmp);
    this.csrs.reset(platform, fired, decide.csr);
    this.contexts.reset(decide.cache);
    this.fences.reset(decide.fence);
    this.cache.reset(keepOf(platform), platform.seed + this.id, decide.cache);
    this.port.reset(platform, decide, fired);
    this.seen = this.csrs.version;
  }

  /** One access by an instruction in `mode`. `value`: what is stored or added. */
  attempt(mode: Mode, name: OperationName, address: bigint, size: number, value: bigint): Result {
    const { cell, path } = this;
    const operation: Operation = OPERATIONS[name];
    this.cache.tick();
    if (operation.feature !== null) {
      const denial = this.contexts.deniesOperation(mode, name);
      if (denial !== null) return this.refuse(mode, denial);
    }
    cell.value = value;
    path.value.set(cell.lo, cell.hi);
    cell.value = address;
    const reason = this.perform(mode, operation, cell.page, cell.offset, size);
    this.csrs.retired++;
    if (reason === null) {
      return { trap: null, value: cell.join(path.value.lo, path.value.hi) };
    }
    return { trap: this.trap(mode, reason, address), value: null };
  }

  csr(mode: Mode, name: string, op: CsrOp, value: bigint): Result {
    this.counts.csr++;
    if (op !== 'read') this.counts.csrw++;
    this.csrs.retired++;
    const outcome = this.csrs.access(mode, name, op, value);
    if (outcome.denial !== null) return this.refuse(mode, outcome.denial);
    return { trap: null, value: outcome.value };
  }

  /** One fence by an executed instruction: why it may not execute, or null. */
  order(request: FenceRequest): Denial | null {
    this.counts.fence++;
    const denial = this.fences.execute(request, this.cache);
    this.port.physical.forget();
    return denial;
  }

  fence(request: FenceRequest): Result {
    this.csrs.retired++;
    const denial = this.order(request);
    return denial === null ? { trap: null, value: 0n } : this.refuse(request.mode, denial);
  }

  /** A trap that is no access: an instruction that may not execute. */
  private refuse(mode: Mode, { cause, because, rule }: Denial): Result {
    const raised = { cause, tval: 0n, gpa: null, tinst: 0n, gva: false, epc: 0n, because, rule };
    return { trap: this.take(mode, raised), value: null };
  }

  /** The trap of a denied access; the program counter of a script's step is 0, that of a fetch its address. */
  private trap(mode: Mode, because: Reason, address: bigint): Trap {
    const epc = this.port.kind.origin === 'fetch' ? address : 0n;
    const page = this.pageOf(address);
    return this.take(mode, this.fault(because, page, this.cell.offset, epc, 0));
  }

  /** The decisions in force. */
  get decisions(): Decisions {
    return this.decide;
  }

  /** Takes an interrupt before the instruction at `pc`. */
  interrupted(mode: Mode, interrupt: Interrupt, pc: bigint): Trap {
    this.counts.trapped(interrupt.to);
    return takeInterrupt(this.csrs, this.decide.trap, interrupt, mode, pc);
  }

  /** Takes a trap, and counts it. */
  take(mode: Mode, raised: Raised): Trap {
    this.csrs.trapped++;
    const trap = takeTrap(this.csrs, this.decide.trap, raised, mode);
    this.counts.trapped(trap.takenIn);
    return trap;
  }

  /**
   * One access by an executed instruction in `mode`, at a virtual page and offset. What is stored, and after success
   * what was loaded, is `path.value`. Who may execute it is asked before (`denies`).
   */
  perform(
    mode: Mode,
    operation: Operation,
    page: number,
    offset: number,
    size: number,
  ): Reason | null {
    const { contexts, csrs, port } = this;
    const kind = KINDS[operation.kind];
    const context = contexts.of(mode, kind);
    if (csrs.version !== this.seen) {
      this.seen = csrs.version;
      port.physical.forget();
    }
    port.begin(context, kind, mode);
    port.mprv = mode === 'M' && contexts.mprv;
    return this.path.run(operation, page, offset, size);
  }

  /** Why `mode` may not execute a memory operation at all (feature, HU, cache-block and shadow-stack enables), or null. */
  denies(mode: Mode, name: OperationName): Denial | null {
    return this.contexts.deniesOperation(mode, name);
  }

  /**
   * What the access denied last reports. `page`, `offset`: where it began; `epc`: its instruction; `transformed`: the
   * word for tinst with rs1 clear, 0 for none.
   */
  fault(because: Reason, page: number, offset: number, epc: bigint, transformed: number): Raised {
    const { decide, path, platform, port } = this;
    const { kind, context } = port;
    const report = decide.report;
    const cause = causeOf(port, because);
    const isGuestFault = cause >= 20 && cause <= 23;
    if (isGuestFault && context.second !== null && context.second.below !== null) {
      markStage(this.csrs, port.guest === context.second);
    }
    if (context.domain !== null && because.startsWith('pte.')) {
      port.fired[R.SMMPT_LKUP_14] = 1;
      if (isGuestFault) port.fired[R.SMMPT_PTW_17] = 1;
    }
    const partPage = report.partPage(path.page, page);
    const partOffset = report.partOffset(path.offset, offset);
    const gpa = isGuestFault
      ? addressOf(
          report.guestPage(port.guestPage, partPage),
          report.guestOffset(port.guestOffset, partOffset),
        )
      : null;
    const hasAddress = platform.tval === 'address';
    const pseudo = isGuestFault
      ? report.pseudoInstruction(port.implicit, port.wrote, port.xlen)
      : 0;
    // A part that begins elsewhere than the access is that of the next page.
    const distance = partPage === page ? 0 : 4096 - offset;
    const tinst =
      pseudo === 0 && kind.origin !== 'fetch'
        ? report.transformedInstruction(transformed, report.addressOffset(distance))
        : pseudo;
    return {
      cause,
      tval: hasAddress ? addressOf(partPage, partOffset) : 0n,
      gpa,
      tinst: tinst === 0 ? 0n : BigInt(tinst),
      gva: hasAddress && report.isGuestVirtual(context.virtual),
      epc,
      because: report.reason(because),
      rule: ruleOf(port.rule),
    };
  }

  private pageOf(address: bigint): number {
    this.cell.value = address;
    return this.cell.page;
  }
}
