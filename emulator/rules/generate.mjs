// Writes catalogue.ts from smsd-smmpt.csv: run it after every edit of the catalogue (a test compares).
import { readFileSync, writeFileSync } from 'node:fs';

/** Splits one line of RFC 4180 CSV; no field of the catalogue holds a line end. */
function fields(line) {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) =>
    (m[1] ?? m[2]).replaceAll('""', '"'),
  );
}

export function catalogue(csv) {
  const [header, ...lines] = csv.trimEnd().split(/\r?\n/);
  const names = fields(header);
  const rows = lines.map((line) =>
    Object.fromEntries(fields(line).map((value, i) => [names[i], value])),
  );
  const body = rows
    .map(
      (r) =>
        `  ${JSON.stringify({ id: r.id, revision: r.revision, section: r.section, statement: r.statement, source: r.source })},`,
    )
    .join('\n');
  return `/** The rules of the specification. Generated from smsd-smmpt.csv by generate.mjs: do not edit. */
export const CATALOGUE = [
${body}
] as const;
`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const here = new URL('.', import.meta.url);
  writeFileSync(
    new URL('catalogue.ts', here),
    catalogue(readFileSync(new URL('smsd-smmpt.csv', here), 'utf8')),
  );
}
