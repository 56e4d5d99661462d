/** Expressions, extents, addresses and argument lists. */
import type { IToken, ParserMethod } from 'chevrotain';
import type { Address, Argument, Expr, Extent, Member, Width } from '../syntax/ast.ts';
import { MOST_BITS, parseNumeral } from '../syntax/numbers.ts';
import {
  Close,
  CLAUSES,
  Colon,
  Comma,
  Dot,
  K,
  Name,
  Numeral,
  Open,
  Operator,
  Param,
  Word,
} from '../syntax/tokens.ts';
import { BaseParser } from './base.ts';

/** Longer chains would make every later pass recurse too deeply. */
const MOST_OPERATORS = 1000;

type Op = Extract<Expr, { kind: 'binary' }>['op'];

const clauses: ReadonlySet<string> = new Set(CLAUSES);

export abstract class ExpressionParser extends BaseParser {
  private depth = 0;
  private operators = 0;

  /** Forgets what an aborted line left behind. */
  protected resetExpressions(): void {
    this.depth = 0;
  }

  /** Whether an expression begins at the k-th token; a word that opens a clause does not begin one. */
  protected startsExpr(k: number): boolean {
    const { tokenType, image } = this.LA(k);
    if (tokenType === Numeral || tokenType === Param || tokenType === Open) return true;
    return this.isWord(k) && !clauses.has(image);
  }

  /** Whether the k-th token is a name or a keyword. */
  protected isWord(k: number): boolean {
    const { tokenType } = this.LA(k);
    return tokenType === Name || tokenType.CATEGORIES?.[0] === Name;
  }

  protected is(k: number, word: string): boolean {
    return this.LA(k).image === word;
  }

  readonly expr: ParserMethod<[], Expr> = this.rule('expr', () => {
    if (this.depth++ === 0) this.operators = 0;
    let left = this.SUBRULE(this.atom);
    let ops: IToken[] | null = null;
    let operands: Expr[] | null = null;
    this.MANY(() => {
      const op = this.CONSUME(Operator);
      const right = this.SUBRULE2(this.atom);
      ops ??= [];
      operands ??= [left];
      ops.push(op);
      operands.push(right);
      if (++this.operators > MOST_OPERATORS) {
        this.report({
          code: 'SDT113',
          message: `this expression has more than ${MOST_OPERATORS.toLocaleString('en')} operators`,
          token: op,
        });
      }
    });
    this.ACTION(() => {
      if (ops !== null && operands !== null && this.problem === null) left = fold(operands, ops);
    });
    this.depth--;
    return left;
  });

  private atomAlternatives: { ALT: () => Expr }[] | null = null;

  private readonly atom: ParserMethod<[], Expr> = this.rule('atom', () =>
    this.OR({
      MAX_LOOKAHEAD: 1,
      IGNORE_AMBIGUITIES: true,
      DEF: (this.atomAlternatives ??= [
        { ALT: () => this.numberOf(this.CONSUME(Numeral)) },
        {
          ALT: () => {
            const { text, span } = this.wordOf(this.CONSUME(Param));
            return { kind: 'param', name: text, span };
          },
        },
        { ALT: () => ({ kind: 'ones', span: this.spanOf(this.CONSUME(K.ones)) }) },
        { ALT: () => ({ kind: 'xlen', span: this.spanOf(this.CONSUME(K.xlen)) }) },
        { ALT: () => this.SUBRULE(this.named) },
        {
          ALT: () => {
            this.CONSUME(Open);
            const inner = this.SUBRULE(this.expr);
            this.CONSUME(Close);
            return inner;
          },
        },
      ]),
    }),
  );

  private numberOf(token: IToken): Expr {
    const value = parseNumeral(token.image);
    if (typeof value === 'bigint') return { kind: 'number', value, span: this.spanOf(token) };
    this.ACTION(() => this.badNumber(token, value));
    return { kind: 'number', value: 0n, span: this.spanOf(token) };
  }

  private badNumber(token: IToken, why: 'malformed' | 'too large'): void {
    if (why === 'too large') {
      this.report({
        code: 'SDT108',
        message: `this number has more than ${MOST_BITS} bits`,
        token,
      });
      return;
    }
    const shown = token.image.length > 40 ? `${token.image.slice(0, 40)}...` : token.image;
    const help = numberHelp(token.image);
    this.report({ code: 'SDT107', message: `'${shown}' is not a number`, help, token });
  }

  /** `key`, `key.end`, `app.pte(0x40_0000)`, `mpte(v: 1)`. */
  private readonly named: ParserMethod<[], Expr> = this.rule('named', () => {
    const start = this.CONSUME(Name);
    const fields = this.OPTION(() => this.SUBRULE(this.args));
    const path: Member[] = [];
    this.MANY({
      GATE: () => fields === undefined,
      DEF: () => path.push(this.SUBRULE(this.member)),
    });
    if (fields !== undefined) {
      return { kind: 'pack', format: this.wordOf(start), fields, span: this.from(start) };
    }
    if (path.length === 0) return { kind: 'name', name: start.image, span: this.spanOf(start) };
    return { kind: 'member', of: start.image, path, span: this.from(start) };
  });

  private readonly member: ParserMethod<[], Member> = this.rule('member', () => {
    const start = this.CONSUME(Dot);
    const name = this.CONSUME(Name).image;
    let args: Expr[] | null = null;
    this.OPTION(() => {
      const list: Expr[] = [];
      this.CONSUME(Open);
      this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => list.push(this.SUBRULE(this.expr)) });
      this.CONSUME(Close);
      args = list;
    });
    return { name, args, span: this.from(start) };
  });

  /** `(name: value, ..)` */
  protected readonly args: ParserMethod<[], Argument[]> = this.rule('args', () => {
    const list: Argument[] = [];
    this.CONSUME(Open);
    this.MANY_SEP({
      SEP: Comma,
      DEF: () => {
        const name = this.wordOf(this.CONSUME(Word));
        this.CONSUME(Colon);
        list.push({ name, value: this.SUBRULE(this.expr) });
      },
    });
    this.CONSUME(Close);
    return list;
  });

  /** `key`, `key.page(2)` or `at BASE size SIZE`. */
  protected readonly extent: ParserMethod<[], Extent> = this.rule('extent', () => {
    const start = this.LA(1);
    let size: Expr | null = null;
    const base = this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(K.at);
            const at = this.SUBRULE(this.expr);
            this.CONSUME(K.size);
            size = this.SUBRULE2(this.expr);
            return at;
          },
        },
        { ALT: () => this.SUBRULE3(this.expr) },
      ],
    });
    // A part that is all of a node lends it its span: spans are most of a large tree.
    return { base, size, span: size === null ? base.span : this.from(start) };
  });

  /** What follows `at`: `va 0x40_0000`, `key + 8 every 4K of key`. */
  protected readonly address: ParserMethod<[], Address> = this.rule('address', () => {
    const start = this.LA(1);
    const space = this.OPTION({
      GATE: () => this.startsExpr(2),
      DEF: (): Address['space'] =>
        this.OR([
          { ALT: () => (this.CONSUME(K.va), 'va') },
          { ALT: () => (this.CONSUME(K.gpa), 'gpa') },
          { ALT: () => (this.CONSUME(K.pa), 'pa') },
          { ALT: () => (this.CONSUME(K.iova), 'iova') },
        ]),
    });
    const at = this.SUBRULE(this.expr);
    const every = this.OPTION2(() => {
      this.CONSUME(K.every);
      const step = this.SUBRULE2(this.expr);
      this.CONSUME(K.of);
      return { step, of: this.SUBRULE(this.extent) };
    });
    const isPlain = space === undefined && every === undefined;
    const span = isPlain ? at.span : this.from(start);
    return { space: space ?? null, at, every: every ?? null, span };
  });

  /** `8 bytes` */
  protected readonly width: ParserMethod<[], Width> = this.rule('width', () => {
    const start = this.LA(1);
    const bytes = this.SUBRULE(this.expr);
    this.OR([{ ALT: () => this.CONSUME(K.bytes) }, { ALT: () => this.CONSUME(K.byte) }]);
    return { bytes, span: this.from(start) };
  });
}

/** What a number was probably meant to be: `4k`, `4KB`, `4KiB`, `4bytes`. */
function numberHelp(image: string): string {
  const [, digits = '', unit = ''] = /^([0-9]+)([kmgtKMGT])(?:i?[bB])?$/.exec(image) ?? [];
  if (unit !== '')
    return `sizes are written with one capital letter: ${digits}${unit.toUpperCase()}`;
  const [, count = '', word = ''] = /^([0-9]+)(bytes?)$/.exec(image) ?? [];
  if (word !== '') return `write '${count} ${word}'`;
  return 'numbers look like 42, 0x8000_0000, 0b0110, 4K, 2M, 1G or 1T';
}

/** Left to right, `*` and `/` before `+` and `-`. */
function fold(operands: readonly Expr[], ops: readonly IToken[]): Expr {
  const [first, ...rest] = operands as [Expr, ...Expr[]];
  const terms: Expr[] = [first];
  const sums: Op[] = [];
  rest.forEach((right, at) => {
    const op = (ops[at]?.image ?? '+') as Op;
    if (op === '*' || op === '/') {
      terms.push(binary(op, terms.pop() as Expr, right));
    } else {
      sums.push(op);
      terms.push(right);
    }
  });
  return terms.reduce((left, right, at) => binary(sums[at - 1] ?? '+', left, right));
}

function binary(op: Op, left: Expr, right: Expr): Expr {
  const { line, col, file, end } = left.span;
  const span = { file, line, col, end: right.span.line === line ? right.span.end : end };
  return { kind: 'binary', op, left, right, span };
}
