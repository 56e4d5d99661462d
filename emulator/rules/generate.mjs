// Writes catalogue.ts from the rule lists beside it: run it after every edit of a list (a test compares).
import { readFileSync, writeFileSync } from 'node:fs';

export const LISTS = ['smsd-smmpt', 'cove', 'io'];

/** Splits one line of RFC 4180 CSV; no field of the catalogue holds a line end. */
function fields(line) {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) =>
    (m[1] ?? m[2]).replaceAll('""', '"'),
  );
}

function rows(list) {
  const csv = readFileSync(new URL(`${list}.csv`, import.meta.url), 'utf8');
  const [header, ...lines] = csv.trimEnd().split(/\r?\n/);
  const names = fields(header);
  return lines.map((line) => ({
    list,
    ...Object.fromEntries(fields(line).map((value, i) => [names[i], value])),
  }));
}

export function catalogue() {
  const body = LISTS.flatMap(rows).map(
    ({ id, list, statement, source }) => `  ${JSON.stringify({ id, list, statement, source })},`,
  );
  return `/** The rules of the specifications. Generated from the lists beside it by generate.mjs: do not edit. */
export const CATALOGUE = [
${body.join('\n')}
] as const;
`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(new URL('catalogue.ts', import.meta.url), catalogue());
}
