import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LineParser } from '../syntax/line-parser.ts';
import { islands, sourceLines } from '../syntax/lines.ts';
import { withoutSpans } from '../whole/without-spans.test-support.ts';

const corpus = new URL('../corpus/', import.meta.url);

it('reads right and wrong lines alike with derived and with kept choices', () => {
  const deriving = new LineParser({}, null);
  const told = new LineParser({}, deriving.derivedChoices());
  let lines = 0;
  for (const folder of ['good', 'bad']) {
    for (const name of readdirSync(new URL(folder, corpus))) {
      if (!name.endsWith('.sdt')) continue;
      const text = readFileSync(new URL(`${folder}/${name}`, corpus), 'utf8');
      for (const island of islands(sourceLines(text))) {
        expect(withoutSpans(told.parseIsland(island, name))).toEqual(
          withoutSpans(deriving.parseIsland(island, name)),
        );
        lines++;
      }
    }
  }
  expect(lines).toBeGreaterThan(300);
});
