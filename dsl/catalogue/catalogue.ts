/** Every diagnostic of the language, by code: title, shape of the message, an example that triggers it. */
import type { CatalogueRow } from './row.ts';
import { LAYOUT } from './layout.ts';
import { MEANING } from './meaning.ts';
import { NAMES } from './names.ts';
import { STYLE } from './style.ts';
import { SYNTAX } from './syntax.ts';

export type { CatalogueRow } from './row.ts';

/** Rows are added in `catalogue/*.ts`, one file per hundred; `catalogue.test.ts` runs every example. */
const ROWS = { ...SYNTAX, ...NAMES, ...LAYOUT, ...MEANING, ...STYLE };

/** A code that the catalogue lists. */
export type Code = keyof typeof ROWS;

export const DIAGNOSTICS: Readonly<Record<Code, CatalogueRow>> = ROWS;

/** Whether the catalogue lists `code`. */
export function isCode(code: string): code is Code {
  return Object.hasOwn(DIAGNOSTICS, code);
}
