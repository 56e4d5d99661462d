/** Random files that follow the grammar, with random blanks, comments and ways to write a number. For property tests. */
import fc from 'fast-check';

type Text = fc.Arbitrary<string>;

const pick = (...words: string[]): Text => fc.constantFrom(...words);
const maybe = (text: Text): Text =>
  fc.oneof(
    fc.constant(''),
    text.map((inner) => ` ${inner}`),
  );
/** Parts joined by blanks; the printer stretches some of them. */
const seq = (...parts: (Text | string)[]): Text =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((list) => list.join(''));
const list = (item: Text, separator: string, most = 3): Text =>
  fc.array(item, { minLength: 1, maxLength: most }).map((items) => items.join(separator));

const numeral: Text = fc.oneof(
  fc.nat().map(String),
  fc.bigInt(0n, (1n << 64n) - 1n).map((value) => `0x${value.toString(16)}`),
  fc.nat().map((value) => `0x${value.toString(16).replaceAll(/(.)(?=.)/g, '$1_')}`),
  fc.nat(255).map((value) => `0b${value.toString(2)}`),
  fc
    .tuple(fc.integer({ min: 1, max: 5000 }), pick('K', 'M', 'G', 'T'))
    .map((parts) => parts.join('')),
);
/** Among them words that the grammar uses. */
const name = pick(
  'key',
  'host',
  'vault_2',
  'app',
  '_x',
  'page',
  'size',
  'level',
  'guest',
  'user',
  'id',
  'region',
);
const param = pick('<op>', '<where>', '<n>');
const word = fc.oneof({ weight: 4, arbitrary: name }, param);
const ref = fc.oneof(word, seq(name, '.', name));
const text = pick('"a title"', '"with # inside"', '"<op> twice  spaced"', '""');

const expr: Text = fc.letrec<{ expr: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    numeral,
    name,
    param,
    pick('ones', 'xlen'),
    seq(name, '.end'),
    seq(name, '.pte(', tie('expr'), ', ', tie('expr'), ')'),
    seq('mpte(v: ', tie('expr'), ')'),
    seq('( ', tie('expr'), ' )'),
  ),
  expr: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('atom'),
    seq(tie('atom'), pick(' + ', '-', ' * ', '/'), tie('atom')),
    seq(tie('atom'), pick('+', ' - '), tie('atom'), pick('*', ' /'), tie('atom')),
  ),
})).expr;

const perms = pick('none', 'r', 'rw', 'rx', 'rwx', 'x', '<perms>');
const mode = pick('M', 'HS', 'S', 'U', 'VS', 'VU', '<mode>');
const extent = fc.oneof(expr, seq('at ', expr, ' size ', expr));
const args = fc.oneof(fc.constant('()'), seq('(', list(seq(name, ': ', expr), ', '), ')'));
const width = seq(expr, pick(' bytes', ' byte'));
const address = seq(
  pick('', 'va ', 'gpa ', 'pa ', 'iova '),
  expr,
  maybe(seq('every ', expr, ' of ', extent)),
);
const fault = fc.oneof(
  seq(
    pick('', 'load ', 'store ', 'fetch '),
    pick('access', 'page', 'guest page', 'misaligned'),
    ' fault',
  ),
  pick('illegal instruction', 'virtual instruction', 'environment call', 'software check'),
);
const cost = fc.oneof(
  seq(pick('mpt', 'total', 'g'), ' ', numeral),
  seq('total <= ', expr),
  seq('vs ', numeral, '..', numeral),
);
const clause = fc.oneof(
  pick('at any', 'partial', 'as n', 'taken in HS', 'because mpt.permission', 'because <why>'),
  seq('at ', address),
  seq('gpa ', expr),
  seq('with ', args),
  seq('via ', fault, maybe(seq('taken in ', mode))),
  seq('costing ', list(cost, ', ')),
);
const verdict = fc.oneof(
  pick(
    'ok',
    'denied',
    'aborted',
    'running',
    'success',
    'error',
    'error invalid_param',
    'interrupt timer',
    'exits end',
  ),
  seq('success ', numeral),
  seq('exits ecall ', ref),
  seq('exits ', fault, pick('', ' fatal')),
  fault,
  expr,
  seq(numeral, '..', numeral),
);
const alternative = seq(pick('', '', 'not '), verdict, maybe(clause), maybe(clause));
const outcome = fc.oneof(
  pick('unspecified'),
  seq(pick('', 'unspecified: '), list(alternative, ' or ')),
);
const cell = fc.oneof(pick('-', 'load', 'rw', 'VS', 'ok', 'mpt.depth'), text, numeral, outcome);
const conditions = list(seq(name, ' is ', fc.oneof(name, param, numeral)), ' and ', 2);
const unfenced = pick('', ' unfenced');

const setup: Text = fc.oneof(
  seq('machine ', list(fc.oneof(seq('mpt ', name), seq('ram at ', expr, ' size ', expr)), ', ')),
  seq('machine without ', list(word, ', ')),
  seq(
    'region ',
    word,
    maybe(seq('at ', expr)),
    ' size ',
    expr,
    maybe(seq('aligned ', expr)),
    pick('', ' shared'),
  ),
  seq('image ', word, ' from ', text, maybe(seq('at ', expr)), ' to ', ref),
  seq(
    'domain ',
    word,
    maybe(seq('sdid ', expr)),
    maybe(seq('mpt ', ref)),
    pick('', ' with tables in key'),
  ),
  seq(
    'grant ',
    perms,
    ' on ',
    extent,
    ' to ',
    list(ref, ', '),
    maybe(seq('using ', numeral, ' leaves')),
    unfenced,
  ),
  seq('revoke ', extent, ' from ', list(ref, ', '), unfenced),
  seq(
    'entry of ',
    ref,
    maybe(seq('level ', expr)),
    ' for ',
    extent,
    ' ',
    fc.oneof(
      pick('invalid'),
      perms,
      seq(pick('xwr ', 'raw ', 'reserved bit '), expr),
      seq('napot ', numeral, ' ', perms),
    ),
    unfenced,
  ),
  seq('space ', word, ' is ', pick('vs', 'g', 'io'), ' sv39 in ', ref, maybe(seq('id ', expr))),
  seq(
    'map ',
    ref,
    ' ',
    numeral,
    ' to ',
    expr,
    ' size ',
    expr,
    ' ',
    perms,
    pick('', ' user', ' user fresh'),
    unfenced,
  ),
  seq('pmp ', numeral, ' ', perms, ' on ', fc.oneof(pick('all'), extent), pick('', ' locked')),
  seq(
    'actor ',
    word,
    maybe(seq('is ', ref)),
    maybe(seq('in ', mode)),
    maybe(seq('on hart ', expr)),
    pick('', ' with mxr sum'),
  ),
  seq(
    'device ',
    word,
    ' id ',
    expr,
    maybe(seq('behind ', ref)),
    pick('', ' tee'),
    ' ',
    pick('for host', 'unclassified'),
  ),
  seq('given ', name, fc.oneof(pick('', '()'), seq('(', list(seq(name, ': ', cell), ', '), ')'))),
  seq('poke ', expr, ' with ', expr, maybe(seq('as ', width))),
  seq(pick('poison ', 'scrub '), extent),
  seq('check ', maybe(seq('every ', expr, ' of')), ' ', extent, ' -> ', outcome),
  seq('fence ', word, maybe(seq('of ', word)), maybe(seq('for ', extent))),
  seq('each ', word, ' in ', list(cell, ', ')),
  seq('requires ', list(name, ' '), maybe(seq('when ', conditions))),
  seq('known failure ', text, maybe(seq('when ', conditions))),
  pick('tags a b', 'covers SMMPT-XWR-01..08 ISO-02', 'note "text"', 'flush all', 'let x = 4096'),
);

const action: Text = fc.oneof(
  seq(pick('loads', 'fetches'), maybe(width), ' at ', address),
  seq(pick('stores ', 'swaps ', 'adds '), expr, maybe(seq('as ', width)), ' at ', address),
  seq('tries ', word, maybe(width), maybe(seq('with ', expr)), ' at ', address),
  seq(
    'fences mpt',
    maybe(seq('of ', fc.oneof(expr, pick('all')))),
    maybe(seq('for ', fc.oneof(extent, pick('all')))),
  ),
  seq('reads csr ', ref),
  seq('writes csr ', ref, ' with ', expr),
  seq(pick('reads ', 'writes '), width, ' at ', address),
  seq(
    'calls ',
    ref.filter((callee) => !callee.startsWith('<')),
    args,
  ),
  seq('runs ', ref, maybe(seq('at ', address)), maybe(seq('supplying zero_pages from ', extent))),
  seq('executes ', fc.oneof(text, param), pick('', ' with a0 = 1, a1 = key + 8')),
  pick('continues', 'waits'),
);
const step = seq(ref, ' ', action, maybe(seq('-> ', outcome)));
const table = fc
  .integer({ min: 1, max: 4 })
  .chain((columns) =>
    fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map((rows) => ['table', ...rows.map((row) => `|${row.join(' |')}|`)].join('\n'));
const block = fc.oneof(
  { weight: 6, arbitrary: setup },
  { weight: 6, arbitrary: step },
  { weight: 1, arbitrary: table },
  { weight: 1, arbitrary: seq('program boot\n', action, '\n', action, ' -> ', outcome) },
  {
    weight: 1,
    arbitrary: seq(step, ' -> ok\nwhen ', conditions, ' -> ', outcome).map((both) =>
      both.replace(/ -> .* -> ok\n/, ' -> ok\n'),
    ),
  },
  { weight: 1, arbitrary: pick('', '', '\n', '# a comment', '#another') },
  {
    weight: 1,
    arbitrary: fc.oneof(seq('scenario ', text), seq('fixture ', name, '(a, b = ', cell, ')')),
  },
);

/** How one line is written: its margin, its tail, and how blanks outside strings stretch. */
const style = fc.record({
  margin: pick('', '  ', '\t', '        '),
  tail: pick('', '', '', ' ', '  # why', '# why  '),
  blank: pick(' ', ' ', '  ', ' \t '),
  breakAt: pick('', '', '', '-> ', 'because ', 'or '),
});

function write(
  line: string,
  {
    margin,
    tail,
    blank,
    breakAt,
  }: { margin: string; tail: string; blank: string; breakAt: string },
): string {
  if (line.trim() === '' || line.startsWith('#')) return margin + line;
  let written = line.replaceAll(/"[^"]*"| /g, (part) => (part === ' ' ? blank : part));
  if (breakAt !== '' && !line.startsWith('|')) {
    // Breaks the line in front of a word that continues it.
    written = written.replace(
      new RegExp(`[ \\t]${breakAt.trim()}[ \\t](?=[^"]*(?:"[^"]*"[^"]*)*$)`),
      `\n${breakAt}`,
    );
  }
  return margin + written + tail;
}

/** A file that parses. */
export const validFile: Text = fc
  .array(fc.tuple(block, fc.array(style, { minLength: 1, maxLength: 5 })), { maxLength: 12 })
  .map((blocks) =>
    blocks.flatMap(([lines, styles]) =>
      lines
        .split('\n')
        .map((line, at) =>
          write(
            line,
            styles[at % styles.length] ??
              styles[0] ?? { margin: '', tail: '', blank: ' ', breakAt: '' },
          ),
        ),
    ),
  )
  .chain((lines) => pick('\n', '\n', '\r\n').map((end) => ['sdt 1', ...lines, ''].join(end)));
