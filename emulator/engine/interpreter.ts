/**
 * The table as a WebAssembly interpreter: a loop over decoded records with one handler per form. It never calls out;
 * where TypeScript is needed it returns why (`EXIT`), with everything it knows in the hart's cells.
 */
import { CELL } from '../memory/layout.ts';
import { branch, Frame, get, i32, LOCAL, PC_CELLS, set, tee, W } from './frame.ts';
import type { Handlers } from './handlers.ts';
import { EXIT, HANDLER } from './handlers.ts';
import { RowHandlers } from './row-handlers.ts';
import type { Code } from './wasm-writer.ts';
import { I32, unsigned, VOID, wasmModule, join } from './wasm-writer.ts';

const LOAD_I32 = 0x28;
const STORE_I32 = 0x36;

/** The labels that leave with a reason of their own, innermost first, as `frame.ts` lists them. */
const LEAVES = [EXIT.target, EXIT.float, EXIT.access];

/**
 * A module with `run(cells, ways): why`, given the positions of a hart's cells and ways: executes what the cells say
 * until something is to be done in TypeScript.
 */
export function interpreterModule(xlen: 32 | 64, handlers: Handlers): Uint8Array<ArrayBuffer> {
  const frame = new Frame(xlen);
  const body = join(
    enter(frame),
    [W.block, I32, W.loop, VOID, W.block, VOID],
    LEAVES.flatMap(() => [W.block, VOID]),
    dispatch(frame, handlers),
    // From the end of a leaving block, as many blocks as follow it lie in between; then `jump` and `next`.
    LEAVES.flatMap((why, k) => join(W.end, i32(why), W.br, LEAVES.length - k + 1)),
    [W.end],
    jump(frame),
    [W.end, W.unreachable, W.end],
    leave(frame),
  );
  const { types } = frame;
  return wasmModule([{ name: 'run', params: [I32, I32], results: [I32], locals: types, body }]);
}

/** Cells into locals. */
function enter(frame: Frame): Code {
  return join(
    frame.fromCell(LOCAL.at, CELL.record, LOAD_I32),
    frame.fromCell(LOCAL.remaining, CELL.remaining, LOAD_I32),
    PC_CELLS.flatMap(([local, cell]) => frame.fromCell(local, cell, frame.op('load'))),
  );
}

/** The loop's head, which counts the instruction and goes to its handler; then all handlers. */
function dispatch(frame: Frame, handlers: Handlers): Code {
  const special = Object.values(HANDLER);
  const count = special.length + handlers.forms.length;
  const isOver = join(counted(W.i32.sub), tee(LOCAL.remaining), i32(0), W.i32.lt);
  const pieces: Code[] = [
    join(isOver, W.if, VOID, i32(EXIT.budget), branch('exit', 1), W.end),
    Array.from({ length: count }, () => [W.block, VOID]).flat(),
    join(frame.field('handler'), W.brTable, unsigned(count)),
    Array.from({ length: count }, (_, k) => unsigned(k)).flat(),
    unsigned(HANDLER.undecoded),
  ];
  // The block of a handler ends where its code begins: around it are those of the handlers behind it.
  let open = count;
  for (const handler of special) {
    pieces.push([W.end], specialHandler(frame, handler, --open));
  }
  const rows = new RowHandlers(frame, handlers.isCompressed);
  for (const form of handlers.forms) pieces.push([W.end], rows.code(form, --open));
  return join(...pieces);
}

function specialHandler(frame: Frame, handler: number, open: number): Code {
  const leaveWith = (why: number): Code => join(i32(why), branch('exit', open));
  // What goes through the loop's head without being an instruction is not counted.
  const uncount = join(counted(W.i32.add), set(LOCAL.remaining));
  switch (handler) {
    case HANDLER.nextPage:
      return join(uncount, frame.pc(), set(LOCAL.pc), branch('jump', open));
    case HANDLER.enter: {
      const pc = frame.fromCell(LOCAL.pc, CELL.pc, frame.op('load'));
      return join(uncount, pc, branch('jump', open));
    }
    case HANDLER.call:
      return leaveWith(EXIT.call);
    case HANDLER.access:
      return join(frame.register('rs1'), set(LOCAL.address), leaveWith(EXIT.access));
    case HANDLER.straddle:
      return leaveWith(EXIT.straddle);
    default:
      return leaveWith(EXIT.undecoded);
  }
}

const counted = (operation: number): Code => join(get(LOCAL.remaining), i32(1), operation);

/** From `pc` to its record, if the way of its page answers. */
function jump(frame: Frame): Code {
  const page = join(get(LOCAL.pc), frame.constant(-4096), frame.op('and'));
  const wanted = join(page, get(LOCAL.codeContext), frame.op('or'));
  const isFound = join(frame.tagOf(LOCAL.pc, 'fetch'), wanted, frame.op('eq'));
  // Eight bytes of records per byte of code.
  const offset = join(get(LOCAL.pc), frame.low, i32(4095), W.i32.and, i32(3), W.i32.shl);
  const record = join(offset, frame.delta('fetch'), W.i32.add, tee(LOCAL.at));
  const parcels = join(record, i32(3), W.i32.shr, frame.widened);
  const base = join(get(LOCAL.pc), parcels, frame.op('sub'), set(LOCAL.pcBase));
  // The jump is done, or there was none: what is left stays.
  const missed = join(
    frame.toCell(get(LOCAL.remaining), CELL.remaining, STORE_I32),
    frame.toCell(get(LOCAL.pc), CELL.pc, frame.op('store')),
    i32(EXIT.fetch),
    W.return,
  );
  return join(isFound, W.if, VOID, base, W.br, 1, W.end, missed);
}

/** Locals into cells, with the reason on the stack: the instruction at `at` is still to be done. */
function leave(frame: Frame): Code {
  const word = frame.op('store');
  return join(
    set(LOCAL.why),
    frame.toCell(get(LOCAL.at), CELL.record, STORE_I32),
    frame.toCell(counted(W.i32.add), CELL.remaining, STORE_I32),
    frame.toCell(get(LOCAL.pcBase), CELL.pcBase, word),
    frame.toCell(frame.pc(), CELL.pc, word),
    frame.toCell(get(LOCAL.address), CELL.address, word),
    get(LOCAL.why),
  );
}
