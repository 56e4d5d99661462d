import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SWITCHED, SWITCHED_APART } from '../../rdsm/switched.ts';
import { GUEST_CSRS, HOST_CSRS } from './switched.ts';

const PAGE = new URL('../../../../docs/model.md', import.meta.url);
const BEGIN = '<!-- what is switched: written from the lists -->\n';
const END = '<!-- end of what is switched -->';

const names = (list: readonly { readonly name: string }[]): string =>
  list.map(({ name }) => `\`${name}\``).join(', ');

function lists(): string {
  const domains = [...SWITCHED.map(({ csr }) => csr), ...SWITCHED_APART];
  const rows = [
    ['RDSM, of a domain', names(domains.map((name) => ({ name })))],
    ['TSM, of the host while a guest runs', names(HOST_CSRS)],
    ['TSM, loaded for a guest', `\`hgatp\`, ${names(GUEST_CSRS)}`],
    ['TSM, saved at its exit', names(GUEST_CSRS.filter(({ kept }) => kept))],
  ];
  const table = rows.map((cells) => `| ${cells.join(' | ')} |`);
  return ['', '| who, and when | CSRs, in this order |', '|---|---|', ...table, '', ''].join('\n');
}

it('the page of the model prints what is switched as the lists have it', () => {
  const page = readFileSync(PAGE, 'utf8');
  const start = page.indexOf(BEGIN) + BEGIN.length;
  const end = page.indexOf(END);
  expect(start).toBeGreaterThan(BEGIN.length);
  expect(end).toBeGreaterThanOrEqual(start);
  if (process.env['WRITE_DOCS'] === '1') {
    writeFileSync(PAGE, page.slice(0, start) + lists() + page.slice(end));
    return;
  }
  expect(page.slice(start, end)).toBe(lists());
});

it('a guest changes nothing of the hart that its host would find', () => {
  const host = new Set(HOST_CSRS.map(({ name }) => name));
  // What the RDSM puts back of a domain.
  const domain = new Set<string>(SWITCHED.map(({ csr }) => csr));
  for (const { name } of GUEST_CSRS)
    expect([name, host.has(name) || domain.has(name)]).toEqual([name, true]);
});
