/** Holds one allowed outcome against what happened: verdict, then every clause; a sentence says what differs. */
import type { PlanAlternative, PlanFault, Value } from '../../dsl/index.ts';
import type { Profile, Trap } from '../../emulator/index.ts';
import type { Actual, Costs } from './actual.ts';
import { straddledPage } from './actual.ts';
import { describe, describeStanding, faultName, interruptName, number } from './describe.ts';
import { INTERRUPTS } from './interrupts.ts';
import { cameOut, matchError, matchExit, matchSuccess, refused } from './match-call.ts';
import { hex } from '../explain/text-width.ts';
import { trapField } from './trap-fields.ts';

export interface MatchContext {
  /** The back end says why. */
  readonly reasons: boolean;
  /** xtval reads as zero on this platform. */
  readonly zeroTval: boolean;
  /** Whose numbers calls have. */
  readonly profile: Profile;
  resolve(value: Value): bigint;
}

const CAUSES: Partial<Record<PlanFault['fault'], Readonly<Record<string, number>>>> = {
  access: { fetch: 1, load: 5, store: 7 },
  page: { fetch: 12, load: 13, store: 15 },
  'guest page': { fetch: 20, load: 21, store: 23 },
  misaligned: { fetch: 0, load: 4, store: 6 },
};

/** Exceptions of instructions, whatever they access; an environment call tells where it came from. */
const INSTRUCTION_CAUSES: Partial<Record<PlanFault['fault'], ReadonlySet<number>>> = {
  'illegal instruction': new Set([2]),
  'virtual instruction': new Set([22]),
  'environment call': new Set([8, 9, 10, 11]),
  'breakpoint exception': new Set([3]),
  'software check': new Set([18]),
};

/** What counts as isolation: access faults and guest-page faults. */
const DENIALS: ReadonlySet<number> = new Set([1, 5, 7, 20, 21, 23]);

/** Everything but costs. `unchecked` gains what the back end cannot tell. */
export function matchEvent(
  expected: PlanAlternative,
  actual: Actual,
  context: MatchContext,
  unchecked: string[],
): string | null {
  const verdict = matchVerdict(expected, actual, context);
  if (verdict !== null) return verdict;
  const via = matchVia(expected, actual);
  if (via !== null) return via;
  if (actual.trap !== null) return matchTrap(expected, actual, actual.trap, context, unchecked);
  return matchState(expected, actual, context);
}

function matchVerdict(
  { verdict }: PlanAlternative,
  actual: Actual,
  context: MatchContext,
): string | null {
  const { trap } = actual;
  switch (verdict.kind) {
    case 'ok':
      if (trap !== null) return raised(trap);
      return actual.call === undefined ? null : matchSuccess(actual, null);
    case 'denied':
      if (trap !== null && DENIALS.has(exceptionOf(trap))) return null;
      return trap === null ? wentThrough(actual) : `${raised(trap)}, which is not isolation`;
    case 'fault': {
      if (trap === null) return wentThrough(actual);
      const causes = causesOf(verdict.fault, actual);
      if (causes.has(exceptionOf(trap))) return null;
      const [cause] = causes;
      const wanted = causes.size === 1 && cause !== undefined ? named(cause) : verdict.fault.fault;
      return `${raised(trap)}, not ${wanted}`;
    }
    case 'value': {
      if (trap !== null) return raised(trap);
      if (actual.value === null) return 'the step gave no value';
      const from = context.resolve(verdict.from);
      const to = verdict.to === null ? from : context.resolve(verdict.to);
      if (actual.value >= from && actual.value <= to) return null;
      const wanted = verdict.to === null ? number(from) : `${number(from)}..${number(to)}`;
      return `the value is ${number(actual.value)}, not ${wanted}`;
    }
    case 'fields': {
      if (trap !== null) return raised(trap);
      if (actual.value === null) return 'the step gave no value';
      for (const field of verdict.fields) {
        const wanted = context.resolve(field.value);
        const mask = (1n << BigInt(field.high - field.low + 1)) - 1n;
        const found = (actual.value >> BigInt(field.low)) & mask;
        if (found !== wanted) {
          const whole = hex(actual.value);
          return `${field.name} is ${number(found)} in ${whole}, not ${number(wanted)}`;
        }
      }
      return null;
    }
    case 'running':
      if (trap !== null) return raised(trap);
      if (actual.ended === 'running') return null;
      if (actual.call !== undefined) return `the call came back: ${describe(actual, false)}`;
      return actual.ended === 'end' ? 'the program came to its end' : NO_PROGRAM;
    case 'exits': {
      if (cameOut(actual)) return matchExit(actual, verdict, context.profile);
      if (actual.call !== undefined)
        return `the call gave ${describe(actual, false)}${refused(actual.call)}`;
      if (actual.ended === undefined && trap === null) return NO_PROGRAM;
      if (verdict.why === 'fault') {
        if (trap === null) return `the program ${endedAs(actual)}`;
        return faultName(exceptionOf(trap)) === verdict.what ? null : raised(trap);
      }
      if (verdict.why !== 'end') return `only a TVM exits with '${verdict.why}'`;
      if (trap !== null) return raised(trap);
      return actual.ended === 'end' ? null : `the program ${endedAs(actual)}`;
    }
    case 'interrupt': {
      const codes = INTERRUPTS[verdict.name];
      if (codes === undefined) {
        return `there is no interrupt '${verdict.name}': ${Object.keys(INTERRUPTS).join(', ')}`;
      }
      if (trap?.interrupt !== true) {
        return trap === null
          ? 'no interrupt came (programs take them, steps do not)'
          : raised(trap);
      }
      return codes.includes(trap.cause) ? null : raised(trap);
    }
    case 'success':
      if (trap !== null) return raised(trap);
      return matchSuccess(actual, verdict.value === null ? null : context.resolve(verdict.value));
    case 'error':
      return trap === null ? matchError(actual, verdict) : raised(trap);
    case 'aborted':
      return `an access cannot give '${verdict.kind}'`;
  }
}

/** A trap that firmware absorbed on the way. */
function matchVia({ via }: PlanAlternative, actual: Actual): string | null {
  if (via === null) return null;
  if (actual.via === undefined) return 'no firmware stood between the access and its outcome';
  const causes = causesOf(via.fault, actual);
  const mode = via.takenIn === 'HS' ? 'S' : via.takenIn;
  const found = actual.via.some(
    (trap) => causes.has(exceptionOf(trap)) && (mode === null || trap.takenIn === mode),
  );
  if (found) return null;
  const list = actual.via.map((trap) => `${named(trap.cause)} taken in ${modeName(trap)}`);
  return `firmware absorbed ${list.length === 0 ? 'nothing' : list.join(', ')} on the way`;
}

/** The causes that a fault of the language stands for: of the kind of access, if it is known, else of any. */
function causesOf({ fault, origin }: PlanFault, actual: Actual): ReadonlySet<number> {
  const own = INSTRUCTION_CAUSES[fault];
  if (own !== undefined) return own;
  const row = CAUSES[fault] ?? {};
  const kind = origin ?? actual.origin;
  const cause = kind === null ? undefined : row[kind];
  return new Set(cause === undefined ? Object.values(row) : [cause]);
}

const NO_PAGE = 'the host of this hart shares no page with the TSM (nacl.set_shmem)';

const NO_PROGRAM = 'no program ran';

function endedAs({ ended, standing }: Actual): string {
  return ended === 'end' ? 'came to its end' : `is still running${describeStanding(standing)}`;
}

function wentThrough({ origin }: Actual): string {
  return origin === null ? 'nothing stopped it' : 'the access went through';
}

function raised(trap: Trap): string {
  if (trap.interrupt === true) return `the hart took the ${interruptName(trap.cause)} interrupt`;
  return `the machine raised ${named(trap.cause)}`;
}

/** The cause of an exception; -1: it is an interrupt. */
function exceptionOf({ cause, interrupt }: Trap): number {
  return interrupt === true ? -1 : cause;
}

function modeName({ takenIn }: Trap): string {
  return takenIn === 'S' ? 'HS' : takenIn;
}

function named(cause: number): string {
  return `${faultName(cause)} (${cause})`;
}

function matchTrap(
  expected: PlanAlternative,
  actual: Actual,
  trap: Trap,
  context: MatchContext,
  unchecked: string[],
): string | null {
  const address = matchAddress(expected, actual, trap, context);
  if (address !== null) return address;
  const effect = matchEffect(expected, actual, trap);
  if (effect !== null) return effect;
  if (expected.gpa !== null) {
    const gpa = context.resolve(expected.gpa);
    if (trap.gpa !== gpa) {
      const got = trap.gpa === null ? 'no guest physical address' : hex(trap.gpa);
      return `the fault reports ${got}, not guest physical address ${hex(gpa)}`;
    }
  }
  if (expected.takenIn !== null) {
    const mode = expected.takenIn === 'HS' ? 'S' : expected.takenIn;
    if (trap.takenIn !== mode) return `the trap was taken in ${trap.takenIn}, not ${mode}`;
  }
  const state = matchState(expected, actual, context);
  if (state !== null) return state;
  if (expected.because !== null) {
    if (!context.reasons) unchecked.push('because');
    else if (trap.because !== expected.because) {
      return `denied because ${trap.because}, not ${expected.because}`;
    }
  }
  return null;
}

/** `with (..)`: what the trap says, registers and CSRs as the step left them. */
function matchState(
  expected: PlanAlternative,
  actual: Actual,
  context: MatchContext,
): string | null {
  const exit = actual.call?.exit ?? null;
  if (exit !== null) {
    const place = expected.at ?? expected.gpa;
    if (place !== null && place !== 'any' && context.resolve(place) !== exit.gpa) {
      const wanted = hex(context.resolve(place));
      if (exit.gpa === null) return `the exit shows no address, not ${wanted}: ${NO_PAGE}`;
      return `the exit shows guest physical address ${hex(exit.gpa)}, not ${wanted}`;
    }
  }
  for (const { name, value } of expected.with) {
    const wanted = context.resolve(value);
    const shown = exit?.field(name) ?? null;
    const reported = actual.trap === null ? shown : trapField(name, actual.trap, actual);
    const found = reported ?? actual.state?.(name) ?? null;
    if (found !== wanted) {
      const got = found === null ? 'not there' : number(found);
      return `${name} is ${got}, not ${number(wanted)}`;
    }
  }
  return null;
}

/** tval: what `at` says, else the attempted address or the second page of a straddle; zero on such platforms. */
function matchAddress(
  { at }: PlanAlternative,
  actual: Actual,
  trap: Trap,
  context: MatchContext,
): string | null {
  const instruction = trap.cause === 2 || trap.cause === 22 || trap.interrupt === true;
  if (at === 'any' || (at === null && (instruction || actual.origin === null))) return null;
  if (context.zeroTval) {
    return trap.tval === 0n ? null : `tval is ${hex(trap.tval)}, and this machine leaves it zero`;
  }
  if (at === null) {
    if (trap.tval === actual.address) return null;
    if (trap.tval === straddledPage(actual.address, actual.size)) return null;
    return `tval is ${hex(trap.tval)}, not the attempted address ${hex(actual.address)}`;
  }
  const wanted = context.resolve(at);
  return trap.tval === wanted ? null : `tval is ${hex(trap.tval)}, not ${hex(wanted)}`;
}

/** A denied access has no effect; `partial` allows the bytes in front of the denied part. */
function matchEffect({ partial }: PlanAlternative, actual: Actual, trap: Trap): string | null {
  if (actual.origin === 'fetch' && trap.epc !== actual.address && !isRedirected(trap)) {
    return `epc is ${hex(trap.epc)}, not the address of the instruction ${hex(actual.address)}`;
  }
  if (!actual.leaked) return null;
  if (actual.origin === null) return 'the write was denied, but the CSR changed';
  const next = straddledPage(actual.address, actual.size);
  const allowed = partial && next !== null ? Number(next - actual.address) : 0;
  return actual.leaked <= allowed
    ? null
    : `the access was denied, but ${actual.leaked} of its bytes were stored`;
}

/** A fetch that never reached its instruction has no pc of its own to report. */
function isRedirected(trap: Trap): boolean {
  return trap.cause === 2 || trap.cause === 22;
}

/** The counted references and events of the step. */
export function matchCosts(
  { costing }: PlanAlternative,
  costs: Costs,
  context: MatchContext,
): string | null {
  for (const { counter, from, to } of costing) {
    const found = costs[counter] ?? 0;
    const least = from === null ? 0n : context.resolve(from);
    const most = to === null ? least : context.resolve(to);
    if (BigInt(found) < least || BigInt(found) > most) {
      const range =
        from === null ? `<= ${most}` : least === most ? `${least}` : `${least}..${most}`;
      return `${counter} is ${found}, not ${range}`;
    }
  }
  return null;
}
