import { describe, expect, it } from 'vitest';
import { HOST, OTHER, RootWorld } from './world.test-support.ts';

const CODE = HOST + 0x1000n;
const HANDLER = HOST + 0x2000n;
const TABLE = HOST + 0x3000n;

/** A handler that keeps cause and value in s2 and s3, and goes on behind what trapped. */
const KEEPER = `csrr s2, scause; csrr s3, stval; csrr s4, sepc; addi s5, s4, 4; csrw sepc, s5; sret`;

function world(text: string): { readonly world: RootWorld; readonly end: bigint } {
  const made = new RootWorld();
  const labels = made.load(CODE, `li t0, ${HANDLER}; csrw stvec, t0; ${text}; end: nop`);
  made.load(HANDLER, KEEPER);
  return { world: made, end: labels.get('end') as bigint };
}

const [S2, S3] = [18, 19];

describe('a domain behind its G-stage', () => {
  it('runs in its own memory without a trap to the root', () => {
    const { world: made, end } = world('la t1, end; li t2, 42; sd t2, 16(t1); ld a0, 16(t1)');
    made.run(CODE, end);
    expect(made.x(10)).toBe(42n);
    expect(made.traps).toEqual([]);
  });

  it.each([
    ['load', `li t1, ${OTHER}; ld a0, 0(t1)`, 5n],
    ['store', `li t1, ${OTHER}; sd a0, 0(t1)`, 7n],
  ])('gets an access fault for a %s in memory of another domain', (_, text, cause) => {
    const { world: made, end } = world(text);
    made.run(CODE, end);
    expect(made.x(S2)).toBe(cause);
    expect(made.x(S3)).toBe(OTHER);
    expect(made.traps).toEqual([cause === 5n ? 21 : 23]);
  });

  it('gets an access fault for a fetch there', () => {
    const { world: made } = world(`li t1, ${OTHER}; jr t1`);
    made.run(CODE, HANDLER + 8n);
    expect(made.x(S2)).toBe(1n);
    expect(made.traps).toEqual([20]);
  });

  it('gets one with the virtual address where its own page table lies there', () => {
    const { world: made, end } = world(
      `li t1, 8; slli t1, t1, 60; li t2, ${TABLE >> 12n}; or t1, t1, t2; csrw satp, t1; sfence.vma;` +
        'li t1, 0x40001234; ld a0, 0(t1)',
    );
    // Sv39: 1 GiB of the domain's own at 0x8000_0000; the table for what lies below is the other domain's.
    made.machine.write(TABLE + 16n, 8, ((HOST >> 12n) << 10n) | 0xcfn);
    made.machine.write(TABLE + 8n, 8, ((OTHER >> 12n) << 10n) | 1n);
    made.run(CODE, end);
    expect([made.x(S2), made.x(S3)]).toEqual([5n, 0x4000_1234n]);
    expect(made.machine.peekCsr(0, 'htinst')).toBe(0x3000n);
    expect(made.traps).toEqual([21]);
  });

  it('calls the SBI below, and goes on behind its call', () => {
    const { world: made, end } = world('li a7, 0x10; li a6, 0; ecall; mv s6, a1');
    made.run(CODE, end);
    expect(made.x(22)).toBe(0x300_0000n);
    expect(made.traps).toEqual([10]);
  });

  it('sees illegal instructions at M-mode CSRs and MFENCE.PA, without a trap to the root', () => {
    const { world: made, end } = world('csrr a0, mmpt; mv s6, s2; li s2, 0; mfence.pa zero, zero');
    made.run(CODE, end);
    expect([made.x(22), made.x(S2)]).toEqual([2n, 2n]);
    expect(made.traps).toEqual([]);
  });

  it('user mode that touches H CSRs, HLV or SRET gets illegal instructions', () => {
    const text = ['csrr a0, hstatus', 'hlv.w a0, (a0)', 'hfence.gvma', 'sret', 'wfi'];
    for (const instruction of text) {
      const { world: made } = world(
        `la t1, user; csrw sepc, t1; csrci sstatus, 0; li t1, 0x100; csrc sstatus, t1; sret; user: ${instruction}`,
      );
      made.run(CODE, HANDLER + 8n);
      expect([instruction, made.x(S2)]).toEqual([instruction, 2n]);
    }
  });
});
