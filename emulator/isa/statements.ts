/** Assembly text to statements: labels, a mnemonic or directive, and its operands as tokens. */

export interface Token {
  readonly text: string;
  /** Line and column, both from 1. */
  readonly line: number;
  readonly col: number;
  /** The upper 20 or the lower 12 bits of the distance to an address, in `la` and `call`. */
  readonly part: 'hi' | 'lo' | null;
}

export interface Statement {
  readonly labels: readonly Token[];
  /** Null: labels only. */
  readonly name: Token | null;
  readonly operands: readonly Token[];
}

/** A mistake in assembly text, with its place; thrown inside the assembler only. */
export class Mistake extends Error {
  readonly at: Token;
  /** How many operand tokens were understood before it: the best alternative is the one that came furthest. */
  readonly reached: number;

  constructor(message: string, at: Token, reached = 0) {
    super(message);
    this.at = at;
    this.reached = reached;
  }
}

/** Texts in quotes hold what would otherwise end a statement; one that is not closed ends with its line. */
const COMMENT = /"(?:[^"\\]|\\.)*(?:"|\\?$)|(?:#|\/\/).*$/g;
const PART = /(?:"(?:[^"\\]|\\.)*(?:"|\\?$)|[^;"])+/g;
const OPERAND = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[(),]|[^\s(),"][^(),"]*/g;

/** Statements of a text; they end at line ends and `;`, comments begin with `#` or `//`. */
export function statementsOf(text: string): readonly Statement[] {
  const out: Statement[] = [];
  text.split(/\r?\n/).forEach((whole, index) => {
    const code = whole.replace(COMMENT, (found) => (found.startsWith('"') ? found : ''));
    for (const part of code.matchAll(PART)) {
      const statement = statementOf(part[0], index + 1, part.index + 1);
      if (statement !== null) out.push(statement);
    }
  });
  return out;
}

function statementOf(text: string, line: number, start: number): Statement | null {
  const labels: Token[] = [];
  let at = 0;
  const token = (word: string, index: number): Token => ({
    text: word,
    line,
    col: start + index,
    part: null,
  });
  for (;;) {
    const [whole, indent = '', label] = /^(\s*)([\w.$]+)\s*:/.exec(text.slice(at)) ?? [];
    if (whole === undefined || label === undefined) break;
    labels.push(token(label, at + indent.length));
    at += whole.length;
  }
  const [head, indent = '', word] = /^(\s*)(\S+)/.exec(text.slice(at)) ?? [];
  if (head === undefined || word === undefined) {
    return labels.length === 0 ? null : { labels, name: null, operands: [] };
  }
  const name = token(word, at + indent.length);
  const operands = [];
  for (const found of text.slice(at + head.length).matchAll(OPERAND)) {
    operands.push(token(found[0].trimEnd(), at + head.length + found.index));
  }
  return { labels, name, operands };
}
