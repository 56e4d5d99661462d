/** `sdt init`: a new bench with a configuration, one scenario that passes, one that fails, and a CI workflow. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../run/exit-code.ts';
import { writeWhole } from './atomic-file.ts';
import type { Invocation } from './invocation.ts';
import { UsageError } from './usage-error.ts';

const CONFIG = `{
  "suites": ["suites"],
  "tags": ["smoke"]
}
`;

const SCENARIOS = `sdt 1
suite "First steps"
tags smoke

# One setup, shared by the scenarios below.
fixture two_domains
  machine mpt smmpt52
  domain host sdid 1
  domain vault sdid 2
  region code size 2M
  region key size 4K holds 0x5e_c2e7
  grant rx on code to host, vault
  grant rw on key to vault

scenario "the owner reads its page, the host cannot"
  covers SMMPT-XWR-01
  given two_domains
  vault loads at key                               -> ok
  host loads at key                                -> load access fault at key because mpt.permission

scenario "this one fails: correct its expectation"
  covers SMMPT-XWR-01
  given two_domains
  host stores 1 at key                             -> ok
`;

const WORKFLOW = `name: sdt
on: [push, pull_request]
jobs:
  scenarios:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
      # sdt is a dependency of package.json; nothing else of that name is ever fetched.
      - run: npm ci
      - run: npx --no-install sdt check
      - run: npx --no-install sdt run --caching all --reporter junit=report.xml
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: report
          path: report.xml
`;

const FILES: readonly (readonly [path: string, text: string])[] = [
  ['sdt.config.json', CONFIG],
  ['suites/first.sdt', SCENARIOS],
  ['.github/workflows/sdt.yml', WORKFLOW],
];

export function command({ io, targets }: Invocation): Promise<number> {
  const [folder = '.'] = targets;
  const place = (path: string) => join(folder.startsWith('/') ? '' : io.cwd, folder, path);
  const there = FILES.filter(([path]) => existsSync(place(path)));
  if (there.length > 0) {
    throw new UsageError(
      `${folder} has ${there.map(([path]) => path).join(' and ')} already`,
      'nothing was written: choose another folder',
    );
  }
  for (const [path, text] of FILES) {
    const failed = writeWhole(place(path), text);
    if (failed !== null) throw new UsageError(`cannot write ${join(folder, path)}: ${failed}`);
    io.stdout.write(`${join(folder, path)}\n`);
  }
  const go = folder === '.' ? '' : `cd ${folder} && `;
  io.stderr.write(`next: ${go}sdt    (one scenario passes, one fails: see why)\n`);
  return Promise.resolve(EXIT.passed);
}
