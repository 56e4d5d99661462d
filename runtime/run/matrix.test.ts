import { describe, expect, it } from 'vitest';
import { matrixText } from './matrix.ts';

describe('the matrix of suites and models', () => {
  it('names what runs, and gives each reason of a skip one letter', () => {
    const rows = [
      {
        suite: 'suites/a.sdt',
        cells: [
          { runs: 3, skips: new Map() },
          { runs: 1, skips: new Map([['requires H', 2]]) },
        ],
      },
      {
        suite: 'suites/long-b.sdt',
        cells: [
          null,
          {
            runs: 0,
            skips: new Map([
              ['no TVMs', 4],
              ['requires H', 1],
            ]),
          },
        ],
      },
    ];
    expect(matrixText(rows, ['tsm_peer', 'tsm_m'])).toBe(
      [
        'suite              tsm_peer  tsm_m',
        'suites/a.sdt       run 3     run 1 skip 2a',
        'suites/long-b.sdt  -         skip 4b skip 1a',
        '',
        '-  the scenarios name other models',
        'a  requires H',
        'b  no TVMs',
        '',
      ].join('\n'),
    );
  });
});
