/** The device tree of a platform: what OpenSBI, U-Boot and Linux need to know of this machine, and no more. */
import type { Range } from '../platform.ts';
import { cells, flatten, node } from './flattened-tree.ts';
import type { PropertyValue, TreeNode } from './flattened-tree.ts';

export interface TreeRequest {
  readonly harts: number;
  /** The ISA string, `rv64imafdc_zicsr`: small letters, single letters first. */
  readonly isa: string;
  /** The widest translation mode, or none. */
  readonly mmu: 'sv32' | 'sv39' | 'sv48' | 'sv57' | 'none';
  readonly ram: readonly Range[];
  /** Bases; null: the machine has none. */
  readonly uart: bigint | null;
  readonly clint: bigint | null;
  readonly finisher: bigint | null;
  /** Ticks of mtime per second, as software is told: there is no other second. */
  readonly timebase: number;
  /** Arguments for a kernel. */
  readonly bootargs?: string;
  /** The hart that starts. */
  readonly bootHart?: number;
}

/** Sizes of the devices, as their nodes claim them. */
const SIZES = { uart: 0x100n, clint: 0x1_0000n, finisher: 0x1000n };
/** Interrupt numbers of a hart: machine software and machine timer. */
const [MACHINE_SOFTWARE, MACHINE_TIMER] = [3, 7];
/** The input clock of 16550s on boards, in hertz; with it the usual rates divide well. */
const UART_CLOCK = 3_686_400;
const BAUD = 115_200;

/** Phandles: the interrupt controller of a hart, behind those the finisher. */
const controllerOf = (hart: number): number => hart + 1;

const at = (name: string, base: bigint): string => `${name}@${base.toString(16)}`;

const reg = (base: bigint, size: bigint): readonly number[] => [...cells(base), ...cells(size)];

/** The tree of a platform. Bases and sizes are bytes. */
export function platformTree(request: TreeRequest): TreeNode {
  const { uart, finisher } = request;
  const syscon = request.harts + 1;
  const chosen: Record<string, PropertyValue> = {};
  if (request.bootargs !== undefined) chosen['bootargs'] = request.bootargs;
  if (uart !== null) chosen['stdout-path'] = `/soc/${at('serial', uart)}:${BAUD}n8`;
  return node(
    '',
    {
      '#address-cells': 2,
      '#size-cells': 2,
      compatible: 'sdt,platform',
      model: 'sdt platform',
    },
    [
      node('chosen', chosen),
      cpus(request),
      ...request.ram.map(({ base, size }) =>
        node(at('memory', base), { device_type: 'memory', reg: reg(base, size) }),
      ),
      node(
        'soc',
        { '#address-cells': 2, '#size-cells': 2, compatible: 'simple-bus', ranges: true },
        devices(request, syscon),
      ),
      ...(finisher === null ? [] : switches(syscon)),
    ],
  );
}

/** The tree as bytes. */
export function platformBlob(request: TreeRequest): Uint8Array {
  return flatten(platformTree(request), request.bootHart ?? 0);
}

function cpus({ harts, isa, mmu, timebase }: TreeRequest): TreeNode {
  const children = Array.from({ length: harts }, (_, hart) =>
    node(
      `cpu@${hart.toString(16)}`,
      {
        device_type: 'cpu',
        reg: hart,
        status: 'okay',
        compatible: 'riscv',
        'riscv,isa': isa,
        'mmu-type': `riscv,${mmu}`,
      },
      [
        node('interrupt-controller', {
          '#address-cells': 0,
          '#interrupt-cells': 1,
          'interrupt-controller': true,
          compatible: 'riscv,cpu-intc',
          phandle: controllerOf(hart),
        }),
      ],
    ),
  );
  const properties = { '#address-cells': 1, '#size-cells': 0, 'timebase-frequency': timebase };
  return node('cpus', properties, children);
}

function devices({ harts, uart, clint, finisher }: TreeRequest, syscon: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  if (finisher !== null) {
    nodes.push(
      node(at('test', finisher), {
        compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
        reg: reg(finisher, SIZES.finisher),
        phandle: syscon,
      }),
    );
  }
  if (clint !== null) {
    const lines = Array.from({ length: harts }, (_, hart) => controllerOf(hart)).flatMap(
      (phandle) => [phandle, MACHINE_SOFTWARE, phandle, MACHINE_TIMER],
    );
    nodes.push(
      node(at('clint', clint), {
        compatible: ['sifive,clint0', 'riscv,clint0'],
        reg: reg(clint, SIZES.clint),
        'interrupts-extended': lines,
      }),
    );
  }
  if (uart !== null) {
    // No interrupts: the machine has no PLIC.
    nodes.push(
      node(at('serial', uart), {
        compatible: 'ns16550a',
        reg: reg(uart, SIZES.uart),
        'clock-frequency': UART_CLOCK,
        'current-speed': BAUD,
        'reg-shift': 0,
        'reg-io-width': 1,
      }),
    );
  }
  return nodes;
}

/** Off and on again by the finisher. */
function switches(syscon: number): TreeNode[] {
  const by = (value: number, compatible: string) => ({
    compatible,
    regmap: syscon,
    offset: 0,
    value,
  });
  return [
    node('poweroff', by(0x5555, 'syscon-poweroff')),
    node('reboot', by(0x7777, 'syscon-reboot')),
  ];
}
