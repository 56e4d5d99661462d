/** What a generator must have brought about: every mode, level, leaf kind, reserved bit, denial position and access kind. */

/** From what the oracle saw to the classes that it counts for. */
export function classesOf(seen: string): readonly string[] {
  const stage = /^(s|vs|g) (sv\d+) level (\d) (.*)$/.exec(seen);
  if (stage === null) return [seen];
  const [, name = '', scheme = '', level = '', what = ''] = stage;
  const kind = ['pointer', 'leaf', 'napot', 'updated'].includes(what) ? what : 'fault';
  return [`${name} ${what}`, `${name} ${scheme} level ${level} ${kind}`];
}

const count = (n: number) => [...Array(n).keys()];
const range = (low: number, high: number) => count(high - low + 1).map((n) => n + low);

const MPT = { smmpt34: 2, smmpt43: 3, smmpt52: 4, smmpt64: 5 } as const;

function protectionTables(): string[] {
  const entries = Object.entries(MPT).flatMap(([mode, levels]) =>
    count(levels).flatMap((i) =>
      ['invalid', 'reserved', 'unreadable', 'leaf', 'napot', 'allowed', 'denied']
        .concat(i === 0 ? 'depth' : 'pointer')
        .map((what) => `${mode} level ${i} ${what}`),
    ),
  );
  const bits = ([32, 64] as const).flatMap((xlen) => {
    const pointer = [...range(2, 9), ...(xlen === 64 ? range(54, 63) : [])];
    const leaf = [...range(3, 7), ...(xlen === 64 ? range(56, 63) : [])];
    const napot = [...range(3, 7), 11, ...range(16, xlen - 1)];
    const groups = range(0, 15).filter((g) => g !== (xlen === 64 ? 4 : 6));
    return [
      ...pointer.map((n) => `${xlen} pointer bit ${n}`),
      ...leaf.map((n) => `${xlen} leaf bit ${n}`),
      ...napot.map((n) => `${xlen} napot bit ${n}`),
      ...groups.map((g) => `${xlen} napot g ${g}`),
      ...[2, 6].flatMap((xwr) => [
        `${xlen} napot xwr ${xwr}`,
        `${xlen} leaf its own xwr ${xwr}`,
        `${xlen} leaf another xwr ${xwr}`,
      ]),
      `${xlen} napot above level 0`,
      ...[0, 1, 3, 4, 5, 7].map((xwr) => `${xlen} xwr ${xwr}`),
      ...count(xlen / 4).map((k) => `${xlen} tuple ${k}`),
      `${xlen} tuple napot`,
    ];
  });
  return [...entries, ...bits, 'smmpt43 range', 'smmpt52 range'];
}

function trackingTables(): string[] {
  const common = ['smmtt34', 'smmtt46', 'smmtt56'].flatMap((mode) =>
    [
      'L2 unreadable',
      'L2 reserved',
      ...count(8).map((type) => `type ${type}`),
      ...count(4).flatMap((perm) => [`1G ${perm}`, `pages ${perm}`, `L1 ${perm}`]),
      '1G INFO',
      'pages INFO',
      'L1 unreadable',
      'L1 reserved',
    ].map((what) => `${mode} ${what}`),
  );
  const third = ['pointer', 'reserved', 'invalid', 'unreadable'].map(
    (what) => `smmtt56 L3 ${what}`,
  );
  return [...common, ...third, 'smmtt46 range'];
}

function translation(): string[] {
  const schemes = { sv32: 2, sv39: 3, sv48: 4, sv57: 5 };
  const whats = [
    'invalid',
    'w without r',
    'reserved',
    'misaligned',
    'user',
    'permission',
    'accessed',
    'dirty',
    'depth',
    'updated',
    'unreadable',
    'unwritable',
    'napot',
  ];
  const bits = [
    ...range(54, 60).flatMap((n) => [`64 leaf pte bit ${n}`, `64 pointer pte bit ${n}`]),
    ...[4, 6, 7].flatMap((n) => [`64 pointer pte bit ${n}`, `32 pointer pte bit ${n}`]),
    ...[1, 2, 3].flatMap((v) => [`64 leaf pte pbmt ${v}`]),
    ...[1, 2].map((v) => `64 pointer pte pbmt ${v}`),
    '64 leaf pte n',
    ...range(0, 15)
      .filter((n) => n !== 8)
      .map((n) => `64 leaf pte napot ${n}`),
  ];
  return [
    ...['s', 'vs', 'g'].flatMap((stage) => [
      ...whats.map((what) => `${stage} ${what}`),
      ...(stage === 'g' ? [] : [`${stage} shadow stack`]),
      ...Object.entries(schemes).flatMap(([scheme, levels]) =>
        count(levels).flatMap((i) =>
          ['leaf', 'fault', ...(i > 0 ? ['pointer'] : [])].map(
            (what) => `${stage} ${scheme} level ${i} ${what}`,
          ),
        ),
      ),
      ...['isolation', 'pmp', 'pma'].map((by) => `${stage} table r denied by ${by}`),
      // A table that was read cannot lie outside main memory when it is written.
      ...['isolation', 'pmp'].map((by) => `${stage} table w denied by ${by}`),
    ]),
    ...bits,
    'address not canonical',
    'guest address too wide',
  ];
}

function accesses(): string[] {
  const fetches = { access: 1, page: 12, guest: 20 };
  const loads = { access: 5, page: 13, guest: 21 };
  const stores = { access: 7, page: 15, guest: 23 };
  const ops = {
    fetch: fetches,
    load: loads,
    lr: loads,
    hlv: loads,
    hlvx: loads,
    store: stores,
    sc: stores,
    amoadd: stores,
    amoswap: stores,
    hsv: stores,
    sspush: stores,
    sspopchk: stores,
    ssamoswap: stores,
    cbo_zero: stores,
    cbo_clean: stores,
    cbo_flush: stores,
    cbo_inval: stores,
  };
  const guests = ['VS', 'VU'];
  return [
    ...Object.entries(ops).flatMap(([op, causes]) => [
      `${op} done`,
      ...Object.values(causes).map((cause) => `${op} cause ${cause}`),
    ]),
    ...['load', 'lr', 'hlv'].map((op) => `${op} cause 4`),
    ...['store', 'sc', 'amoadd', 'amoswap', 'hsv'].map((op) => `${op} cause 6`),
    ...['M', 'S', 'U', 'VS', 'VU'].flatMap((mode) => [
      `fetch from ${mode} as ${mode}`,
      `load from ${mode} as ${mode}`,
      `store from ${mode} as ${mode}`,
      `load from M as ${mode}`,
      `store from M as ${mode}`,
    ]),
    ...['hlv', 'hlvx', 'hsv'].flatMap((op) =>
      ['M', 'S', 'U'].flatMap((mode) => guests.map((as) => `${op} from ${mode} as ${as}`)),
    ),
    ...['fetch', 'load', 'store'].flatMap((origin) => [
      ...[0, 1, 2].map((parts) => `straddle ${origin} ${parts} allowed`),
      ...['isolation', 'pmp', 'pma'].map((by) => `${origin} denied by ${by}`),
    ]),
  ];
}

/** Every class that must occur. */
export const CLASSES: readonly string[] = [
  ...new Set([...protectionTables(), ...trackingTables(), ...translation(), ...accesses()]),
];
