/** Slips of newcomers: one mistake is one message, which says where, what was expected, what was found and what to do. */
import { describe, expect, it } from 'vitest';
import { document } from './compiled.test-support.ts';

const FILE = `suite "S"
fixture two
  domain host
  domain vault
  region key size 4K holds 7
  region open size 16K
  grant rw on key to vault
  grant rw on open to host
scenario "one"
  given two
  host loads at key -> load access fault
  vault loads at key -> 7
  vault loads at open -> load access fault
`;

/** The file with `from` replaced by `to`, and lines added to its scenario; the version line is line 1. */
function told(from: string, to: string, more = ''): string[] {
  expect(FILE).toContain(from);
  const { diagnostics } = document(FILE.replace(from, to) + more);
  return diagnostics.map(
    ({ span, code, message, help }) =>
      `${span.line}:${span.col}-${span.end} ${code} ${message}${help === undefined ? '' : `; ${help}`}`,
  );
}

const LOADS = 'it reads: ACTOR loads [N bytes] at ADDRESS [-> OUTCOME]';

describe('constants', () => {
  it('that name each other twice, forty deep, are worked out once each', () => {
    const lets = Array.from({ length: 40 }, (_, k) => `let a${k + 1} = a${k} * a${k}\n`).join('');
    const [first] = told(
      'suite "S"',
      `suite "S"\nlet a0 = 1T\n${lets}let last = a40 + 0`,
      '  host loads at open + last\n',
    );
    expect(first).toMatch(/SDT239 the number is too large$/);
  });
});

describe('a slip', () => {
  it('is none in the file that the others begin with', () => {
    expect(told('one', 'one')).toEqual([]);
  });

  it('in the name of a property has the properties listed, where none is near', () => {
    const [first, ...others] = told('  given two', '  machine frobnicate 5\n  given two');
    expect(first).toMatch(
      /^11:11-21 SDT213 a machine has no property 'frobnicate'; properties are xlen, /,
    );
    expect(others).toEqual([]);
    const [device] = told('  given two', '  machine frobnicate at 0x1000\n  given two');
    expect(device).toMatch(/SDT102 expected 'size'.*machine DEVICE at ADDRESS size SIZE/);
  });

  it("is told once when 'or' stands at the end of a line", () => {
    const dangling = "an alternative that goes on below begins its own line with 'or'";
    for (const next of ['load access fault', 'ok', '7', 'not ok', 'ok or load page fault']) {
      const text = `key -> load page fault or\n    ${next}`;
      expect(told('key -> load access fault', text)).toEqual([
        `12:42-43 SDT102 expected an outcome, found end of line; ${dangling}`,
      ]);
    }
    const twice = told('key -> load access fault', 'key -> ok or\n  domain host');
    expect(twice.map((line) => line.slice(0, 12))).toEqual(['12:29-30 SDT', '13:10-14 SDT']);
  });

  it.each([
    [
      'an outcome without its arrow',
      'key -> load access',
      'key load access',
      `12:21-25 SDT102 expected '->' before the outcome, found 'load'; ${LOADS}`,
    ],
    [
      'an arrow of another kind',
      '-> load access',
      '=> load access',
      "12:22-23 SDT105 '>' cannot stand here; an outcome stands behind '->'",
    ],
    [
      'an address without at',
      'vault loads at key',
      'vault loads key',
      `13:15-18 SDT102 expected 'at' or a width in bytes, found 'key'; ${LOADS}`,
    ],
    [
      'reads without a width',
      'vault loads at key',
      'vault reads at key',
      "13:15-17 SDT102 expected 'csr' or a width in bytes, found 'at'; it reads: ACTOR reads csr NAME or ACTOR reads N bytes at ADDRESS [-> OUTCOME]",
    ],
    [
      'a width that sticks to its word',
      'vault loads at key',
      'vault loads 4bytes at key',
      "13:15-21 SDT107 '4bytes' is not a number; write '4 bytes'",
    ],
    [
      'a unit of two letters',
      'size 4K',
      'size 4KiB',
      "6:19-23 SDT107 '4KiB' is not a number; sizes are written with one capital letter: 4K",
    ],
    [
      'capitals',
      'rw on key',
      'RW on key',
      "8:9-11 SDT120 'RW' is no permission: expected none, r, rw, rx, rwx, x, w, wx or a parameter (did you mean 'rw'?)",
    ],
    [
      'a command instead of a statement',
      'vault loads at key',
      'vault load at key',
      "13:9-13 SDT116 'load' is no action (did you mean 'loads'?); actions are loads, fetches, stores, swaps, adds, tries, fences, reads, writes, translates, calls, runs, continues, waits, executes",
    ],
    [
      'a fixture that is not there',
      'given two',
      'given tow',
      "11:9-12 SDT223 there is no fixture 'tow'; did you mean 'two'?",
    ],
    [
      'a title without its closing quote',
      'scenario "one"',
      'scenario "one',
      '10:10-14 SDT106 this string has no closing quote on its line',
    ],
    [
      'a title in other quotes',
      'scenario "one"',
      "scenario 'one'",
      "10:10-11 SDT105 ''' cannot stand here; strings stand between double quotes: \"...\"",
    ],
    [
      'a section that is misspelt',
      'scenario "one"',
      'scenaro "one"',
      "10:1-8 SDT103 'scenaro' starts no statement (did you mean 'scenario'?)",
    ],
    [
      'a fixture that is misspelt',
      'fixture two',
      'fixtur two',
      "3:1-7 SDT103 'fixtur' starts no statement (did you mean 'fixture'?)",
    ],
    [
      'an instruction instead of a line of a program',
      '  host loads at key -> load access fault',
      '  program p\n    wrong_nop\n  host loads at key -> load access fault',
      '13:5-14 SDT103 \'wrong_nop\' starts no statement; a step names an actor and an action (host loads at key -> ok), a line of a program an action (executes "nop")',
    ],
    [
      'an instruction that resembles an action',
      '  host loads at key -> load access fault',
      '  program p\n    addi a0, a0, 1\n  host loads at key -> load access fault',
      "13:5-9 SDT103 'addi' starts no statement (did you mean 'adds'?); a line of a program an action (executes \"nop\")",
    ],
    [
      'two regions in one place',
      'region key size 4K holds 7\n  region open',
      'region key at 0x8000_0000 size 4K holds 7\n  region open at 0x8000_0000',
      "7:18-29 SDT301 'open' overlaps 'key'; leave 'at' out to have a free place chosen, or write 'aliases key'",
    ],
  ])('is told once: %s', (_, from, to, message) => {
    expect(told(from, to)).toEqual([message]);
  });

  it.each([
    [
      'a change without its fence',
      '  revoke key from vault unfenced\n  vault loads at key -> load access fault\n',
      "16:25-42 SDT401 no fence since the change: what was read before may still be used; allow both outcomes with 'or', or put a fence in between",
    ],
    [
      'a comment as C has them',
      '// why\n',
      "15:1-2 SDT102 expected a statement or a step, found '/'; a comment begins with '#'",
    ],
    [
      'a row that is too short',
      '  table\n  | op | at |\n  | load |\n  vault tries <op> at <at>\n',
      '17:3-11 SDT233 the row has 1 cell, the table has 2 columns',
    ],
    [
      'a table without rows',
      '  table\n  | op | at |\n  vault tries <op> at <at>\n',
      '15:3-8 SDT232 a table has a line of column names and at least one row',
    ],
    [
      'a parameter that is misspelt',
      '  each op in load, store\n  vault tries <oq> at key\n',
      "16:15-19 SDT204 there is no parameter 'oq' here; parameters here: op",
    ],
    [
      'a parameter without its brackets',
      '  each op in load, store\n  vault tries op at key\n',
      "16:15-17 SDT215 there is no operation 'op'; the parameter is written <op>",
    ],
    [
      'a reason without its namespace',
      '  host loads at key -> load access fault because napot\n',
      "15:50-55 SDT206 there is no reason 'napot'; did you mean 'mpt.napot' or 'pte.napot' or 'iompt.napot'?",
    ],
    [
      'an actor whose domain is missing',
      '  actor m1 is in M on hart 1\n',
      "15:18-19 SDT102 expected end of line, found 'M'; the name of a domain is expected behind 'is'; an actor without a domain leaves 'is' out",
    ],
    [
      'a fence of a domain instead of its number',
      '  rdsm fences mpt of host\n',
      "15:22-26 SDT203 'host' is a domain, which has no value of its own; its table is host.root; a fence takes the number behind 'sdid'",
    ],
    [
      'a grant of a region whose size has no unit',
      '  region small size 4\n  grant rw on small to host\n',
      '16:15-20 SDT303 4 bytes are not a number of pages; permissions are given to whole pages of 4K: did you mean 4K?',
    ],
    [
      'axes that multiply beyond all bounds',
      Array.from({ length: 9 }, (_, k) => `  each x${k} in 0, 1, 2, 3, 4, 5, 6, 7, 8, 9\n`).join(
        '',
      ) +
        `  host loads at open + 8 * (${Array.from({ length: 9 }, (_, k) => `<x${k}>`).join(' + ')}) -> ok\n`,
      '10:1-15 SDT415 the scenario has 1,000,000,000 cases, far more than can be run; its axes multiply: make them shorter, or put values that belong together into a table',
    ],
    [
      'a region with the name of another',
      '  region key size 4K\n',
      "15:10-13 SDT202 'key' is declared twice",
    ],
  ])('is told once: %s', (_, more, message) => {
    expect(told('one', 'one', more)).toEqual([message]);
  });
});
