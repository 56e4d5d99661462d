/** The diagnostics of the syntax, 1xx: what a line may look like. */
import { example, type CatalogueRow } from './row.ts';

export const SYNTAX = {
  SDT101: {
    title: 'the version line is missing or wrong',
    message: "the first line must be 'sdt 1', found FOUND",
    severity: 'error',
    example: () => 'scenario "no version"\n',
  },
  SDT102: {
    title: 'a line does not follow the grammar',
    message: "expected EXPECTED, found FOUND (did you mean 'WORD'?)",
    severity: 'error',
    example: example('region key sise 4K'),
  },
  SDT103: {
    title: 'a line begins with a word that starts no statement',
    message: "'WORD' starts no statement (did you mean 'STATEMENT'?)",
    severity: 'error',
    example: example('regoin key size 4K'),
  },
  SDT104: {
    title: 'a word that is reserved for later versions',
    message: "'WORD' is reserved for a later version of the language",
    severity: 'error',
    example: example('repeat 4'),
  },
  SDT105: {
    title: 'a character that has no place outside strings and comments',
    message: 'CHARACTER cannot stand here',
    severity: 'error',
    example: example('let size = 4K & 1'),
  },
  SDT106: {
    title: 'a string without its closing quote',
    message: 'this string has no closing quote on its line',
    severity: 'error',
    example: example('suite "one page'),
  },
  SDT107: {
    title: 'a malformed number',
    message: "'NUMBER' is not a number",
    severity: 'error',
    example: example('let size = 4Q'),
  },
  SDT108: {
    title: 'a number beyond any width',
    message: 'this number has more than 1024 bits',
    severity: 'error',
    example: example(`let size = 0x1${'0'.repeat(300)}`),
  },
  SDT109: {
    title: 'a rule id outside a covers line',
    message: "the rule id 'ID' may only stand behind 'covers'",
    severity: 'error',
    example: example('tags SMMPT-XWR-03'),
  },
  SDT110: {
    title: 'a table row that is not closed',
    message: "a table row begins and ends with '|'",
    severity: 'error',
    example: example('scenario "s"', 'table', '| a | b |', '| 1 | 2'),
  },
  SDT111: {
    title: 'an empty cell',
    message: "this cell is empty; '-' leaves the step that uses it out",
    severity: 'error',
    example: example('scenario "s"', 'table', '| a | b |', '| 1 |   |'),
  },
  SDT112: {
    title: 'parentheses nested too deeply',
    message: 'parentheses are nested more than 64 deep',
    severity: 'error',
    example: example(`let size = ${'('.repeat(65)}1${')'.repeat(65)}`),
  },
  SDT113: {
    title: 'an expression with too many terms',
    message: 'this expression has more than 1,000 operators',
    severity: 'error',
    example: example(`let size = 1${' + 1'.repeat(1001)}`),
  },
  SDT114: {
    title: 'a line that is too long',
    message: 'this line has N characters, more than 65,536',
    severity: 'error',
    example: example(`note "${'x'.repeat(65_536)}"`),
  },
  SDT115: {
    title: 'not a text file',
    message: 'this is not a text file: it holds the character CHARACTER',
    severity: 'error',
    example: () => 'sdt 1\nnote "\u0000"\n',
  },
  SDT116: {
    title: 'a step without a known action',
    message: "'WORD' is no action (did you mean 'ACTION'?)",
    severity: 'error',
    example: example('domain host', 'scenario "s"', 'host lods at 0x1000'),
  },
  SDT117: {
    title: 'a continuation of nothing',
    message: "a line that begins with 'WORD' continues the line above, but there is none",
    severity: 'error',
    example: example('because mpt.permission'),
  },
  SDT118: {
    title: 'a second version line',
    message: "'sdt' may only stand on the first line",
    severity: 'error',
    example: example('sdt 1'),
  },
  SDT119: {
    title: 'a file that is too large',
    message: 'this file has N characters, more than 16,777,216',
    severity: 'error',
    example: () => `sdt 1\n${' '.repeat(16 * 1024 * 1024)}`,
  },
  SDT120: {
    title: 'a word outside a closed list',
    message: "'WORD' is no KIND: expected LIST (did you mean 'OTHER'?)",
    severity: 'error',
    example: example('grant rq on key to vault'),
  },
  SDT121: {
    title: 'a file with too many words',
    message: 'this file has more than 2,000,000 words and signs',
    severity: 'error',
    example: () => `sdt 1\n${`tags${' a'.repeat(32_000)}\n`.repeat(63)}`,
  },
  SDT199: {
    title: 'more diagnostics than are listed',
    message: 'and N more',
    severity: 'error',
    example: example(...Array.from({ length: 1001 }, () => 'oops')),
  },
} as const satisfies Readonly<Record<string, CatalogueRow>>;
