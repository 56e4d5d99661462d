/** A back end that counts nothing, and stores what it denies: the bench sees it by the bytes, under every translation. */
import { describe, expect, it } from 'vitest';
import type { Result } from '../../emulator/index.ts';
import type { Attempt } from '../back-end/back-end.ts';
import { PoorBackEnd } from '../back-end/poor-back-end.test-support.ts';
import { runCase } from './session.ts';
import { planOf } from './session.test-support.ts';
import { DEFAULT_VARIATION } from './variation.ts';

/** Denies as it should, and changes bytes at a physical address all the same. */
class Leaky extends PoorBackEnd {
  readonly #at: bigint;
  readonly #size: number;

  constructor(at: bigint, size: number) {
    super();
    this.#at = at;
    this.#size = size;
  }

  override attempt(hart: number, attempt: Attempt): Result {
    const result = super.attempt(hart, attempt);
    if (result.trap !== null && attempt.operation !== 'load') {
      for (let k = 0; k < this.#size; k++) this.#flip(this.#at + BigInt(k));
    }
    return result;
  }

  #flip(at: bigint): void {
    this.write(at, 1, this.read(at, 1) ^ 0xffn);
  }
}

const KEY = 0x8110_0000n;

/** What is said of the case on a back end that leaks `size` bytes at `at`; null: it passes. */
function told(lines: string, at: bigint, size = 8): string | null {
  const { status, reason, failures } = runCase(
    planOf(`scenario "s"\n${lines}`),
    new Leaky(at, size),
    DEFAULT_VARIATION,
  );
  if (status === 'pass') return null;
  return failures[0]?.message ?? `${status}: ${reason ?? ''}`;
}

const stored = (size: number) => `the access was denied, but ${size} of its bytes were stored`;

const TABLES = `domain host
region pt size 64K
region g_pt size 64K aligned 16K
region key at 0x8110_0000 size 64K aligned 64K
region big at 0x8120_0000 size 2M
grant rw on pt to host
grant rw on g_pt to host
grant rw on key to host
`;
const ONE = `${TABLES}space os is s sv39 in host with tables in pt\n`;
const TWO = `${TABLES}space app is vs sv39 in host with tables in pt
space vm is g sv39x4 in host with tables in g_pt
map app 0x40_0000 to 0x9000_0000 size 4K rw
map vm 0x9000_0000 to key size 4K rw user
`;
const REVOKED = 'revoke key from host\n';

describe('a denied store that stores', () => {
  it.each([
    ['without translation', `${TABLES}${REVOKED}host stores 1 at key + 8`, 8n],
    [
      'through one stage',
      `${ONE}map os 0x40_0000 to key size 4K rw\nactor a is host in S using os\n${REVOKED}a stores 1 at 0x40_0010`,
      0x10n,
    ],
    [
      'by its page, not by its domain',
      `${ONE}map os 0x40_0000 to key size 4K r\nactor a is host in S using os\na stores 1 at 0x40_0010`,
      0x10n,
    ],
    [
      'through a NAPOT page',
      `${ONE}map os 0x40_0000 to key size 64K rw using 4K leaves\nentry of os level 0 for at 0x40_0000 size 64K napot 4 rw\nactor a is host in S using os\n${REVOKED}a stores 1 at 0x40_5010`,
      0x5010n,
    ],
    [
      'through a superpage',
      `${ONE}map os 0x40_0000 to big size 2M rw\nactor a is host in S using os\na stores 1 at 0x4F_0018`,
      0x1f_0018n,
    ],
    [
      'through two stages',
      `${TWO}actor a is host in VS using app over vm\n${REVOKED}a stores 1 at 0x40_0ff8`,
      0xff8n,
    ],
    [
      'by the G-stage',
      `${TWO}actor a is host in VS using app over vm\nunmap vm 0x9000_0000 size 4K\nmap vm 0x9000_0000 to key + 4K size 4K r user\na stores 1 at 0x40_0ff8`,
      0x1ff8n,
    ],
    [
      'as HSV',
      `${TWO}actor a is host in HS using app over vm\n${REVOKED}a tries hsv with 1 at 0x40_0000`,
      0n,
    ],
    [
      'from M-mode, as the supervisor',
      `${ONE}map os 0x40_0000 to key size 4K rw\nactor a is host in M as S using os\n${REVOKED}a stores 1 at 0x40_0020`,
      0x20n,
    ],
    [
      'by tables that a CSR write put in force',
      `${ONE}map os 0x40_0000 to key size 4K rw\n${REVOKED}host writes csr satp with satp(mode: 8, ppn: os.root / 4K)\nhost stores 1 at 0x40_0028`,
      0x28n,
    ],
    [
      'on RV32',
      `machine xlen 32, mpt smmpt34\n${ONE.replace('sv39', 'sv32')}map os 0x40_0000 to key size 4K rw\nactor a is host in S using os\n${REVOKED}a stores 1 at 0x40_0004`,
      4n,
    ],
    [
      'as a block of zeros',
      `${ONE}map os 0x40_0000 to key size 4K rw\nactor a is host in S using os\n${REVOKED}a tries cbo_zero at 0x40_0048`,
      0x40n,
    ],
  ])('%s', (what, lines, offset) => {
    const size = lines.includes('xlen 32') ? 4 : 8;
    const fault =
      what === 'by the G-stage'
        ? 'store guest page fault'
        : `store ${what.startsWith('by its page') ? 'page' : 'access'} fault`;
    const denied = `${lines} -> ${fault}`;
    expect(told(denied, KEY + offset, size)).toBe(stored(size));
    expect(told(denied, KEY + 0x8000n, size)).toBeNull();
  });

  it('of two pages shows the bytes up to the last one stored', () => {
    const straddle = `machine without Smepmp\nrequires misaligned_access\n${ONE}map os 0x40_0000 to key size 4K rw\nmap os 0x40_1000 to key + 12K size 4K rw\nactor a is host in S using os\nrevoke key.page(3) from host\na stores 1 at 0x40_0ffc -> store access fault`;
    expect(told(`${straddle} at 0x40_1000`, KEY + 0xffcn, 4)).toBe(stored(4));
    expect(told(`${straddle} at 0x40_1000`, KEY + 0x3000n, 4)).toBe(stored(8));
    expect(told(`${straddle} at 0x40_1000 partial`, KEY + 0xffcn, 4)).toBeNull();
    expect(told(`${straddle} at 0x40_1000`, KEY + 0x1000n, 4)).toBeNull();
  });

  it('may have set A and D of the entries on its way', () => {
    const own = `${ONE}map os 0x40_0000 to pt.page(2) size 4K r fresh\nactor a is host in S using os\na stores 1 at 0x40_0000`;
    expect(told(`${own} -> store page fault`, 0n, 0)).toBeNull();
  });
});
