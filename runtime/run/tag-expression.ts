/** `mpt and not (slow or cove)`: which tags a selected scenario must have. */

export interface TagExpression {
  /** Every tag named, in order, for the check that they are declared. */
  readonly names: readonly string[];
  matches(tags: ReadonlySet<string>): boolean;
}

type Node = (tags: ReadonlySet<string>) => boolean;

/** The expression, or one sentence saying what is wrong with the text. */
export function parseTags(text: string): TagExpression | string {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  const names: string[] = [];
  let next = 0;
  let depth = 0;
  let problem: string | null = null;

  const fail = (message: string): Node => {
    problem ??= message;
    next = tokens.length;
    return () => false;
  };
  const chain = (word: 'and' | 'or', operand: () => Node): Node => {
    let left = operand();
    while (tokens[next] === word) {
      next++;
      const [first, second] = [left, operand()];
      left = word === 'and' ? (t) => first(t) && second(t) : (t) => first(t) || second(t);
    }
    return left;
  };
  const either = (): Node => chain('or', both);
  const both = (): Node => chain('and', atom);
  const atom = (): Node => {
    const token = tokens[next++];
    if (token === undefined) return fail('a tag is missing at the end');
    if (token === 'not') {
      const inner = atom();
      return (tags) => !inner(tags);
    }
    if (token === '(') {
      if (++depth > 100) return fail('it is nested too deeply');
      const inner = either();
      depth--;
      if (tokens[next++] !== ')') return fail("a ')' is missing");
      return inner;
    }
    if (!/^[A-Za-z_]\w*$/.test(token) || token === 'and' || token === 'or') {
      return fail(`a tag was expected, found '${token}'`);
    }
    names.push(token);
    return (tags) => tags.has(token);
  };

  const matches = either();
  if (problem === null && next < tokens.length) {
    problem = `'and' or 'or' was expected, found '${tokens[next]}'`;
  }
  return problem ?? { names, matches };
}
