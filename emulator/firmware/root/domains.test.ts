import { describe, expect, it } from 'vitest';
import { call, toy } from './toy-tsm.test-support.ts';
import { HOST, OTHER, RootWorld, TSM } from './world.test-support.ts';

const CODE = HOST + 0x1000n;
const HANDLER = HOST + 0x2000n;
const KEEPER =
  'csrr s2, scause; csrr s3, stval; csrr s5, sepc; addi s5, s5, 4; csrw sepc, s5; sret';

function host(text: string): RootWorld {
  const world = new RootWorld({ tsm: toy });
  const labels = world.load(CODE, `li t0, ${HANDLER}; csrw stvec, t0; ${text}; end: nop`);
  world.load(HANDLER, KEEPER);
  world.run(CODE, labels.get('end') ?? 0n);
  return world;
}

describe('domains of a root', () => {
  it('a TEECALL goes to the TSM in VS-mode and comes back: one trap and one SRET each way', () => {
    const world = host(`li s7, 77; ${call(0)}`);
    expect(world.x(10)).toBe(0n);
    // scause of a TEECALL.
    expect(world.x(11)).toBe(24n);
    // What the TSM has not returned is the host's.
    expect(world.x(23)).toBe(77n);
    expect(world.traps).toEqual([10, 10]);
    expect(world.look()).toMatchObject({ world_switch: 2, trap_m: 0, trap_hs: 2 });
  });

  it('a TSM cannot be told from one in HS: its H CSRs answer', () => {
    expect(host(call(4)).x(11)).toBe(0x1234n);
  });

  it('a page given to a TSM is lost to the host, and the host gets an access fault', () => {
    const page = HOST + 0x10_0000n;
    const world = host(`${call(1, page)}; mv s8, a1; li t1, ${page}; ld a0, 8(t1)`);
    expect(world.x(24)).toBe(0n);
    expect([world.x(18), world.x(19)]).toEqual([5n, page + 8n]);
    // Its neighbour in what was one large leaf stays.
    const other = host(
      `${call(1, page)}; li t1, ${page + 4096n}; li s2, 0; sd t1, 0(t1); ld a0, 0(t1)`,
    );
    expect([other.x(18), other.x(10)]).toEqual([0n, page + 4096n]);
  });

  it("and is the host's again when the TSM gives it back", () => {
    const page = HOST + 0x10_0000n;
    const world = host(
      `${call(1, page)}; ${call(2, page)}; mv s8, a1; li t1, ${page}; li s2, 0; sd t1, 0(t1); ld a0, 0(t1)`,
    );
    expect([world.x(24), world.x(18), world.x(10)]).toEqual([0n, 0n, page]);
  });

  it('a TSM reads the memory of the host, and gets an access fault for that of a plain domain', () => {
    const world = host(
      `li t0, ${HOST + 0x8000n}; li t1, 99; sd t1, 0(t0); ${call(3, HOST + 0x8000n)}`,
    );
    expect(world.x(11)).toBe(99n);
    expect(BigInt.asIntN(64, host(call(3, OTHER)).x(11))).toBe(-5n);
  });

  it("a TSM that asks for pages that are not the host's is refused", () => {
    expect(BigInt.asIntN(64, host(call(1, OTHER)).x(11))).toBeLessThan(0n);
    expect(BigInt.asIntN(64, host(call(1, TSM)).x(11))).toBeLessThan(0n);
  });

  it('a host that jumps into the page of the TSM or of the root gets an access fault', () => {
    for (const at of [TSM, 0x8800_0000n]) {
      const world = new RootWorld({ tsm: toy });
      world.load(CODE, `li t0, ${HANDLER}; csrw stvec, t0; li t1, ${at}; jr t1`);
      world.load(HANDLER, 'csrr s2, scause; csrr s3, stval; end: j end');
      world.run(CODE, HANDLER + 8n);
      expect([world.x(18), world.x(19)]).toEqual([1n, at]);
    }
  });
});
