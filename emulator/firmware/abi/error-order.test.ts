import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorOrder } from './error-order.test-support.ts';

const PAGE = new URL('../../../docs/model.md', import.meta.url);
const BEGIN = '<!-- the order of errors: written from the table of calls -->\n';
const END = '<!-- end of the order of errors -->';

it('the page of the model prints the order of errors as the table has it', () => {
  const page = readFileSync(PAGE, 'utf8');
  const start = page.indexOf(BEGIN) + BEGIN.length;
  const end = page.indexOf(END);
  expect(start).toBeGreaterThan(BEGIN.length);
  expect(end).toBeGreaterThanOrEqual(start);
  const wanted = `\n${errorOrder()}`;
  if (process.env['WRITE_DOCS'] === '1') {
    writeFileSync(PAGE, page.slice(0, start) + wanted + page.slice(end));
    return;
  }
  expect(page.slice(start, end)).toBe(wanted);
});
