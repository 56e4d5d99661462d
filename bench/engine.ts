/** Executed instructions: loops, calls, random loads, CSRs, traps, float arithmetic, and scenarios of one instruction. */
import { caseCount, expand } from '../dsl/index.ts';
import { Assembler, Machine, wholeIsa } from '../emulator/index.ts';
import { runCase } from '../runtime/session/session.ts';
import { DEFAULT_VARIATION } from '../runtime/session/variation.ts';
import { compiled, runAll } from './cases.ts';
import { seconds, type Workload } from './measure.ts';

const CODE = 0x8100_0000n;
const AT = 0x40_0000n;

/** A machine in which S-mode of a domain may run code at `AT`, and has 64 MiB from 0x1000_0000 on; 4 KiB pages. */
const supervisor = (mpt: string, caching: string): string => `sdt 1
suite "Bench"
scenario "a program"
  machine mpt ${mpt}, caching ${caching}, arena 96M
  region pt size 1M
  region code at 0x8100_0000 size 64K
  region data at 0x8400_0000 size 64M
  domain host
  space app is s sv39 in host with tables in pt
  map app 0x40_0000 to code size 64K rwx
  map app 0x1000_0000 to data size 64M rw
  grant rw on pt to host using 4K leaves
  grant rwx on code to host using 4K leaves
  grant rw on data to host using 4K leaves
  actor program is host in S using app
  program loads at va 0x1000_0000                  -> ok
  program fetches at va 0x40_0000                  -> ok
`;

/** A machine that is about to run a program: after its case, in S-mode of the domain, or in M-mode. */
function ready(mpt: string, caching: string, mode: 'M' | 'S', text: string): Machine {
  const [scenario] = compiled(supervisor(mpt, caching)).scenarios;
  const machine = new Machine();
  if (scenario === undefined || caseCount(scenario) !== 1) throw new Error('one case expected');
  const result = runCase(expand(scenario, 0), machine, DEFAULT_VARIATION);
  if (result.status !== 'pass') throw new Error(result.failures[0]?.message ?? result.status);
  const pc = mode === 'S' ? AT : CODE;
  const program = new Assembler(wholeIsa(64)).assemble(text, pc);
  if (program.error !== null) throw new Error(program.error.message);
  program.bytes.forEach((byte, k) => machine.write(CODE + BigInt(k), 1, BigInt(byte)));
  machine.pokeCsr(0, 'mstatus', machine.peekCsr(0, 'mstatus') | (1n << 13n));
  machine.start(0, { mode, pc });
  return machine;
}

/** Runs a program: `length` instructions are one unit, `full` of them at scale 1. */
function program(
  row: Pick<Workload, 'name' | 'unit' | 'budget'>,
  length: number,
  full: number,
  make: () => Machine,
): Workload {
  return {
    ...row,
    run(scale) {
      const machine = make();
      const count = Math.ceil(full * scale);
      const run = (units: number): void => {
        const steps = Math.ceil(units * length);
        const stop = machine.run({ steps, until: [], stopAtTrap: () => false });
        if (stop.why !== 'steps') throw new Error(`${row.name}: it ended by ${stop.why}`);
      };
      // The first slices run in baseline code.
      run(count);
      return { units: count, seconds: seconds(() => run(count), 12) };
    },
  };
}

const INTEGER = `
  li a0, 0
  li a1, 1000
loop:
  addi a0, a0, 1
  xor a2, a0, a1
  slli a3, a2, 3
  add a4, a3, a0
  and a5, a4, a2
  sltu a6, a5, a1
  bnez a0, loop
`;

const FIBONACCI = `
  li sp, 0x10010000
again:
  li a0, 15
  call fib
  j again
fib:
  li t0, 2
  bltu a0, t0, done
  addi sp, sp, -32
  sd ra, 0(sp)
  sd s0, 8(sp)
  sd s1, 16(sp)
  mv s0, a0
  addi a0, a0, -1
  call fib
  mv s1, a0
  addi a0, s0, -2
  call fib
  add a0, a0, s1
  ld ra, 0(sp)
  ld s0, 8(sp)
  ld s1, 16(sp)
  addi sp, sp, 32
done:
  ret
`;

/** Seven instructions with one load of 8 bytes, anywhere in 64 MiB. */
const RANDOM = `
  li s0, 0x10000000
  li s1, 0x3fffff8
  li t0, 6364136223846793005
  li t1, 1442695040888963407
loop:
  mul a0, a0, t0
  add a0, a0, t1
  srli a1, a0, 30
  and a1, a1, s1
  add a1, a1, s0
  ld a2, 0(a1)
  j loop
`;

const CSR = 'loop: csrrw a0, sscratch, a0\n j loop';

const TRAP = `
  la t0, handler
  csrw mtvec, t0
loop:
  ecall
  j loop
handler:
  csrr a0, mepc
  addi a0, a0, 4
  csrw mepc, a0
  mret
`;

const FLOAT = 'loop: fadd.d fa0, fa1, fa2\n fmul.d fa3, fa0, fa2\n j loop';

const loads = (mpt: string, caching: string, budget: string): Workload =>
  program({ name: `random loads, mpt ${mpt}, ${caching}`, unit: 'loads', budget }, 7, 300_000, () =>
    ready(mpt, caching, 'S', RANDOM),
  );

const integer = program(
  { name: 'integer loop', unit: 'instructions', budget: '150 M/s with MPT and PMP active' },
  1,
  30_000_000,
  () => ready('smmpt52', 'none', 'S', INTEGER),
);

const calls = program(
  { name: 'recursive calls', unit: 'instructions', budget: '150 M/s with MPT and PMP active' },
  1,
  30_000_000,
  () => ready('smmpt52', 'none', 'S', FIBONACCI),
);

const csr = program(
  { name: 'CSR instructions', unit: 'swaps', budget: '500,000/s' },
  2,
  300_000,
  () => ready('smmpt52', 'none', 'S', CSR),
);

const traps = program(
  { name: 'trap and return', unit: 'round trips', budget: '500,000/s' },
  6,
  100_000,
  () => ready('smmpt52', 'none', 'M', TRAP),
);

const float = program(
  { name: 'float operations', unit: 'operations', budget: '300,000/s' },
  1.5,
  300_000,
  () => ready('smmpt52', 'none', 'S', FLOAT),
);

const ROWS = 500;

/** Cases of one line each, in one process. */
const executes: Workload = {
  name: 'cases of one instruction',
  unit: 'cases',
  budget: '10,000 in 3 s',
  run(scale) {
    const rows = Array.from({ length: ROWS }, (_, k) => `    | ${k} |`).join('\n');
    const document = compiled(`sdt 1
suite "Bench"
scenario "one instruction <n>"
  table
    | n |
${rows}
  rdsm executes "addi a0, a0, 5" with a0 = <n>     -> <n> + 5
`);
    const machine = new Machine();
    const rounds = Math.ceil(20 * scale);
    runAll(document, machine);
    const time = seconds(() => {
      for (let k = 0; k < rounds; k++) runAll(document, machine);
    });
    return { units: rounds * ROWS, seconds: time };
  },
};

/** From a machine that never executed to its first retired instruction, everything generated and compiled. */
const first: Workload = {
  name: 'first instruction',
  unit: 'instructions',
  budget: '30 ms',
  run() {
    const text = 'sdt 1\nsuite "Bench"\nscenario "first"\n  rdsm fetches at 0x8000_0000 -> ok\n';
    const machine = new Machine();
    runAll(compiled(text), machine);
    const time = seconds(() => void machine.execute(0, { mode: 'M', word: 0x13 }), 1);
    return { units: 1, seconds: time, note: `${(time * 1e3).toFixed(1)} ms` };
  },
};

/** The first instruction first, while nothing of the engine is there. */
export const ENGINE: readonly Workload[] = [
  first,
  integer,
  calls,
  loads('bare', 'none', '2,000,000/s'),
  loads('bare', 'retain', 'as without an MPT'),
  loads('smmpt52', 'none', '800,000/s'),
  loads('smmpt52', 'retain', 'within 2x of mpt bare under none'),
  csr,
  traps,
  float,
  executes,
];
