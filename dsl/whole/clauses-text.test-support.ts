/** The clauses of the language, each with the least text that shows it: words, sections, names, static checks. */

/** What a text comes to: every case passes, fails or is skipped; or the codes that the checker gives, in order. */
export type Gives = 'passes' | 'fails' | 'skips' | readonly string[];

/** `lines`: a file without its first line. */
export interface Clause {
  readonly says: string;
  readonly lines: string;
  readonly gives: Gives;
  readonly files?: Readonly<Record<string, string>>;
}

export const KEY = 'domain host\nregion key size 4K holds 7\ngrant rw on key to host\n';
export const VAULT = `${KEY}domain vault\nregion safe size 4K holds 9\ngrant rw on safe to vault\n`;
export const PAGED = `${KEY}region pt size 64K\ngrant rw on pt to host\nspace os is s sv39 in host with tables in pt id 3\nmap os 0x40_0000 to key size 4K rw\nactor kernel is host in S using os\n`;

export const s = (lines: string, title = 's'): string => `scenario "${title}"\n${lines}\n`;

const row = (says: string, lines: string, gives: Gives, files?: Clause['files']): Clause =>
  files === undefined ? { says, lines, gives } : { says, lines, gives, files };

export const TEXT_CLAUSES: readonly Clause[] = [
  // Words, numbers, names.
  row(
    'numbers are decimal, hexadecimal, binary or have a unit that is a power of 1024',
    s(
      `${KEY}check key -> 0x07\ncheck key -> 0b111\nhost loads at key + 4K - 0x1000 + 2M - 2_048K -> 7`,
    ),
    'passes',
  ),
  row('there are no fractions', s(`${KEY}host loads at key + 1.5K -> 7`), ['SDT102']),
  row('there are no negative numbers', s(`${KEY}host loads at -8 -> 7`), ['SDT102']),
  row('names are case-sensitive', s(`${KEY}host loads at Key -> 7`), ['SDT201']),
  row(
    'names have no hyphens: that is arithmetic',
    s(`${KEY}host loads at key.end-8 -> 7`),
    'passes',
  ),
  row('a string ends on its line', 'suite "S\n', ['SDT106']),
  row('a rule id stands behind covers only', s(`${KEY}note SMMPT-XWR-01`), ['SDT109']),
  row(
    'a rule id may be the first of a run',
    s(`covers SMMPT-XWR-03..04\n${KEY}host loads at key`),
    'fails',
  ),
  row(
    "a line that begins with '->', 'or', 'costing', 'because' or 'taken' continues the one above",
    s(
      `${VAULT}host loads at safe\n-> load page fault\nor load access fault\nbecause mpt.permission\ntaken in M\nflush all\nhost loads at key -> 7\ncosting mpt 3`,
    ),
    'passes',
  ),
  row(
    "a line that ends with ',' or '(' runs on",
    s(
      `domain host\ndomain vault\nregion key size 4K shared\ngrant rw on key to host,\nvault\nhost loads at (\nkey)`,
    ),
    'passes',
  ),
  row(
    "an unclosed '(' costs one line",
    s(`${KEY}host loads at (key + 8\nhost loads at key -> 7\nhost laods at key`),
    ['SDT102', 'SDT116'],
  ),
  row(
    'soft words may be names',
    s(
      'domain guest\nregion page size 4K holds 1\ngrant r on page to guest\nguest loads at page -> 1',
    ),
    'passes',
  ),
  row('an extent is a base and a size, never a range', s(`${KEY}grant r on key..key.end to host`), [
    'SDT102',
  ]),
  row("'pa' from a hart needs an actor without translation", s(`${PAGED}kernel loads at pa key`), [
    'SDT419',
  ]),
  row(
    "'pa' without translation, 'va' with it",
    s(`${PAGED}host loads at pa key -> 7\nkernel loads at va 0x40_0000 -> 7`),
    'passes',
  ),
  row(
    'members of regions',
    s(
      `${KEY}region two size 8K holds 8\ngrant r on two.page(1) to host\nhost loads at two.base + 4K -> 8\nhost loads at two.end - 8 -> 8\nhost loads at two + two.size / 2 -> 8\nhost loads at two -> load access fault`,
    ),
    'passes',
  ),
  row(
    'members of domains and spaces; the level is that of the leaf where it is left out',
    s(
      `machine mpt smmpt43\n${PAGED}check at host.root size 8 -> mpte(v: 1, l: 0)\ncheck at host.mpte(key) size 8 -> mpte(v: 1, l: 1)\ncheck at host.mpte(key, 2) size 8 -> mpte(v: 1, l: 0)\ncheck at os.root size 8 -> pte(v: 1, r: 0)\ncheck at os.pte(0x40_0000) size 8 -> pte(v: 1, r: 1, w: 1)\ncheck at os.pte(0x40_0000, 1) size 8 -> pte(v: 1, r: 0)\ncheck at host.mpt_page(key, 2) size 8 -> mpte(v: 1)\ncheck at os.pte_page(0x40_0000, 2) size 8 -> pte(v: 1)`,
    ),
    'passes',
  ),
  row('any other member is an error', s(`${KEY}host loads at key.middle`), ['SDT228']),

  // Sections, fixtures, constants.
  row(
    'the first file-wide lines hold for every scenario',
    `machine xlen 32, mpt smmpt34\n${s(`${KEY}check key -> 7\nhost loads 4 bytes at key -> 7`)}`,
    'passes',
  ),
  row(
    'a constant of a section is unknown in the next',
    `${s(`let n = 7\n${KEY}host loads at key -> n`, 'one')}${s(`${KEY}host loads at key -> n`, 'two')}`,
    ['SDT201'],
  ),
  row(
    'a name is declared once',
    s('domain host\nregion host size 4K\nhost loads at 0x8000_0000 -> load access fault'),
    ['SDT202'],
  ),
  row(
    'also through two fixtures',
    `fixture a\ndomain host\nfixture b\ndomain host\n${s('given a\ngiven b\nhost loads at 0x8000_0000 -> load access fault')}`,
    ['SDT202'],
  ),
  row(
    'a fixture may be given others',
    `fixture a\n${KEY}fixture b\ngiven a\n${s('given b\nhost loads at key -> 7')}`,
    'passes',
  ),
  row(
    'but not itself',
    `fixture a\ngiven b\nfixture b\ngiven a\n${s('given a\nrdsm loads at 0x8000_0000')}`,
    ['SDT225'],
  ),
  row(
    'a fixture has parameters with defaults',
    `fixture a(pages = 1, p = r)\ndomain host\nregion key size pages * 4K holds 7\ngrant <p> on key to host\n${s('given a(pages: 2)\nhost loads at key.page(1) -> 7\nhost stores 1 at key -> store access fault')}`,
    'passes',
  ),
  row(
    'use brings the fixtures of a file',
    `use "lib.sdt"\n${s('given k\nhost loads at key -> 7')}`,
    'passes',
    { 'lib.sdt': `fixture k\n${KEY}` },
  ),
  row(
    'files do not use themselves',
    `use "lib.sdt"\n${s('given k\nhost loads at key')}`,
    ['SDT227'],
    {
      'lib.sdt': `use "lib.sdt"\nfixture k\n${KEY}`,
    },
  ),

  // Cases.
  row(
    'each and table multiply; a hole leaves out the steps that use it',
    s(
      `each n in 1, 2\ntable\n| w | out |\n| 1 | ok |\n| 2 | - |\n${KEY}host stores <n> at key\nhost stores <w> at key + 8 -> <out>\nhost loads at key -> <n>`,
      '<n> <w>',
    ),
    'passes',
  ),
  row(
    'everything resets between two cases',
    s(
      `each n in 1, 2\n${KEY}host loads at key -> 7\nhost stores <n> at key\nrdsm writes csr mscratch with <n>\nrdsm reads csr mscratch -> <n> as last\nhost loads at key -> last`,
    ),
    'passes',
  ),
  row(
    'a parameter stands for a value, a name, a word, permissions, a mode and an outcome',
    s(
      `table\n| at | of | word | p | m | out |\n| 8 | host | smmpt52 | r | U | store access fault |\n${KEY.replace('grant rw on key to host', 'grant <p> on key to <of>')}machine mpt <word>\nactor it is <of> in <m>\nit loads at key + <at> -> 7\nit stores 1 at key -> <out>`,
    ),
    'passes',
  ),
  row(
    'more than 10,000 cases are an error without the tag large',
    s(
      `each a in ${list(101)}\neach b in ${list(100)}\n${KEY}host loads at key + <a> * 0 + <b> * 0`,
    ),
    ['SDT415'],
  ),
  row(
    'a failing step ends its case',
    s(`${KEY}host loads at key -> 8\nhost loads at key -> load access fault`),
    'fails',
  ),

  // Static checks.
  row('machine lines stand above the first step', s(`${KEY}host loads at key\nmachine harts 2`), [
    'SDT414',
  ]),
  row(
    'regions do not overlap',
    s(
      `${KEY}region a at 0x8100_0000 size 8K\nregion b at 0x8100_1000 size 4K\ngrant r on a to host\ngrant r on b to host\nhost loads at key`,
    ),
    ['SDT301'],
  ),
  row(
    'regions lie in RAM, which is 256M at 0x8000_0000',
    s('domain host\nregion a at 0x9000_0000 size 4K\ngrant r on a to host\nhost loads at a'),
    ['SDT302'],
  ),
  row(
    'permissions are given to whole pages',
    s('domain host\nregion a size 0x1800\ngrant r on a to host\nhost loads at a'),
    ['SDT303'],
  ),
  row(
    'leaves are those of the mode',
    s(
      'machine mpt smmpt43\ndomain host\nregion a size 1M aligned 1M\ngrant r on a to host using 64K leaves\nhost loads at a',
    ),
    ['SDT304'],
  ),
  row(
    'and of the machine',
    s(
      `machine without Svnapot\n${PAGED}region big size 64K aligned 64K\ngrant r on big to host\nmap os 0x80_0000 to big size 64K r using 64K leaves\nkernel loads at 0x80_0000`,
    ),
    ['SDT304'],
  ),
  row(
    'page tables are granted to their domain',
    s(PAGED.replace('grant rw on pt to host\n', '') + 'kernel loads at 0x40_0000 -> 7'),
    ['SDT305'],
  ),
  row(
    'what two domains share is said',
    s(
      'domain a\ndomain b\nregion m size 4K\ngrant rw on m to a\ngrant r on m to b\na stores 1 at m',
    ),
    ['SDT306'],
  ),
  row(
    'domains have SDIDs of their own',
    s(
      'domain a sdid 1\ndomain b sdid 1\na loads at 0x8000_0000 -> load access fault\nb loads at 0x8000_0000 -> load access fault',
    ),
    ['SDT307'],
  ),
  row(
    'no exact outcome after an unfenced change',
    s(
      `${KEY}host loads at key\nrevoke key from host unfenced\nhost loads at key -> load access fault\nfence mpt`,
    ),
    ['SDT401'],
  ),
  row(
    'nor after a poke to a table',
    s(
      `${KEY}host loads at key\npoke host.mpte(key) with 0\nhost loads at key -> load access fault`,
    ),
    ['SDT402'],
  ),
  row(
    "nor after another hart's fence",
    s(
      `machine harts 2\n${KEY}actor host1 is host on hart 1\nhost1 loads at key\nrevoke key from host unfenced\nrdsm fences mpt\nhost1 loads at key -> load access fault`,
    ),
    ['SDT403'],
  ),
  row(
    'no 0 from memory that no line wrote',
    s('domain host\nregion a size 4K\ngrant r on a to host\nhost loads at a -> 0'),
    ['SDT404'],
  ),
  row("no 'denied' where nothing is mapped", s(`${PAGED}kernel loads at 0x80_0000 -> denied`), [
    'SDT405',
  ]),
  row(
    'no count without a flush since the last access',
    s(`${KEY}host loads at key\nhost loads at key -> ok costing mpt 3`),
    ['SDT406'],
  ),
  row(
    'no fence by address after a pointer changed',
    s(
      `machine mpt smmpt43\n${KEY}host loads at key\nentry of host level 1 for key raw 0 unfenced\nrdsm fences mpt for key\nhost loads at key -> ok or load access fault`,
    ),
    ['SDT407'],
  ),
  row(
    'an outcome that hangs on an open knob says when',
    s(`covers SMMPT-ACC-18\n${KEY}host tries sc with 1 at key -> ok`),
    ['SDT408'],
  ),
  row(
    'a when that never matches',
    s(`each n in 1, 2\n${KEY}host loads at key + 0 * <n> -> 7\nwhen n is 3 -> 8`),
    ['SDT409'],
  ),
  row(
    'a when that always matches',
    s(`each n in 1, 2\n${KEY}host loads at key + 0 * <n> -> 8\nwhen n is 1 -> 7\nwhen n is 2 -> 7`),
    'passes',
  ),
  row(
    'a when that always matches by itself',
    s(`each n in 1\n${KEY}host loads at key + 0 * <n> -> 8\nwhen n is 1 -> 7`),
    ['SDT425'],
  ),
  row(
    'an entry that swallows a grant',
    s(`machine mpt smmpt43\n${KEY}entry of host level 1 for key xwr 0b011\nhost loads at key`),
    ['SDT410'],
  ),
  row(
    'a change that is left unfenced',
    s(`${KEY}revoke key from host unfenced\nhost loads at key -> ok or load access fault`),
    ['SDT411'],
  ),
  row(
    'an IOMMU that two domains share',
    s(
      'domain a\ndomain b\niommu i in a\ndevice d id 1 behind i for b\nd reads 8 bytes at iova 0 -> aborted',
    ),
    ['SDT412'],
  ),
  row(
    'a clause that cannot belong to its alternative',
    s(`${KEY}host loads at key -> ok because mpt.invalid`),
    ['SDT413'],
  ),
  row(
    'an outcome that its operation cannot have',
    s(`${KEY}host stores 1 at key -> load access fault`),
    ['SDT413'],
  ),
  row(
    'unused regions and constants',
    s(`let n = 1\n${KEY}region spare size 4K\nhost loads at key`),
    ['SDT501', 'SDT501'],
  ),
  row('unused fixtures', `fixture a\n${KEY}${s('rdsm loads at 0x8000_0000')}`, ['SDT502']),
  row('two scenarios of one title', s(`${KEY}host loads at key`) + s(`${KEY}host loads at key`), [
    'SDT503',
  ]),
  row(
    'a scenario without covers where others have them',
    s(`covers SMMPT-XWR-04\n${KEY}host loads at key`, 'a') + s(`${KEY}host loads at key`, 'b'),
    ['SDT504'],
  ),
  row(
    'a bare error',
    s('requires H\ndomain host sdid 0\nhost calls covh.tvm_remove_pages(gpa: 4K) -> error'),
    ['SDT505'],
  ),
  row(
    'unknown rules, reasons, tags of conditions, models',
    s(
      `covers SMMPT-XWR-99\n${KEY}machine model tsm_pear\nhost loads at key -> load access fault because mpt.permision\nwhen modle is flat -> ok`,
    ),
    ['SDT205', 'SDT212', 'SDT206', 'SDT207'],
  ),
  row('unknown fields of a format', s(`${KEY}check key -> mpte(valid: 1)`), ['SDT209']),
  row(
    'unknown arguments of a call',
    s('requires H\ndomain host sdid 0\nhost calls covh.destroy_tvm(guest: 1) -> success'),
    ['SDT218'],
  ),
  row(
    'an argument that nothing could stand in for',
    s('requires H\ndomain host sdid 0\nhost calls covh.convert_pages(num_pages: 1)'),
    ['SDT245'],
  ),
  row(
    'a call that no namespace has, also behind exits ecall',
    s(
      'requires H\ndomain host sdid 0\nhost calls covh.run_tvm_vcpu() -> exits ecall covg.share\nhost calls covx.run()',
    ),
    ['SDT217', 'SDT217'],
  ),
  row(
    'an interrupt that no hart has',
    s('requires H\ndomain host sdid 0\nhost calls covh.run_tvm_vcpu() -> exits interrupt timmer'),
    ['SDT246'],
  ),
  row(
    'a TVM that is used before it is there',
    s(
      'requires H\ndomain host sdid 0\nregion c size 4K\nhost runs guest -> exits end\ntvm guest from c entry 0x1000',
    ),
    ['SDT234'],
  ),
  row(
    'what a call cannot come to',
    s(
      'requires H\ndomain host sdid 0\nhost calls covh.get_tsm_info() -> ok\nhost calls covh.local_fence() -> exits end',
    ),
    ['SDT413', 'SDT413'],
  ),
  row(
    'an error that a call never returns',
    s(
      'requires H\ndomain host sdid 0\nhost calls covh.destroy_tvm() -> error already_started\nhost calls covh.global_fence() -> error already_started',
    ),
    ['SDT413'],
  ),
  row(
    "members of a hart's shared page are a closed list",
    s(
      'requires H\ndomain host sdid 0\nhost loads at host.nacl.fpr(1)\nhost loads at host.nacl.csr(htvall)',
    ),
    ['SDT228', 'SDT208'],
  ),
  row(
    'a measure has one line repeats with a step below it, a scenario has none',
    `measure "a"\n${KEY}host loads at key\n` +
      `measure "b"\n${KEY}repeats 2\nfence all\n` +
      `measure "c"\n${KEY}repeats 2\nrepeats 3\nhost loads at key\n` +
      s(`${KEY}repeats 2\nhost loads at key`),
    ['SDT426', 'SDT506', 'SDT426', 'SDT426', 'SDT232'],
  ),
  row(
    'a measure declares above its rounds, has no model of its own, and says nothing of costs or rules',
    `measure "a"\ncovers SMMPT-XWR-01\nmachine model flat\n${KEY}repeats 2\nregion late size 4K\nhost loads at late -> ok costing total 1`,
    ['SDT232', 'SDT232', 'SDT232', 'SDT413'],
  ),
  row('a workload has at least one round', `measure "a"\n${KEY}repeats 0\nhost loads at key`, [
    'SDT239',
  ]),
  row(
    'w and wx are refused',
    s('domain host\nregion a size 4K\ngrant w on a to host\nhost loads at a'),
    ['SDT416'],
  ),
  row('widths beyond XLEN are for devices', s(`${KEY}host loads 16 bytes at key`), ['SDT417']),
  row('a misaligned attempt needs the feature', s(`${KEY}host loads at key + 1`), ['SDT418']),
  row(
    'a domain actor after a raw write of mmpt',
    s(`${KEY}rdsm writes csr mmpt with 0\nhost loads at key`),
    ['SDT423'],
  ),
  row(
    "'runs' states its outcome",
    s(
      'requires H\ndomain host sdid 0\nregion c size 4K\ntvm guest from c entry 0x1000\nhost runs guest',
    ),
    ['SDT420'],
  ),
  row(
    'captures are no layout',
    s(`${KEY}host loads at key -> ok as n\nregion b size n\nhost loads at b`),
    ['SDT222'],
  ),
  row(
    'a capture is known from its step on',
    s(`${KEY}host loads at key -> n\nhost loads at key -> ok as n`),
    ['SDT234'],
  ),
  row('reserved words are kept', s('race\nhost loads at 0'), ['SDT104', 'SDT201']),
];

function list(count: number): string {
  return Array.from({ length: count }, (_, k) => k).join(', ');
}
