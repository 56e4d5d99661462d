/** promote_to_tvm: a virtual machine of the host becomes a TVM. */
import { describe, expect, it } from 'vitest';
import { naclGpr } from '../layouts/nacl.ts';
import { TVM_RECORD, tvmParts } from '../layouts/tvm.ts';
import { VHCS } from '../layouts/vcpu.ts';
import { MEASUREMENTS } from '../layouts/measurement.ts';
import { makePayload, openPayload } from './measure/payload.ts';
import {
  ENTRY,
  PAYLOAD,
  PROMOTED_GPA,
  SECRET,
  SHMEM,
  TREE,
  virtualMachine,
} from './promote.test-support.ts';
import { HOST, PAGE, POOL, specOf, TestTsm } from './tsm.test-support.ts';

/** The TVM's record, by what its first word says. */
function recordOf({ memory }: TestTsm, id: bigint): bigint {
  for (let at = POOL; at < POOL + 64n * PAGE; at += PAGE) {
    const isRecord = memory.read(TVM_RECORD.at(at, 'id'), 8) === id;
    if (isRecord && memory.read(TVM_RECORD.at(at, 'entryPc'), 8) === ENTRY) return at;
  }
  throw new Error('no record of the TVM');
}

const registerOf = (tsm: TestTsm, id: bigint, register: number): Uint8Array => {
  const measurements = recordOf(tsm, id) + tvmParts(8).measurements;
  return tsm.memory.bytes(MEASUREMENTS.at(measurements, 'registers', 48 * register), 48);
};

describe('promote_to_tvm', () => {
  it('makes a runnable TVM of the pages that hgatp maps, measured in the order of their addresses', () => {
    const { tsm, promote, measured } = virtualMachine();
    expect(promote()).toBe(2n);
    expect(Buffer.from(registerOf(tsm, 2n, 4))).toEqual(measured());
    const at = recordOf(tsm, 2n);
    expect(tsm.memory.read(TVM_RECORD.at(at, 'state'), 8)).toBe(1n);
    expect(tsm.fired).toContain('ATT-13');
  });

  it('measures the vCPU that the host shows', () => {
    const values = [0n, 1n].map((extra) => {
      const { tsm, memory, promote } = virtualMachine();
      memory.write(SHMEM + naclGpr(20, 64), 8, extra);
      expect(promote()).toBe(2n);
      return Buffer.from(registerOf(tsm, 2n, 5)).toString('hex');
    });
    expect(new Set(values).size).toBe(2);
  });

  it('gives the first vCPU registers and vector of the virtual machine, floats of zero; others are off', () => {
    const { tsm, promote } = virtualMachine({ harts: 3 });
    expect(promote()).toBe(2n);
    const at = recordOf(tsm, 2n);
    const { memory } = tsm;
    const vcpus = [0n, 1n, 2n, 3n].map((k) => memory.read(at + tvmParts(8).vcpus + 8n * k, 8));
    const [boot = 0n, second = 0n, third = 0n, none] = vcpus;
    expect(none).toBe(0n);
    expect([2, 10, 31].map((n) => memory.read(VHCS.at(boot, 'x', n), 8))).toEqual([
      0x222n,
      0xaaan,
      0x210fn,
    ]);
    expect(memory.read(VHCS.at(boot, 'pc'), 8)).toBe(ENTRY);
    for (let n = 0; n < 32; n++) expect(memory.read(VHCS.at(boot, 'f', n), 8)).toBe(0n);
    const states = [boot, second, third].map((vcpu) => memory.read(VHCS.at(vcpu, 'state'), 8));
    expect(states).toEqual([2n, 1n, 1n]);
  });

  it('copies: the host keeps its pages, and what it writes later is not the TVM', () => {
    const { tsm, memory, promote, pageOf, measured } = virtualMachine();
    const before = measured();
    expect(promote()).toBe(2n);
    memory.put(pageOf(0), new Uint8Array(4096).fill(0xee));
    expect(Buffer.from(registerOf(tsm, 2n, 4))).toEqual(before);
    const copies = [...tsm.confidential].filter((at) => memory.bytes(at, 1)[0] === 0x13);
    expect(copies).toHaveLength(1);
    expect(tsm.confidential.has(pageOf(0))).toBe(false);
  });

  it('gives the secret to a TVM that its payload describes', () => {
    const { tsm, memory, promote, pageOf, measured } = virtualMachine();
    const references = [{ index: 4, value: measured(3) }];
    memory.put(pageOf(3), makePayload(specOf().seed, { references, secret: SECRET }));
    expect(promote(PAYLOAD)).toBe(2n);
    const measurements = recordOf(tsm, 2n) + tvmParts(8).measurements;
    expect(memory.read(MEASUREMENTS.at(measurements, 'authorized'), 8)).toBe(1n);
    expect(memory.bytes(MEASUREMENTS.at(measurements, 'secret'), SECRET.length)).toEqual(SECRET);
    // The payload itself does not reach the TVM.
    const found = [...tsm.confidential].filter((at) => memory.bytes(at, 4)[0] === 0xac);
    expect(found).toEqual([]);
  });

  it.each<[string, (payload: Uint8Array) => void]>([
    ['a tampered virtual machine', () => undefined],
    ['a tampered payload', (payload) => payload.fill(1, 60, 64)],
  ])('refuses %s, and there is no TVM', (what, tamper) => {
    const { tsm, memory, promote, pageOf, measured } = virtualMachine();
    const references = [{ index: 4, value: measured(3) }];
    const payload = makePayload(specOf().seed, { references, secret: SECRET });
    tamper(payload);
    memory.put(pageOf(3), payload);
    if (what.includes('machine')) memory.put(pageOf(1), Uint8Array.from([0x78]));
    expect(promote(PAYLOAD)).toBe('auth');
    expect(tsm.fired).toContain('ATT-12');
    expect(tsm.call('run_tvm_vcpu', { tvm_guest_id: 2n, tvm_vcpu_id: 0n })).toBe('invalid_param');
    expect(tsm.reclaim(POOL, 64n)).toBe(64n);
  });

  it('refuses a payload of another machine', () => {
    const { memory, promote, pageOf } = virtualMachine();
    memory.put(pageOf(3), makePayload(99, { references: [], secret: SECRET }));
    expect(promote(PAYLOAD)).toBe('auth');
  });

  it.each([
    ['without confidential memory', { donated: 0n }, 'out_of_memory'],
    ['with too little of it', { donated: 12n }, 'out_of_memory'],
    ['with more harts than a TVM has', { harts: 9 }, 'invalid_address'],
  ])('is refused %s', (_, options, error) => {
    expect(virtualMachine(options).promote()).toBe(error);
  });

  it('is refused with addresses that are wrong', () => {
    const { promote, pageOf, setHgatp, tsm } = virtualMachine();
    expect(promote(0n, 0n, TREE + 4n)).toBe('invalid_address');
    expect(promote(0n, 0n, PROMOTED_GPA)).toBe('invalid_address');
    expect(promote(0n, 0n, PROMOTED_GPA - PAGE)).toBe('invalid_address');
    expect(promote(PAYLOAD + 4n)).toBe('invalid_address');
    expect(promote(PROMOTED_GPA)).toBe('invalid_address');
    expect(promote(0n, 32n)).toBe('invalid_param');
    expect(promote(0n, POOL)).toBe('invalid_param');
    tsm.donate(POOL + 64n * PAGE, 1n);
    setHgatp((8n << 60n) | (POOL / PAGE));
    expect(promote()).toBe('invalid_param');
    setHgatp(0n);
    expect(promote()).toBe('invalid_param');
    expect(tsm.confidential.has(pageOf(0))).toBe(false);
  });

  it('is refused when the virtual machine maps confidential memory', () => {
    const { table, promote } = virtualMachine();
    table.map(PROMOTED_GPA + 8n * PAGE, POOL, PAGE, 7, { user: true });
    expect(promote()).toBe('invalid_param');
  });

  it('is refused without memory to show the registers in', () => {
    const tsm = new TestTsm();
    expect(tsm.call('promote_to_tvm', { fdt_address: TREE })).toBe('no_shmem');
  });

  it('takes an identity that changes no measurement', () => {
    const { tsm, memory, promote, measured } = virtualMachine();
    memory.put(HOST + 0x8000n, new Uint8Array(64).fill(0x5a));
    expect(promote(0n, HOST + 0x8000n)).toBe(2n);
    expect(Buffer.from(registerOf(tsm, 2n, 4))).toEqual(measured());
    const at = recordOf(tsm, 2n);
    expect(memory.read(TVM_RECORD.at(at, 'identity', 7), 8)).toBe(0x5a5a_5a5a_5a5a_5a5an);
  });
});

describe('a payload', () => {
  it('opens where it was made for', () => {
    const references = [{ index: 4, value: new Uint8Array(48).fill(3) }];
    const payload = makePayload(7, { references, secret: SECRET });
    expect(openPayload(7, payload)).toEqual({ references, secret: SECRET });
    expect(openPayload(8, payload)).toBeNull();
    expect(Buffer.from(payload).includes(Buffer.from(SECRET))).toBe(false);
  });

  it('does not open with any one bit changed', () => {
    const payload = makePayload(7, { references: [], secret: SECRET });
    for (let at = 0; at < payload.length; at += 7) {
      const forged = payload.slice();
      forged[at] = (forged[at] ?? 0) ^ 1;
      // Two reserved bytes and the version of the header say nothing.
      if (![6, 7, 10, 11].includes(at)) expect(openPayload(7, forged), `byte ${at}`).toBeNull();
    }
  });
});
