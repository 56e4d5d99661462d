// Writes ids.ts and statements.ts from the rule lists beside it: run it after every edit of a list (a test compares).
import { readFileSync, writeFileSync } from 'node:fs';

export const LISTS = ['smsd-smmpt', 'cove', 'io'];

/** Splits one line of RFC 4180 CSV; no field of the lists holds a line end. */
function fields(line) {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) =>
    (m[1] ?? m[2]).replaceAll('""', '"'),
  );
}

function rows(list) {
  const csv = readFileSync(new URL(`${list}.csv`, import.meta.url), 'utf8');
  const [header, ...lines] = csv.trimEnd().split(/\r?\n/);
  const names = fields(header);
  return lines.map((line) => Object.fromEntries(fields(line).map((v, i) => [names[i], v])));
}

/** A literal is made at once; the same from a list takes 5 ms of every start. */
export function ids() {
  const lists = LISTS.map((list) => [list, rows(list).map(({ id }) => id)]);
  const members = lists.map(
    ([list, names]) => `  '${list}': [\n${lines(names, 4, (id) => `'${id}'`)}  ],\n`,
  );
  const all = lists.flatMap(([, names]) => names);
  return `/** The rules of the specifications by id. Generated from the lists beside it by generate.mjs: do not edit. */
export const RULE_LISTS = {
${members.join('')}} as const;

/** Rule id, with \`_\` for \`-\`, to its index: \`fired[R.SMMPT_LKUP_02] = 1\`. */
export const R = {
${lines(all, 2, (id, index) => `${id.replaceAll('-', '_')}: ${index}`)}} as const;
`;
}

function lines(names, indent, shown) {
  return names.map((name, index) => `${' '.repeat(indent)}${shown(name, index)},\n`).join('');
}

/** One text, which costs nothing until it is read. */
export function statements() {
  const body = LISTS.flatMap(rows).map(({ source, statement }) => `${source} ${statement}`);
  return `/** What the rules say, in the order of their ids. Generated from the lists beside it by generate.mjs: do not edit. */
export const STATEMENTS = \`${body.join('\n').replaceAll(/[\\`$]/g, '\\$&')}\`;
`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(new URL('ids.ts', import.meta.url), ids());
  writeFileSync(new URL('statements.ts', import.meta.url), statements());
}
