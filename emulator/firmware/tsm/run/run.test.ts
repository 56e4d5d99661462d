import { describe, expect, test } from 'vitest';
import {
  bench,
  CODE,
  DIRECTORY,
  FakeBench,
  FATAL,
  GUEST,
  INVALID_PARAM,
  NACL_AT,
  RESUMABLE,
} from './fake-hart.test-support.ts';

const DBCN = 0x4442_434en;
const COVG = 0x434f_5647n;
const HSM = 0x48_534dn;
const SRST = 0x5352_5354n;

describe('run_tvm_vcpu', () => {
  test('begins a vCPU at its entry with id and argument, and everything else zero', () => {
    const b = bench();
    const h = b.hart();
    h.x.fill(0xdeadn);
    h.f.fill(0xdeadn);
    expect(h.run()).toEqual(GUEST);
    expect(h.csr('sepc')).toBe(CODE);
    expect(h.x.slice(1)).toEqual(Array.from({ length: 31 }, (_, k) => (k + 1 === 11 ? 0x77n : 0n)));
    expect(h.f.every((value) => value === 0n)).toBe(true);
  });

  test('activates the G-stage of the TVM before its vsatp, with vsatp off in between', () => {
    const b = bench();
    const h = b.hart();
    h.run();
    expect(h.csr('hgatp')).toBe((8n << 60n) | (1n << 44n) | (DIRECTORY >> 12n));
    const order = h.log.filter((line) => /hgatp|vsatp/.test(line));
    expect(order).toEqual(['csrw vsatp', 'csrw hgatp', 'csrw vsatp']);
  });

  test("arms the host's interrupts, sets VTW, and leaves counters but time to the TSM", () => {
    const h = bench().hart();
    h.run();
    expect(h.csr('sie')).toBe(0x222n);
    expect((h.csr('hstatus') >> 21n) & 1n).toBe(1n);
    expect(h.csr('hcounteren')).toBe(2n);
  });

  test.each([
    ['spec', 0n],
    ['salus', 0xb15dn],
  ] as const)('delegates exceptions as profile %s does', (profile, expected) => {
    const h = bench({ tsm: { profile, state: 'ready', maxVcpus: 4, interruptible: true } }).hart();
    h.run();
    expect(h.csr('hedeleg')).toBe(expected);
    expect(h.csr('hideleg')).toBe(0x444n);
  });

  test.each([
    ['an unknown TVM', 0n, 9n],
    ['an unknown vCPU', 3n, 2n],
    ['a vCPU beyond the limit', 4n, 2n],
  ])('refuses %s', (_, vcpu, tvm) => {
    expect(bench().hart().run(vcpu, tvm)).toEqual({ to: 'host', error: INVALID_PARAM, value: 0n });
  });

  test('refuses a vCPU that runs on another hart, and one that is off', () => {
    const b = new FakeBench();
    b.finalize(2);
    expect(b.hart(0).run()).toEqual(GUEST);
    expect(b.hart(1).run()).toMatchObject({ error: INVALID_PARAM });
    expect(b.hart(1).run(1n)).toMatchObject({ error: INVALID_PARAM });
    expect(b.fired).toContain('RUN-03');
    expect(b.fired).toContain('VCPU-07');
  });

  test('refuses a vCPU that has died, for good', () => {
    const h = bench().hart();
    h.run();
    expect(h.ecall(SRST, 0n, [0n, 0n])).toEqual(FATAL);
    expect(h.run()).toMatchObject({ error: INVALID_PARAM });
    expect(h.run()).toMatchObject({ error: INVALID_PARAM });
  });
});

describe('at an exit', () => {
  test("the host finds its own CSRs and float registers, and nothing of the guest's", () => {
    const h = bench().hart();
    const names = ['hstatus', 'hedeleg', 'hideleg', 'hvip', 'hie', 'henvcfg', 'hcounteren'];
    names.push('htimedelta', 'vsstatus', 'vstvec', 'vsscratch', 'vsepc', 'vscause', 'vstval');
    names.push('vstimecmp', 'hgatp', 'vsatp', 'sepc', 'fcsr');
    names.forEach((name, k) => h.csrs.set(name, BigInt(0x100 + k)));
    h.f.forEach((_, k) => (h.f[k] = BigInt(0x900 + k)));
    h.run();
    for (const name of names) h.csrs.set(name, 0x5ec4e7n);
    h.f.fill(0x5ec4e7n);
    h.trap({ scause: 20n, stval: CODE, htval: CODE >> 2n, sepc: CODE });
    names.forEach((name, k) => expect([name, h.csr(name)]).toEqual([name, BigInt(0x100 + k)]));
    h.f.forEach((value, k) => expect(value).toBe(BigInt(0x900 + k)));
    expect(h.csr('htval')).toBe(CODE >> 2n);
    expect(h.csr('htinst')).toBe(0n);
  });

  test('the guest goes on where it was with all that it had', () => {
    const h = bench().hart();
    h.run();
    for (let n = 1; n < 32; n++) h.x[n] = BigInt(0x1000 + n);
    h.f.forEach((_, k) => (h.f[k] = BigInt(0x2000 + k)));
    for (const name of ['vsstatus', 'vstvec', 'vsatp', 'vstimecmp', 'hie', 'scounteren', 'fcsr']) {
      h.csrs.set(name, 0x33n);
    }
    h.trap({ scause: 21n, stval: CODE, htval: CODE >> 2n, sepc: CODE + 8n });
    h.x.fill(0n);
    h.f.fill(0n);
    h.csrs.set('vstvec', 0n);
    h.csrs.set('scounteren', 7n);
    expect(h.run()).toEqual(GUEST);
    expect(h.csr('sepc')).toBe(CODE + 8n);
    for (let n = 1; n < 32; n++) expect(h.x[n]).toBe(BigInt(0x1000 + n));
    expect(h.f[31]).toBe(0x2000n + 31n);
    for (const name of ['vsstatus', 'vstvec', 'vsatp', 'vstimecmp', 'hie', 'scounteren', 'fcsr']) {
      expect([name, h.csr(name)]).toEqual([name, 0x33n]);
    }
  });

  test('every exit shows vstimecmp, vsie and the difference of the clocks', () => {
    const b = bench();
    const h = b.hart();
    h.csrs.set('htimedelta', 5n);
    h.run();
    h.csrs.set('vstimecmp', 1234n);
    h.csrs.set('hie', 0x440n);
    h.trap({ scause: (1n << 63n) | 5n, sepc: CODE });
    expect(b.naclCsr(0x4d)).toBe(1234n);
    expect(b.naclCsr(0x04)).toBe(0x220n);
    expect(b.naclCsr(0x105)).toBe(BigInt.asUintN(64, -5n));
  });

  test('what the host writes over them does not reach the guest', () => {
    const b = bench();
    const h = b.hart();
    h.run();
    h.csrs.set('vstimecmp', 1234n);
    h.trap({ scause: (1n << 63n) | 5n, sepc: CODE });
    b.write(NACL_AT + 0x1268n, 8, 0n);
    b.write(NACL_AT + 0x1020n, 8, 0xfffn);
    h.csrs.set('vstimecmp', 0n);
    h.run();
    expect(h.csr('vstimecmp')).toBe(1234n);
    expect(h.csr('hie')).toBe(0n);
  });

  test('an interrupt of the host leaves its stval alone', () => {
    const h = bench().hart();
    h.csrs.set('stval', 0x44n);
    h.run();
    h.csrs.set('stval', 0x5ec4e7n);
    expect(h.trap({ scause: (1n << 63n) | 9n, stval: 0n, sepc: CODE })).toEqual(RESUMABLE);
    expect(h.csr('scause')).toBe((1n << 63n) | 9n);
    expect(h.csr('stval')).toBe(0x44n);
  });

  test('writes go nowhere without registered memory, and the run goes on', () => {
    const b = new FakeBench();
    b.finalize();
    b.hart().run();
    expect(b.hart().ecall(DBCN, 2n, [65n])).toEqual(RESUMABLE);
    expect(b.gpr(10)).toBe(0n);
    expect(b.hart().run()).toEqual(GUEST);
    expect(b.hart().x[10]).toBe(0n);
  });
});

describe('an ECALL that asks the host', () => {
  test('shows a0 to a7 and nothing else, and gets a0 and a1 as they are when the host runs it again', () => {
    const b = bench();
    const h = b.hart();
    h.run();
    for (let n = 1; n < 32; n++) h.x[n] = BigInt(0x5e00 + n);
    h.csrs.set('sepc', CODE + 4n);
    expect(h.ecall(DBCN, 0n, [3n, 0x1000n])).toEqual(RESUMABLE);
    expect(h.csr('scause')).toBe(10n);
    expect(h.csr('stval')).toBe(0n);
    expect(b.gpr(10)).toBe(3n);
    expect(b.gpr(11)).toBe(0x1000n);
    expect(b.gpr(15)).toBe(0x5e0fn);
    expect(b.gpr(17)).toBe(DBCN);
    for (let n = 0; n < 32; n++) if (n < 10 || n > 17) expect(b.gpr(n)).toBe(0n);
    b.write(NACL_AT + 0x50n, 8, BigInt.asUintN(64, -5n));
    b.write(NACL_AT + 0x58n, 8, 2n);
    b.write(NACL_AT + 0x60n, 8, 99n);
    h.run();
    expect(h.csr('sepc')).toBe(CODE + 8n);
    expect(h.x[10]).toBe(BigInt.asUintN(64, -5n));
    expect(h.x[11]).toBe(2n);
    expect(h.x[12]).toBe(0x5e0cn);
  });

  test.each([
    ['nobody has it', 0x1234_5678n, 0n, -2n, 'ABI-04'],
    ['it is a call of hosts', 0x434f_5648n, 1n, INVALID_PARAM, 'ABI-07'],
    ['reserved bits are set', COVG, 1n << 20n, -2n, 'ABI-05'],
  ] as const)('is answered by the TSM when %s', (_, eid, fid, error, rule) => {
    const b = bench();
    b.hart().run();
    expect(b.hart().ecall(eid, fid)).toEqual(GUEST);
    expect(BigInt.asIntN(64, b.hart().x[10] ?? 0n)).toBe(error);
    expect(b.fired).toContain(rule);
  });

  test('finds COVG offered to TVMs', () => {
    const h = bench().hart();
    h.run();
    expect(h.ecall(0x10n, 3n, [COVG])).toEqual(GUEST);
    expect(h.x[11]).toBe(1n);
    expect(h.ecall(0x10n, 3n, [0x434f_5648n])).toEqual(GUEST);
    expect(h.x[11]).toBe(0n);
  });
});

describe('vCPUs of one TVM', () => {
  test('are started by the TVM, with address and argument hidden from the host', () => {
    const b = new FakeBench();
    b.finalize(2);
    const h = b.hart();
    h.register();
    h.run();
    expect(h.ecall(HSM, 0n, [1n, CODE + 0x800n, 0x55n])).toEqual(RESUMABLE);
    expect([b.gpr(10), b.gpr(11), b.gpr(12)]).toEqual([1n, 0n, 0n]);
    b.write(NACL_AT + 0x50n, 8, 77n);
    expect(h.run()).toEqual(GUEST);
    expect([h.x[10], h.x[11]]).toEqual([0n, 0n]);
    expect(b.hart(1).run(1n)).toEqual(GUEST);
    expect(b.hart(1).csr('sepc')).toBe(CODE + 0x800n);
    expect([b.hart(1).x[10], b.hart(1).x[11]]).toEqual([1n, 0x55n]);
  });

  test.each([
    ['spec', -6n],
    ['salus', INVALID_PARAM],
  ] as const)('are not started twice (profile %s)', (profile, error) => {
    const h = bench({ tsm: { profile, state: 'ready', maxVcpus: 4, interruptible: true } }).hart();
    h.run();
    expect(h.ecall(HSM, 0n, [0n, CODE, 0n])).toEqual(GUEST);
    expect(BigInt.asIntN(64, h.x[10] ?? 0n)).toBe(error);
  });

  test('stop themselves: the run ends, and only the TVM can start them again', () => {
    const b = new FakeBench();
    b.finalize(2);
    const h = b.hart();
    h.run();
    h.ecall(HSM, 0n, [1n, CODE, 0n]);
    b.hart(1).run(1n);
    expect(b.hart(1).ecall(HSM, 1n)).toEqual(FATAL);
    expect(b.hart(1).run(1n)).toMatchObject({ error: INVALID_PARAM });
    h.run();
    expect(h.ecall(HSM, 2n, [1n])).toEqual(GUEST);
    expect(h.x[11]).toBe(1n);
    h.ecall(HSM, 0n, [1n, CODE, 0n]);
    expect(b.hart(1).run(1n)).toEqual(GUEST);
  });
});

describe('VMIDs', () => {
  const round = (b: FakeBench, k = 0): void => {
    b.hart(k).run();
    b.hart(k).trap({ scause: (1n << 63n) | 5n, sepc: CODE });
  };
  const fences = (b: FakeBench, k = 0) => b.hart(k).log.filter((line) => line.startsWith('hfence'));

  test('stay with a vCPU as long as it stays on its hart', () => {
    const b = bench();
    round(b);
    const first = b.hart().log.length;
    round(b);
    expect(b.vcpu().record.get('vmid')).toBe(1n);
    expect(fences(b)).toEqual([]);
    expect(b.hart().log.length).toBeGreaterThan(first);
  });

  test('are fenced when the address space of the TVM has changed since', () => {
    const b = bench();
    round(b);
    b.tvm.epoch.fence();
    round(b);
    expect(fences(b)).toEqual(['hfence_gvma 1']);
    round(b);
    expect(fences(b)).toEqual(['hfence_gvma 1']);
  });

  test('are forgotten by a vCPU that moves, so that what its old hart holds is never used', () => {
    const b = bench();
    round(b, 0);
    b.tvm.epoch.fence();
    round(b, 1);
    b.tvm.epoch.fence();
    round(b, 0);
    expect(b.vcpu().record.get('vmid')).toBe(2n);
    expect(b.fired).toContain('RUN-07');
    expect(b.fired).toContain('RUN-08');
  });

  test('begin anew behind a fence of all when they are used up', () => {
    const b = bench({ vmidlen: 1 });
    round(b, 0);
    round(b, 1);
    expect(fences(b)).toEqual([]);
    round(b, 0);
    expect(fences(b)).toEqual(['hfence_gvma all', 'hfence_vvma all']);
    expect(b.vcpu().record.get('vmid')).toBe(1n);
  });
});

describe('set_shmem', () => {
  test.each([
    ['unaligned memory', [NACL_AT | 8n, 0n, 0n], INVALID_PARAM],
    ['flags', [NACL_AT, 0n, 1n], INVALID_PARAM],
    ['no memory', [0x1000n, 0n, 0n], -5n],
    ['memory of firmware', [0x8f00_0000n, 0n, 0n], -5n],
    ['a high half', [NACL_AT, 1n, 0n], -5n],
  ])('refuses %s', (_, values, error) => {
    expect(new FakeBench().hart().nacl(1, values)).toEqual({ to: 'host', error, value: 0n });
  });

  test('refuses confidential memory, and takes memory back', () => {
    const b = new FakeBench();
    const { context } = b.hart();
    context.pages.set(NACL_AT + 0x2000n, 'unassigned', 0, 1n);
    expect(b.hart().nacl(1, [NACL_AT, 0n, 0n])).toMatchObject({ error: -5n });
    expect(b.fired).toContain('NACL-04');
    const ones = (1n << 64n) - 1n;
    expect(b.hart().nacl(1, [ones, ones, 0n])).toMatchObject({ error: 0n });
  });

  test('is all of NACL that there is', () => {
    const h = new FakeBench().hart();
    expect(h.nacl(0, [0n])).toMatchObject({ error: 0n, value: 0n });
    for (const fid of [2, 3, 4, 5]) expect(h.nacl(fid, [0n])).toMatchObject({ error: -2n });
  });
});
