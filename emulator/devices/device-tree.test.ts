import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { platformBlob, platformTree } from './device-tree.ts';
import type { TreeRequest } from './device-tree.ts';
import { cells, flatten, node } from './flattened-tree.ts';
import { readTree } from './flattened-tree.test-support.ts';

const REQUEST: TreeRequest = {
  harts: 2,
  isa: 'rv64imafdc_zicsr',
  mmu: 'sv48',
  ram: [
    { base: 0x8000_0000n, size: 0x1000_0000n },
    { base: 0x1_0000_0000n, size: 0x2_0000_0000n },
  ],
  uart: 0x1000_0000n,
  clint: 0x200_0000n,
  finisher: 0x10_0000n,
  timebase: 10_000_000,
  bootargs: 'console=ttyS0',
};

const string = (value: string): number[] => [...value].map((char) => char.charCodeAt(0)).concat(0);
const word = (value: number): number[] => [24, 16, 8, 0].map((k) => (value >>> k) & 0xff);
const words = (...values: number[]): number[] => values.flatMap(word);

describe('a flattened tree', () => {
  it('is header, reserved ranges, structure and strings of version 17, big-endian', () => {
    const tree = node('', { a: 1, model: 'xy' }, [node('n@1', { a: true })]);
    const blob = flatten(tree, 7, [{ base: 0x1_8000_0000n, size: 0x1000n }]);
    const structure = [
      ...[...words(1), 0, 0, 0, 0],
      ...[...words(3, 4, 0), ...words(1)],
      ...[...words(3, 3, 2), ...string('xy'), 0],
      ...[...words(1), ...string('n@1')],
      ...words(3, 0, 0),
      ...words(2, 2, 9),
    ];
    const strings = [...string('a'), ...string('model')];
    const size = 72 + structure.length + strings.length;
    expect([...blob]).toEqual([
      ...words(0xd00d_feed, size, 72, 72 + structure.length, 40, 17, 16, 7),
      ...words(strings.length, structure.length),
      ...words(1, 0x8000_0000, 0, 0x1000, 0, 0, 0, 0),
      ...structure,
      ...strings,
    ]);
  });

  it('holds strings, lists of strings, cells, bytes and nothing', () => {
    const properties = {
      one: 'a',
      two: ['a', 'bc'],
      cells: cells(0x12_3456_789a_bcden),
      bytes: Uint8Array.from([1, 2, 3]),
      nothing: true as const,
      none: [],
    };
    expect(readTree(flatten(node('', properties))).properties).toEqual({
      one: string('a'),
      two: [...string('a'), ...string('bc')],
      cells: words(0x12_3456, 0x789a_bcde),
      bytes: [1, 2, 3],
      nothing: [],
      none: [],
    });
  });

  it('refuses what is not ASCII', () => {
    expect(() => flatten(node('', { model: 'ü' }))).toThrow('ASCII');
  });
});

describe('the tree of a platform', () => {
  const root = readTree(platformBlob(REQUEST));

  it('has a node per hart, with an interrupt controller of its own', () => {
    const { children, properties } = root.at('cpus');
    expect(properties['timebase-frequency']).toEqual(words(10_000_000));
    expect(children.map(({ name }) => name)).toEqual(['cpu@0', 'cpu@1']);
    const { properties: hart } = root.at('cpus/cpu@1');
    expect([hart['reg'], hart['riscv,isa'], hart['mmu-type'], hart['device_type']]).toEqual([
      words(1),
      string('rv64imafdc_zicsr'),
      string('riscv,sv48'),
      string('cpu'),
    ]);
    const controllers = [0, 1].map((k) => root.at(`cpus/cpu@${k}/interrupt-controller`).properties);
    expect(controllers.map(({ phandle }) => phandle)).toEqual([words(1), words(2)]);
    expect(controllers[0]?.['compatible']).toEqual(string('riscv,cpu-intc'));
  });

  it('has a node per range of RAM, with two cells for base and size', () => {
    expect(root.at('memory@80000000').properties['reg']).toEqual(
      words(0, 0x8000_0000, 0, 0x1000_0000),
    );
    expect(root.at('memory@100000000').properties['reg']).toEqual(words(1, 0, 2, 0));
  });

  it('connects the CLINT to the software and timer interrupts of every hart', () => {
    const { properties } = root.at('soc/clint@2000000');
    expect(properties['compatible']).toEqual([
      ...string('sifive,clint0'),
      ...string('riscv,clint0'),
    ]);
    expect(properties['reg']).toEqual(words(0, 0x200_0000, 0, 0x1_0000));
    expect(properties['interrupts-extended']).toEqual(words(1, 3, 1, 7, 2, 3, 2, 7));
  });

  it('describes the UART, and chooses it for output', () => {
    const { properties } = root.at('soc/serial@10000000');
    expect(properties['compatible']).toEqual(string('ns16550a'));
    expect(properties['reg-shift']).toEqual(words(0));
    expect(root.at('chosen').properties).toEqual({
      bootargs: string('console=ttyS0'),
      'stdout-path': string('/soc/serial@10000000:115200n8'),
    });
  });

  it('says how to switch the machine off and to reset it', () => {
    const finisher = root.at('soc/test@100000').properties;
    const { properties: off } = root.at('poweroff');
    expect(off['regmap']).toEqual(finisher['phandle']);
    expect([off['offset'], off['value']]).toEqual([words(0), words(0x5555)]);
    expect(root.at('reboot').properties['value']).toEqual(words(0x7777));
  });

  it('has no node for what the machine lacks', () => {
    const bare = platformTree({ ...REQUEST, uart: null, clint: null, finisher: null });
    expect(bare.children.map(({ name }) => name)).toEqual([
      'chosen',
      'cpus',
      'memory@80000000',
      'memory@100000000',
      'soc',
    ]);
    expect(bare.children.at(-1)?.children).toEqual([]);
  });
});

const hasDtc = spawnSync('dtc', ['--version']).status === 0;

/** Says so when the tool is missing. */
describe.skipIf(!hasDtc)('dtc (device-tree-compiler; skipped where it is not installed)', () => {
  it('reads the tree without a warning', () => {
    const { status, stderr, stdout } = spawnSync('dtc', ['-I', 'dtb', '-O', 'dts'], {
      input: platformBlob(REQUEST),
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('interrupts-extended = <0x01 0x03 0x01 0x07 0x02 0x03 0x02 0x07>;');
    // Back to bytes: the same tree.
    const again = execFileSync('dtc', ['-I', 'dts', '-O', 'dtb', '-q'], { input: stdout });
    expect(readTree(again)).toEqual(readTree(platformBlob(REQUEST)));
  });
});

const QEMU = 'qemu-system-riscv64';

/** The tree that QEMU makes for two harts and 256 MiB. */
function dumped(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'sdt-tree-'));
  try {
    const path = join(folder, 'virt.dtb');
    execFileSync(QEMU, ['-M', `virt,dumpdtb=${path}`, '-m', '256M', '-smp', '2'], {
      stdio: 'ignore',
    });
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const hasQemu = spawnSync(QEMU, ['--version']).status === 0;

describe.skipIf(!hasQemu)("QEMU's virt (skipped where it is not installed)", () => {
  /** Nodes and properties that software looks for in both. */
  const COMMON = {
    cpus: ['#address-cells', '#size-cells', 'timebase-frequency'],
    'cpus/cpu@0': ['device_type', 'reg', 'status', 'compatible'],
    'cpus/cpu@1/interrupt-controller': ['#interrupt-cells', 'interrupt-controller', 'compatible'],
    'memory@80000000': ['device_type', 'reg'],
    soc: ['#address-cells', '#size-cells', 'compatible', 'ranges'],
    'soc/test@100000': ['compatible', 'reg'],
    'soc/clint@2000000': ['compatible', 'reg'],
    'soc/serial@10000000': ['compatible', 'reg', 'clock-frequency'],
    poweroff: ['compatible', 'offset', 'value'],
    reboot: ['compatible', 'offset', 'value'],
  };

  it('describes the same devices in the same words', () => {
    const theirs = readTree(dumped());
    const ours = readTree(platformBlob({ ...REQUEST, ram: REQUEST.ram.slice(0, 1) }));
    for (const [path, names] of Object.entries(COMMON)) {
      for (const name of names) {
        const is = { path, name, value: ours.at(path).properties[name] };
        expect(is).toEqual({ path, name, value: theirs.at(path).properties[name] });
      }
    }
  });
});
