/** Which axes a line hangs on: through its parameters, through fixtures, constants and what it names. */
import { mentionsOf, type Mentions } from './mentions.ts';
import { type Column, constantOf, type Declared, type Placed, type Scope } from './scope.ts';

const NONE: readonly number[] = [];

/** A function from a line to the numbers of its axes; what it finds out it remembers. */
export function dependencies(
  names: ReadonlyMap<string, Declared>,
  columns: ReadonlyMap<string, Column>,
): (placed: Placed) => readonly number[] {
  if (columns.size === 0) return () => NONE;
  const known = new Map<Placed, readonly number[]>();

  const ofPlaced = (placed: Placed): readonly number[] => {
    const done = known.get(placed);
    if (done !== undefined) return done;
    // Set before descending: things that name each other end here.
    known.set(placed, NONE);
    const axes = new Set<number>();
    const { line, scope } = placed;
    collect(line.mentions, scope, axes, 0);
    for (const when of line.whens) collect(when.mentions, scope, axes, 0);
    for (const inner of line.program) {
      collect(inner.mentions, scope, axes, 0);
      for (const when of inner.whens) collect(when.mentions, scope, axes, 0);
    }
    const { statement } = line;
    if (statement.kind === 'step' && statement.actor?.param === true) {
      // The actor is chosen by a parameter: the line hangs on whatever any of them hangs on.
      for (const declared of names.values()) {
        if (declared.placed !== null && declared.kind === 'actor') {
          for (const axis of ofPlaced(declared.placed)) axes.add(axis);
        }
      }
    }
    const list = [...axes];
    known.set(placed, list);
    return list;
  };

  const collect = (mentions: Mentions, scope: Scope, into: Set<number>, depth: number): void => {
    if (depth > 64) return;
    for (const name of mentions.params) parameter(name, scope, into, depth);
    for (const name of mentions.names) {
      if (scope.parameters?.has(name) === true) {
        parameter(name, scope, into, depth);
        continue;
      }
      const column = scope.parameters === null ? columns.get(name) : undefined;
      if (column !== undefined) into.add(column.axis);
      const constant = constantOf(scope, name);
      if (constant !== null) {
        collect(mentionsIn(constant.constant.value), constant.scope, into, depth + 1);
      }
      const declared = names.get(name);
      if (declared?.placed != null && declared.kind !== 'capture') {
        for (const axis of ofPlaced(declared.placed)) into.add(axis);
      }
    }
  };

  const parameter = (name: string, scope: Scope, into: Set<number>, depth: number): void => {
    if (scope.parameters === null) {
      const column = columns.get(name);
      if (column !== undefined) into.add(column.axis);
      return;
    }
    const bound = scope.parameters.get(name);
    if (bound !== undefined) collect(mentionsIn(bound.cell), bound.scope, into, depth + 1);
  };

  return ofPlaced;
}

const memo = new WeakMap<object, Mentions>();

function mentionsIn(node: object): Mentions {
  let mentions = memo.get(node);
  if (mentions === undefined) {
    mentions = mentionsOf(node);
    memo.set(node, mentions);
  }
  return mentions;
}
