/** Every diagnostic of the language, by code: title, shape of the message, an example that triggers it. */
import type { CatalogueRow } from './catalogue/row.ts';
import { LAYOUT } from './catalogue/layout.ts';
import { MEANING } from './catalogue/meaning.ts';
import { NAMES } from './catalogue/names.ts';
import { STYLE } from './catalogue/style.ts';
import { SYNTAX } from './catalogue/syntax.ts';

export type { CatalogueRow } from './catalogue/row.ts';

/** Rows are added in `catalogue/*.ts`, one file per hundred; `catalogue.test.ts` runs every example. */
const ROWS = { ...SYNTAX, ...NAMES, ...LAYOUT, ...MEANING, ...STYLE };

/** A code that the catalogue lists. */
export type Code = keyof typeof ROWS;

export const DIAGNOSTICS: Readonly<Record<Code, CatalogueRow>> = ROWS;

/** Whether the catalogue lists `code`. */
export function isCode(code: string): code is Code {
  return Object.hasOwn(DIAGNOSTICS, code);
}
