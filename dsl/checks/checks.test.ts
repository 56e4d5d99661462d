/** What the checks must not report: the legal neighbours of each mistake, and how far each check looks. */
import { describe, expect, it } from 'vitest';
import { document, findings } from '../whole/compiled.test-support.ts';

const KEY = 'domain host\nregion key size 4K holds 5\ngrant rw on key to host\n';
const PAGED = `${KEY}region pt size 64K\ngrant rw on pt to host\nspace os is s sv39 in host with tables in pt\nmap os 0x40_0000 to key size 4K rw\nactor kernel is host in S using os\n`;

/** Findings of a scenario with these lines. */
const of = (lines: string): string[] =>
  findings(`scenario "s"\n${lines}`).map((found) => found.split(' ')[1]);

describe('staleness', () => {
  const STALE = `${KEY}host loads at key\nrevoke key from host unfenced\n`;

  it.each([
    ['a set of outcomes', 'host loads at key -> 5 or load access fault\nfence mpt'],
    ['a fence in between', 'fence mpt\nhost loads at key -> load access fault'],
    ['a flush in between', 'flush all\nhost loads at key -> load access fault'],
    [
      'a fence instruction on the same hart',
      'rdsm fences mpt\nhost loads at key -> load access fault',
    ],
    [
      'an outcome per caching policy',
      'host loads at key -> 5\nwhen caching is none -> load access fault\nfence mpt',
    ],
    ['another page', 'region other size 4K\nhost loads at other -> load access fault\nfence mpt'],
    ['another domain', 'domain vault\nvault loads at key -> load access fault\nfence mpt'],
  ])('is no matter with %s', (_, lines) => {
    expect(of(STALE + lines)).toEqual([]);
  });

  it('is no matter without caches, or where nothing was read before', () => {
    expect(
      of(`machine caching none\n${STALE}host loads at key -> load access fault\nfence mpt`),
    ).toEqual([]);
    expect(
      of(`${KEY}revoke key from host unfenced\nhost loads at key -> load access fault\nfence mpt`),
    ).toEqual([]);
  });

  it('concerns each hart by itself', () => {
    const two = `machine harts 2\n${KEY}actor host1 is host on hart 1\nactor rdsm1 in M on hart 1\nhost1 loads at key\nrevoke key from host unfenced\nrdsm fences mpt\n`;
    expect(of(`${two}host1 loads at key -> load access fault`)).toEqual(['SDT403']);
    expect(of(`${two}rdsm1 fences mpt\nhost1 loads at key -> load access fault`)).toEqual([]);
  });

  describe('a fence that names something else', () => {
    const sure = (fence: string, before = '', change = 'revoke key from host unfenced') =>
      of(
        `${KEY.replace('domain host', 'domain host sdid 1')}domain vault sdid 2\nregion far at 0x8800_0000 size 4K\n${before}host loads at key\n${change}\nrdsm fences ${fence}\nhost loads at key -> load access fault\nfence all\nvault loads at far -> load access fault`,
      );
    const paged = (fence: string, id = 'id 5', more = '') =>
      of(
        `${PAGED.replace('in pt\n', `in pt ${id}\n`)}${more}kernel loads at 0x40_0000\nunmap os 0x40_0000 size 4K unfenced\n${fence}\nkernel loads at 0x40_0000 -> load page fault\nfence all`,
      );

    it.each([
      'mpt of 2',
      'mpt for far',
      'mpt of 2 for key',
      'mpt of 1 for far',
      'mpt of all for far',
    ])('%s leaves the change of SDID 1 stale', (fence) => {
      expect(sure(fence)).toEqual(['SDT403']);
    });

    it.each(['mpt', 'mpt of 1', 'mpt for key', 'mpt of 1 for key', 'mpt of 65 for key + 8', 'vma'])(
      '%s is not one',
      (fence) => {
        expect(sure(fence)).toEqual([]);
      },
    );

    it('may reach the change where one entry holds both addresses', () => {
      // Sixteen 4K tuples in an entry, or sixteen of 2M.
      expect(sure('mpt for key + 32K')).toEqual([]);
      expect(sure('mpt for key + 16M')).toEqual(['SDT403']);
      expect(
        sure('mpt for key + 16M', 'grant r on at 0x8000_0000 size 4M to host using 2M leaves\n'),
      ).toEqual([]);
    });

    it('is an error only where what went through before must fail', () => {
      expect(sure('mpt of 2', '', 'grant r on key to host unfenced')).toEqual(['SDT403']);
      const weaker = `${KEY.replace('host', 'host sdid 1')}host loads at key\ngrant r on key to host unfenced\nrdsm fences mpt of 2\n`;
      expect(of(`${weaker}host loads at key -> 5\nfence mpt`)).toEqual([]);
      expect(of(`${weaker}host fetches at key -> fetch access fault\nfence mpt`)).toEqual([]);
      expect(of(`${weaker}host stores 1 at key -> ok or store access fault\nfence mpt`)).toEqual(
        [],
      );
    });

    it('reaches the domain that it names', () => {
      const both = (fence: string) =>
        of(
          `domain a sdid 1\ndomain b sdid 2\nregion key size 4K holds 5 shared\ngrant r on key to a, b\na loads at key\nb loads at key\nrevoke key from a, b unfenced\nrdsm fences mpt of 1\na loads at key -> load access fault\n${fence}b loads at key -> load access fault\nfence all`,
        );
      expect(both('')).toEqual(['SDT403']);
      expect(both('rdsm fences mpt of 2\n')).toEqual([]);
    });

    it('names another ASID or virtual address', () => {
      for (const fence of ['vma of 6', 'vma for 0x41_0000', 'vma of 5 for 0x41_0000']) {
        expect(paged(`kernel fences ${fence}`)).toEqual(['SDT403']);
      }
      for (const fence of ['vma', 'vma of 5', 'vma for 0x40_0000', 'vma of 5 for 0x40_0ff8']) {
        expect(paged(`kernel fences ${fence}`)).toEqual([]);
      }
      expect(paged('kernel fences vma of 6', '')).toEqual([]);
      const large = 'region big at 0x8820_0000 size 2M\nmap os 0x40_0000 to big size 2M r\n';
      expect(paged('kernel fences vma for 0x41_0000', 'id 5', large)).toEqual([]);
    });

    it('names another VMID; its address is that of the register, and not compared', () => {
      const guest = (fence: string) =>
        of(
          `domain host\nregion g_pt size 64K aligned 16K\nregion key size 4K\ngrant rw on g_pt to host\ngrant rw on key to host\nspace vm is g sv39x4 in host with tables in g_pt id 3\nmap vm 0x1000 to key size 4K rw user\nactor guest is host in VS using vm\nguest loads at 0x1000\nunmap vm 0x1000 size 4K unfenced\nrdsm fences ${fence}\nguest loads at 0x1000 -> load guest page fault\nfence all`,
        );
      expect(guest('gvma of 4')).toEqual(['SDT403']);
      for (const fence of ['gvma', 'gvma of 3', 'gvma of 3 for 0x400', 'gvma for 0x1000']) {
        expect(guest(fence)).toEqual([]);
      }
    });
  });

  it('concerns page tables by the space they belong to', () => {
    const unmapped = `${PAGED}kernel loads at 0x40_0000\nunmap os 0x40_0000 size 4K unfenced\n`;
    expect(of(`${unmapped}kernel loads at 0x40_0000 -> load page fault\nfence vma`)).toEqual([
      'SDT401',
    ]);
    expect(of(`${unmapped}kernel loads at 0x41_0000 -> load page fault\nfence vma`)).toEqual([]);
    expect(of(`${unmapped}host loads at key -> 5\nfence vma`)).toEqual([]);
  });
});

describe('a zero in memory', () => {
  const BLANK = 'domain host\nregion key size 4K\ngrant rw on key to host\n';

  it.each([
    ['a store', 'host stores 0 at key'],
    ['a scrub', 'scrub key'],
    ['a poke', 'poke key with 0'],
    [
      'a store whose address only the run knows',
      'host loads at key -> ok as n\nhost stores 0 at n - n + key',
    ],
    ['a cache block zeroed', 'requires Zicboz\nhost tries cbo_zero at key'],
    ['a call that may have written it', 'host calls covh.get_tsm_info()'],
  ])('is there after %s', (_, line) => {
    expect(of(`${BLANK}${line}\nhost loads at key -> 0`)).toEqual([]);
  });

  it('is there where the region holds 0, and where tables lie', () => {
    expect(of('region key size 4K holds 0\nrdsm loads at key -> 0')).toEqual([]);
    expect(of('rdsm loads at rdsm.tables -> 0')).toEqual([]);
  });

  it('is not there beside what was written', () => {
    expect(of(`${BLANK}host stores 0 at key\nhost loads at key + 512 -> 0`)).toEqual(['SDT404']);
  });
});

describe('a cold count', () => {
  it.each([
    ['the first access', `${KEY}host loads at key -> 5 costing mpt 3`],
    [
      'a flush before it',
      `${KEY}host loads at key\nflush all\nhost loads at key -> 5 costing mpt 3`,
    ],
    [
      'a policy that it is for',
      `${KEY}host loads at key\nhost loads at key -> 5\nwhen caching is retain -> 5 costing mpt 0, total 1`,
    ],
    [
      'no caches',
      `machine caching none\n${KEY}host loads at key\nhost loads at key -> 5 costing mpt 3`,
    ],
    ['an upper bound', `${KEY}host loads at key\nhost loads at key -> 5 costing total <= 4`],
    [
      'counters that no cache saves',
      `${KEY}host loads at key\nhost loads at key -> 5 costing trap 0, csr 0`,
    ],
    ['an actor without a table', `${KEY}rdsm loads at key\nrdsm loads at key -> 5 costing total 1`],
  ])('is fine with %s', (_, lines) => {
    expect(of(lines)).toEqual([]);
  });
});

describe('denied', () => {
  it('may be where something is mapped, or where there is no translation', () => {
    expect(of(`${PAGED}kernel loads at 0x40_0000 -> denied`)).toEqual([]);
    expect(of(`${KEY}host loads at 0x8100_0000 -> denied`)).toEqual([]);
  });
});

describe('denied, with nothing mapped', () => {
  it('may be what becomes of a walk through tables that the domain cannot read', () => {
    const unreadable = PAGED.replace('grant rw on pt to host\n', '');
    expect(of(`${unreadable}kernel loads at 0x80_0000 -> denied`)).toEqual([]);
    expect(of(`${PAGED}kernel loads at 0x80_0000 -> denied`)).toEqual(['SDT405']);
  });
});

describe('page tables', () => {
  const SPACE =
    'domain host\nregion pt size 64K\nregion data size 4K\ngrant rw on data to host\nspace os is s sv39 in host with tables in pt\nmap os 0x40_0000 to data size 4K rw\nactor kernel is host in S using os\n';

  it('need no grant where the walk is meant to be denied, or nothing is walked', () => {
    expect(
      of(`${SPACE}kernel loads at 0x40_0000 -> load access fault because mpt.implicit_s`),
    ).toEqual([]);
    expect(of(`machine mpt bare\n${SPACE}kernel loads at 0x40_0000`)).toEqual([]);
    expect(of(`${SPACE}grant rw on pt.page(0) to host\nkernel loads at 0x40_0000`)).toEqual([]);
  });

  it('in the pool of the root manager are out of reach unless something of it is granted', () => {
    const pool = SPACE.replace(' with tables in pt', '').replace('region pt size 64K\n', '');
    expect(of(`${pool}kernel loads at 0x40_0000`)).toEqual(['SDT305']);
    expect(of(`${pool}kernel loads at 0x40_0000 -> denied`)).toEqual([]);
    expect(of(`${pool}grant r on rdsm.tables to host\nkernel loads at 0x40_0000`)).toEqual([]);
  });
});

describe('memory of two domains', () => {
  const TWO = 'domain host\ndomain vault\nregion key size 8K\n';

  it.each([
    ['is shared', TWO.replace('size 8K', 'size 8K shared') + 'grant rw on key to host, vault'],
    ['is read by both', `${TWO}grant r on key to host, vault`],
    [
      'changes hands',
      `${TWO}grant rw on key to host\nrevoke key from host\ngrant rw on key to vault`,
    ],
    ['is two halves', `${TWO}grant rw on key.page(0) to host\ngrant rw on key.page(1) to vault`],
  ])('is fine when it %s', (_, lines) => {
    expect(of(`${lines}\nhost loads at key -> ok or load access fault`)).toEqual([]);
  });
});

describe('alignment', () => {
  it.each([
    [
      'a misaligned fault is expected',
      `${KEY}host loads 8 bytes at key + 4 -> load misaligned fault`,
    ],
    ['the feature is required', `requires misaligned_access\n${KEY}host loads 8 bytes at key + 4`],
    ['an instruction is compressed', `${KEY}host fetches 4 bytes at key + 2 -> fetch access fault`],
    [
      'the operation must be aligned anyway',
      `${KEY}host tries lr at key + 4 -> load access fault or load misaligned fault`,
    ],
  ])('is no matter when %s', (_, lines) => {
    expect(of(lines)).toEqual([]);
  });
});

describe('conditions', () => {
  it('are judged by the rows of the table, together', () => {
    const table = `table\n| n | m |\n| 1 | a |\n| 2 | b |\n${KEY}note "<m>"\nhost loads at key + 8 * <n> -> ok\n`;
    expect(of(`${table}when n is 1 and m is a -> 5`)).toEqual([]);
    expect(of(`${table}when n is 1 and m is b -> 5`)).toEqual(['SDT409']);
  });

  it('compare numbers however they are written', () => {
    expect(of(`each n in 0x10, 8\n${KEY}host loads at key + <n> -> ok\nwhen n is 16 -> 5`)).toEqual(
      [],
    );
  });

  it('may be about knobs, features and the platform', () => {
    expect(
      of(
        `${KEY}host loads at key -> ok\nwhen model is tsm_peer -> 5\nwhen Svadu is yes -> 5\nwhen straddle_store is whole and xlen is 64 -> 5\nwhen mpt is smmpt43 -> 5`,
      ),
    ).toEqual([]);
  });
});

describe('open rules', () => {
  it.each([
    [
      'a condition on the knob',
      'host tries sc with 1 at key -> ok\nwhen failing_sc is fault -> store access fault',
    ],
    ['the knob of the machine', 'machine failing_sc fault\nhost tries sc with 1 at key'],
    ['a set of outcomes', 'host tries sc with 1 at key -> ok or store access fault'],
  ])('are settled by %s', (_, lines) => {
    expect(of(`covers SMMPT-ACC-18\n${KEY}${lines}`)).toEqual([]);
  });

  it('do not count as part of a run of rules', () => {
    expect(of(`covers SMMPT-ACC-17..18\n${KEY}host loads at key`)).toEqual([]);
  });
});

describe('entries made by hand', () => {
  it('may stand beside grants that keep their table', () => {
    const lines = (level: number, at: string) =>
      `machine mpt smmpt43\n${KEY}region other at ${at} size 4K\nentry of host level ${level} for other xwr 0b011\nhost loads at other\nhost loads at key`;
    // 32M per level-1 entry of Smmpt43: 0x8200_0000 lies in the next one.
    expect(of(lines(1, '0x8200_0000'))).toEqual([]);
    expect(of(lines(1, '0x81ff_f000'))).toEqual(['SDT410']);
    expect(of(lines(0, '0x81ff_f000'))).toEqual([]);
    expect(of(lines(1, '0x81ff_f000').replace('machine mpt smmpt43\n', ''))).toEqual(['SDT410']);
  });

  it('open more than the page that was granted: a leaf above it is told, exact bits are not', () => {
    const at = (level: number, content: string) =>
      of(`${KEY}entry of host level ${level} for key ${content}\nhost loads at key -> unspecified`);
    expect(at(1, 'xwr 0b001')).toEqual(['SDT410']);
    expect(at(1, 'r')).toEqual(['SDT410']);
    expect(at(1, 'invalid')).toEqual([]);
    expect(at(1, 'raw 3')).toEqual([]);
    expect(at(0, 'xwr 0b001')).toEqual([]);
  });
});

describe('a region that is no whole pages', () => {
  const near = (region: string, more = '') =>
    findings(
      `scenario "s"\ndomain host\ndomain vault\nregion pt size 64K\ngrant rw on pt to host\nregion key ${region} holds 5 shared\ngrant rw on key to host\ngrant r on key to vault using 4K leaves\nrevoke key from vault\nspace os is s sv39 in host with tables in pt\nmap os 0x40_0000 to key size 4K rw\n${more}host loads at key -> 5`,
    ).map((found) => found.replace(/^(\d+).*(SDT\d+).*$/, '$1 $2'));

  it('is told once, where it is declared or first granted', () => {
    expect(near('at 0x8100_0800 size 4K')).toEqual(['7 SDT303']);
    expect(near('at 0x8100_0800 size 1K')).toEqual(['8 SDT303']);
    expect(near('size 0x1100')).toEqual(['8 SDT303']);
    expect(near('size 4K')).toEqual([]);
  });

  it('hides no other mistake', () => {
    const more =
      'grant r on at 0x8200_0100 size 4K to host\nrevoke at 0x8200_0108 size 4K from host\n';
    expect(near('size 0x1100', more)).toEqual(['8 SDT303', '13 SDT303', '14 SDT303']);
  });
});

describe('the mode of the table', () => {
  it('fits XLEN and revision', () => {
    const of2 = (machine: string) => of(`machine ${machine}\nrdsm loads at 0x8000_0000`);
    expect(of2('mpt smmpt34')).toEqual([]);
    expect(of2('xlen 32, mpt smmpt43')).toEqual(['SDT422']);
    expect(of2('mpt smmtt46, revision mtt_0_1')).toEqual([]);
    expect(of2('mpt smmpt43, revision mtt_0_1')).toEqual(['SDT212']);
    expect(of2('revision mtt_0_1')).toEqual([]);
  });
});

describe('each mistake', () => {
  it('of a path is not followed by all that the file would have declared', () => {
    expect(
      findings('use "missing.sdt"\nscenario "s"\ngiven two_domains\nhost loads at key -> oK'),
    ).toEqual(['2 SDT226']);
  });

  it('is told once, in however many cases it shows', () => {
    const { diagnostics } = document(
      'fixture f\ndomain host\ngrant rw on kye to host\nscenario "s"\neach n in 1, 2, 3\ngiven f\nhost loads at 8 * <n>\nscenario "t"\ngiven f\nhost loads at 0',
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(['SDT201']);
  });

  it('is found in a cell of the last row', () => {
    const rows = Array.from({ length: 300 }, (_, n) => `| ${n} | ok |`).join('\n');
    expect(
      findings(
        `scenario "s"\ntable\n| n | r |\n${rows}\n| 300 | ok because mpt.permision |\nrdsm loads at 8 * <n> -> <r>`,
      ),
    ).toEqual(['305 SDT413', '305 SDT206']);
  });
});
