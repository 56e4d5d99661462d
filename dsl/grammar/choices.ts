/** What the grammar chooses by: the tokens that may begin each alternative. Derived once, kept by the build. */
import {
  getLookaheadPaths,
  LLkLookaheadStrategy,
  type ILookaheadStrategy,
  type IOrAlt,
  type IToken,
  type TokenType,
} from 'chevrotain';
import { ALL_TOKENS } from '../syntax/tokens.ts';

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
const INDICES = new Map(ALL_TOKENS.map((type, index) => [type, index]));

function derived(paths: readonly (readonly (readonly TokenType[])[])[]): Derived {
  const choice = paths.map((alternative) =>
    alternative.map(([type, ...more]) => {
      const index = INDICES.get(type);
      if (index === undefined || more.length > 0)
        throw new Error('the grammar looks one token ahead');
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
  const candidates: (number[] | undefined)[] = [];
  for (const [alternative, tokens] of choice.entries()) {
    for (const type of typesOf(tokens)) (candidates[type] ??= []).push(alternative);
  }
  return function (this: Ahead, alternatives: readonly IOrAlt<unknown>[]): number | undefined {
    const possible = candidates[this.LA_FAST(1).tokenTypeIdx];
    if (possible === undefined) return undefined;
    for (const index of possible) {
      const gate = alternatives[index].GATE;
      if (gate === undefined || gate.call(this)) return index;
    }
    return undefined;
  };
}

function option(tokens: readonly number[]): Decision {
  const inside: (true | undefined)[] = [];
  for (const type of typesOf(tokens)) inside[type] = true;
  return function (this: Ahead): boolean {
    return inside[this.LA_FAST(1).tokenTypeIdx] === true;
  };
}

/** chevrotain's numbers of the types that match one of `tokens`. */
function typesOf(tokens: readonly number[]): ReadonlySet<number> {
  const types = new Set<number>();
  for (const index of tokens) {
    const { tokenTypeIdx, categoryMatches } = ALL_TOKENS[index];
    if (tokenTypeIdx !== undefined) types.add(tokenTypeIdx);
    for (const type of categoryMatches ?? []) types.add(type);
  }
  return types;
}

declare const SDT_CHOICES: Choices | undefined;

/** What the build has derived; null where nothing was built. */
export const KEPT: Choices | null = typeof SDT_CHOICES === 'undefined' ? null : SDT_CHOICES;
