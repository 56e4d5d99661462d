/** Calls that are wrong in two ways at once: from the table of checks, and a way to make each of them refuse. */
import { type Check, errorUnder, type Profile } from './abi/check.ts';

export type Named = Readonly<Record<string, bigint>>;

/** Makes one check refuse. */
export interface Fault<W> {
  /** Arguments that are replaced, and arguments that are moved by so much. */
  readonly set?: Named;
  readonly shift?: Named;
  /** What is changed before the call. */
  readonly world?: (world: W) => void;
  /** What it changes beside the arguments of `set`: two faults that touch the same cannot be made together. */
  readonly touches?: readonly string[];
}

/** One function, as a host (or a guest) calls it. */
export interface Subject<W> {
  readonly name: string;
  readonly checks: readonly Check[];
  /** A world in which the call with these values succeeds. */
  readonly world: (profile: Profile) => W;
  /** For worlds that are dear: what it is now, to come back to. */
  readonly save?: (world: W) => () => void;
  readonly values: Named;
  /** The value, or the name of the error. */
  readonly call: (world: W, values: Named) => bigint | string;
  readonly faults: Readonly<Record<string, Fault<W>>>;
  /** Checks that no call can run into here: why. */
  readonly unreachable?: Readonly<Record<string, string>>;
}

/** A subject whose world nobody else needs to know. */
export interface AnySubject {
  readonly name: string;
  readonly checks: readonly Check[];
  readonly unreachable: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
  /** Whether both faults can be there at once. */
  canMeet(one: string, other: string): boolean;
  /** Calls with these faults made. */
  call(profile: Profile, faults: readonly string[]): bigint | string;
}

export function subject<W>(row: Subject<W>): AnySubject {
  const { name, checks, faults, unreachable = {} } = row;
  const touched = (fault: string): readonly string[] => [
    ...Object.keys(faults[fault]?.set ?? {}),
    ...(faults[fault]?.touches ?? []),
  ];
  const kept = new Map<Profile, { readonly world: W; readonly restore: () => void }>();
  const worldOf = (profile: Profile): W => {
    if (row.save === undefined) return row.world(profile);
    let one = kept.get(profile);
    if (one === undefined) {
      const world = row.world(profile);
      one = { world, restore: row.save(world) };
      kept.set(profile, one);
    }
    one.restore();
    return one.world;
  };
  return {
    name,
    checks,
    unreachable,
    faults: Object.keys(faults),
    canMeet: (one, other) => !touched(one).some((what) => touched(other).includes(what)),
    call(profile, made) {
      const world = worldOf(profile);
      const values: Record<string, bigint> = { ...row.values };
      for (const fault of made) Object.assign(values, faults[fault]?.set);
      for (const fault of made) {
        for (const [argument, by] of Object.entries(faults[fault]?.shift ?? {})) {
          values[argument] = (values[argument] ?? 0n) + by;
        }
      }
      for (const fault of made) faults[fault]?.world?.(world);
      return row.call(world, values);
    },
  };
}

/** Checks that a profile makes and that a call can run into, in the order of the table. */
export function reachable(
  { checks, unreachable }: AnySubject,
  profile: Profile,
): readonly { readonly name: string; readonly error: string }[] {
  return checks.flatMap((check) => {
    const error = errorUnder(check, profile);
    return error === null || check.name in unreachable ? [] : [{ name: check.name, error }];
  });
}
