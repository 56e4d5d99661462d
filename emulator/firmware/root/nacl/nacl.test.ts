import { describe, expect, it } from 'vitest';
import { naclCsr, naclGpr, naclHfence } from '../../layouts/nacl.ts';
import { CODE, GUEST, GuestWorld, label } from '../nested.test-support.ts';
import { HOST, OTHER } from '../world.test-support.ts';

const NACL = 0x4e41_434cn;
const SHMEM = HOST + 0x20_0000n;
const EVERY = new Set(['sync_csr', 'sync_hfence', 'sync_sret', 'autoswap_csr'] as const);
const [S2, S3, S4] = [18, 19, 20];

const call = (fid: number, ...values: readonly bigint[]) =>
  `${values.map((value, k) => `li a${k}, ${BigInt.asIntN(64, value)}`).join('; ')}; li a6, ${fid}; li a7, ${NACL}; ecall`;
const register = call(1, SHMEM, 0n, 0n);
const csr = (number: number) => `${naclCsr(number, 64)}`;
const index = (number: number) => ((number & 0xc00) >> 2) | (number & 0xff);

/** Writes t1 to a CSR in shared memory (at s11) and marks it dirty: no trap. */
const put = (number: number) =>
  `li t2, ${csr(number)}; add t2, t2, s11; sd t1, 0(t2); li t2, ${0xf80 + (index(number) >> 3)}; add t2, t2, s11; lbu t3, 0(t2); ori t3, t3, ${1 << (index(number) & 7)}; sb t3, 0(t2)`;
const get = (register_: string, number: number) =>
  `li t2, ${csr(number)}; add t2, t2, s11; ld ${register_}, 0(t2)`;

function world(
  features: ReadonlySet<'sync_csr' | 'sync_hfence' | 'sync_sret' | 'autoswap_csr'> = EVERY,
) {
  return new GuestWorld({ spec: { nacl: features } });
}

function host(made: GuestWorld, text: string, handler = 'nop; end: j end'): GuestWorld {
  made.machine.fill(SHMEM, 0x3000n, 0n);
  const labels = made.programs({
    setup: `li s11, ${SHMEM}; ${text}`,
    handler,
    guest: 'end: j end',
  });
  made.run(CODE, label(labels.host, 'enter'));
  return made;
}

const result = (made: GuestWorld) => BigInt.asIntN(64, made.x(10));

describe('SBI NACL of the root', () => {
  it('tells which features it has', () => {
    const some = world(new Set(['sync_csr', 'sync_sret'] as const));
    const text = [0n, 1n, 2n, 3n, 4n].map((id) => `${call(0, id)}; slli s2, s2, 1; or s2, s2, a1`);
    host(some, `li s2, 0; ${text.join('; ')}`);
    expect(some.x(S2)).toBe(0b10100n);
    expect(result(some)).toBe(0n);
  });

  it('takes shared memory of the domain, aligned, and nothing else', () => {
    expect(result(host(world(), register))).toBe(0n);
    expect(result(host(world(), call(1, SHMEM + 8n, 0n, 0n)))).toBe(-3n);
    expect(result(host(world(), call(1, OTHER, 0n, 0n)))).toBe(-5n);
    expect(result(host(world(), call(1, SHMEM, 0n, 1n)))).toBe(-3n);
    expect(result(host(world(), call(1, -1n, -1n, 0n)))).toBe(0n);
  });

  it('refuses what it has no feature, or no memory, for', () => {
    const none = world(new Set(['sync_csr'] as const));
    expect(result(host(none, `${register}; ${call(3, -1n)}`))).toBe(-2n);
    // NO_SHMEM.
    expect(result(host(world(), call(2, -1n)))).toBe(-9n);
    // sstatus; no such CSR; no such entry.
    expect(result(host(world(), `${register}; ${call(2, 0x100n)}`))).toBe(-3n);
    expect(result(host(world(), `${register}; ${call(2, 0x6ffn)}`))).toBe(-3n);
    expect(result(host(world(), `${register}; ${call(3, 60n)}`))).toBe(-3n);
  });

  it('takes dirty CSRs over with their masks, and writes back what they hold', () => {
    const made = world();
    const text = `${register}; li t1, -1; ${put(0x602)}; ${call(2, 0x602n)}; csrr s2, hedeleg; ${get('s3', 0x602)}; li t1, 5; ${put(0x606)}; csrr s4, hcounteren`;
    host(made, text);
    expect(made.x(S2)).toBe(made.x(S3));
    // 8 is delegable, 9 to 11 are not.
    expect([(made.x(S2) >> 8n) & 15n, made.x(S4)]).toEqual([1n, 0n]);
  });

  it('keeps the CSRs in shared memory as they are', () => {
    const made = host(world(), `${register}; li t1, 0x77; csrw vsscratch, t1; ${get('s2', 0x240)}`);
    expect(made.x(S2)).toBe(0x77n);
  });

  it('makes the fences that are queued', () => {
    const made = world();
    const end = naclHfence(2, 0, 64);
    // Page 3 by HLV, its mapping changed, fence entry 2: GVMA of that page.
    const entry = (2n << 56n) | (1n << 63n) | (5n << 16n);
    const queue = `li t2, ${end}; add t2, t2, s11; li t1, ${BigInt.asIntN(64, entry)}; sd t1, 0(t2); li t1, 3; sd t1, 8(t2); li t1, 1; sd t1, 24(t2)`;
    const at = made.guest.entryAddress(0x3000n, 0) ?? 0n;
    const other = (((GUEST + 0x9000n) >> 12n) << 10n) | 0xdfn;
    made.machine.write(GUEST + 0x3000n, 8, 1n);
    made.machine.write(GUEST + 0x9000n, 8, 2n);
    const read = 'li a0, 0x3000; hlv.d';
    host(
      made,
      `${register}; ${read} s2, (a0); li t0, ${at}; li t1, ${other}; sd t1, 0(t0); ${read} s3, (a0); ${queue}; ${call(3, 2n)}; ${read} s4, (a0); ld s5, 0(t2)`,
    );
    expect([made.x(S2), made.x(S3), made.x(S4)]).toEqual([1n, 1n, 2n]);
    // It is not pending any more.
    expect(made.x(21) >> 63n).toBe(0n);
  });

  it('enters the guest with all registers and leaves it with one call: 2 traps an exit, whatever CSRs are used', () => {
    const made = world();
    made.machine.fill(SHMEM, 0x3000n, 0n);
    const swap = `li t1, 0x180; li t2, 0x208; add t2, t2, s11; sd t1, 0(t2); li t1, 1; sd t1, -8(t2)`;
    const handler = `li s11, ${SHMEM}; ${get('s2', 0x643)}; ${get('s3', 0x64a)}; li t1, 0xff; ${put(0x606)}; csrr t1, sepc; addi t1, t1, 4; csrw sepc, t1; li t1, 0x180; li t2, 0x208; add t2, t2, s11; ld t3, 0(t2); or t1, t1, t3; sd t1, 0(t2); li t1, 0x100; csrs sstatus, t1; li a6, 4; li a7, ${NACL}; ecall`;
    const setup = `li s11, ${SHMEM}; ${register}; csrw hstatus, zero; ${swap}; li t1, 1234; li t2, ${naclGpr(8, 64)}; add t2, t2, s11; sd t1, 0(t2); li a6, 4; li a7, ${NACL}; ecall`;
    const labels = made.programs({
      setup,
      handler,
      guest: 'again: nop; turn: ecall; nop; behind: j again',
    });
    const behind = label(labels.guest, 'behind');
    made.run(CODE, behind);
    // s0 came from the scratch area.
    expect(made.x(8)).toBe(1234n);
    made.traps.length = 0;
    const exits = 4;
    for (let k = 0; k < exits; k++) made.goOn(behind);
    expect(made.traps.length).toBe(2 * exits);
    expect(made.traps).toEqual(Array.from({ length: 2 * exits }, () => 10));
  });
});
