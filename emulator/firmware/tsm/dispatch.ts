/** A call of the host: which function, with which arguments. */
import { functionOf, splitFunctionWord } from '../abi/abi.ts';
import { readArguments } from '../abi/call.ts';
import { refuse } from '../abi/check.ts';
import { COVH } from '../abi/covh.ts';
import { ERRORS } from '../abi/errors.ts';
import { NACL } from '../abi/nacl.ts';
import type { Op } from '../port.ts';
import { failure, type Outcome, type TsmContext } from './context.ts';
import { COVH_CALLS } from './covh/calls.ts';
import { naclCall } from './run/index.ts';

const A6 = 16;
const A7 = 17;

/** The call in a0 .. a7, with the lock held. */
export function* hostCall(context: TsmContext): Op<Outcome> {
  const { port } = context;
  const eid = port.x(A7);
  if (eid === COVH.eid) return yield* covhCall(context);
  if (eid === NACL.eid) return yield* naclCall(context);
  port.fired('ABI-03');
  return failure(ERRORS.not_supported);
}

function* covhCall(context: TsmContext): Op<Outcome> {
  const { port, spec } = context;
  const { profile, state } = spec.tsm;
  const { fid, reserved } = splitFunctionWord(port.x(A6));
  const name = functionOf(COVH, fid, profile);
  const refused = yield* refuse(port, profile, COVH.entry, {
    reserved: () => reserved !== 0n,
    // Of these two the RDSM has seen to.
    domain: () => false,
    interrupted: () => false,
    function: () => name === null,
    caller: () => false,
    ready: () => state !== 'ready' && name !== 'get_tsm_info',
  });
  if (refused !== 0n || name === null) return failure(refused);
  port.fired('ABI-01');
  const values = readArguments(COVH.functions[name], (register) => port.x(register));
  // Each function's arguments are those that its own row of the table names.
  const call = COVH_CALLS[name] as (context: TsmContext, values: object) => Op<Outcome>;
  return yield* call(context, values);
}
