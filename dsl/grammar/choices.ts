/** What the grammar chooses by: the tokens that may begin each alternative. Derived once, kept by the build. */
import {
  getLookaheadPaths,
  LLkLookaheadStrategy,
  type ILookaheadStrategy,
  type IOrAlt,
  type IToken,
  type TokenType,
} from 'chevrotain';
import { ALL_TOKENS, fits } from '../syntax/tokens.ts';

/** For each alternative the tokens that may begin it, as positions in `ALL_TOKENS`; an option has one alternative. */
export type Choice = readonly (readonly number[])[];

/** By the number that chevrotain gives to a place in the grammar. */
export type Choices = Readonly<Record<number, Choice>>;

interface Ahead {
  readonly LA_FAST: (howMuch: number) => IToken;
}

/** Which alternative the next token begins, or none; whether it begins an option. */
export type Decision =
  | ((this: Ahead, alternatives: readonly IOrAlt<unknown>[]) => number | undefined)
  | ((this: Ahead) => boolean);

/** What chevrotain keeps while it looks at the grammar: not a decision yet, only what one is made of. */
export type Derived = (() => never) & { readonly choice: Choice };

const ALTERNATION = 1;

function derived(paths: readonly (readonly (readonly TokenType[])[])[]): Derived {
  const choice = paths.map((alternative) =>
    alternative.map(([type, ...more]) => {
      const index = ALL_TOKENS.indexOf(type);
      if (index < 0 || more.length > 0) throw new Error('the grammar looks one token ahead');
      return index;
    }),
  );
  const never = (): never => {
    throw new Error('a choice decides nothing');
  };
  return Object.assign(never, { choice });
}

/** Derives choices from the recorded grammar. */
export class ChoiceStrategy extends LLkLookaheadStrategy implements ILookaheadStrategy {
  override buildLookaheadForAlternation({
    prodOccurrence: occurrence,
    rule,
    maxLookahead,
  }: Parameters<ILookaheadStrategy['buildLookaheadForAlternation']>[0]): Derived {
    return derived(getLookaheadPaths({ occurrence, rule, prodType: 'Alternation', maxLookahead }));
  }

  override buildLookaheadForOptional({
    prodOccurrence: occurrence,
    rule,
    prodType,
    maxLookahead,
  }: Parameters<ILookaheadStrategy['buildLookaheadForOptional']>[0]): Derived {
    const [inside] = getLookaheadPaths({ occurrence, rule, prodType, maxLookahead });
    return derived([inside]);
  }
}

/** The decision that the choice at `key` comes to. */
export function decision(key: number, choice: Choice): Decision {
  const kind = (key >> 8) & 15;
  return kind === ALTERNATION ? alternation(choice) : option(choice[0]);
}

function alternation(choice: Choice): Decision {
  const known = new Map<TokenType, readonly number[]>();
  return function (this: Ahead, alternatives: readonly IOrAlt<unknown>[]): number | undefined {
    const { tokenType } = this.LA_FAST(1);
    let possible = known.get(tokenType);
    if (possible === undefined) known.set(tokenType, (possible = begunBy(tokenType, choice)));
    for (const index of possible) {
      const gate = alternatives[index].GATE;
      if (gate === undefined || gate.call(this)) return index;
    }
    return undefined;
  };
}

function option(tokens: readonly number[]): Decision {
  const known = new Map<TokenType, boolean>();
  return function (this: Ahead): boolean {
    const { tokenType } = this.LA_FAST(1);
    let inside = known.get(tokenType);
    if (inside === undefined) known.set(tokenType, (inside = begins(tokenType, tokens)));
    return inside;
  };
}

/** The alternatives that a token of this type may begin, in their order. */
function begunBy(type: TokenType, choice: Choice): readonly number[] {
  return choice.flatMap((tokens, index) => (begins(type, tokens) ? [index] : []));
}

function begins(type: TokenType, tokens: readonly number[]): boolean {
  return tokens.some((index) => fits(type, ALL_TOKENS[index]));
}

declare const SDT_CHOICES: Choices | undefined;

/** What the build has derived; null where nothing was built. */
export const KEPT: Choices | null = typeof SDT_CHOICES === 'undefined' ? null : SDT_CHOICES;
