import { expect, it } from 'vitest';
import { VHCS } from './layouts/vcpu.ts';
import { POOL, VM_TREE, WalkHost } from './random-walk.test-support.ts';
import { CODE } from './tsm/run/tvm.test-support.ts';

it('a promoted TVM runs on a real machine, with its registers and without the floats of the hart', () => {
  const host = new WalkHost();
  const { machine } = host;
  expect(host.make('convert_pages', [POOL, 64n], 0)).toBe(true);
  expect(host.make('global_fence', [], 0)).toBe(true);
  expect(host.make('local_fence', [], 1)).toBe(true);
  machine.pokeCsr(0, 'sstatus', 1n << 13n);
  machine.writeRegister(0, 'f10', 0x5ec2e7n);
  // s1, which its program does not write before it first asks.
  machine.write(host.nacl(0) + 8n * 9n, 8, 0x77n);
  expect(host.make('promote_to_tvm', [VM_TREE, 0n, CODE, 0n], 0)).toBe(true);
  expect(host.check(true)).toEqual([]);
  const id = host.now.tvms[0]?.id ?? 0n;
  expect(host.run(id, 0n, [], 0, 4000)).toBe(true);
  expect(host.waiting(id, 0n)).toBe('asks for orders');
  expect(host.check(true)).toEqual([]);
  const vcpu = host.now.tvms[0]?.vcpus[0]?.at ?? 0n;
  for (let n = 0; n < 32; n++) expect(machine.read(VHCS.at(vcpu, 'f', n), 8)).toBe(0n);
  expect(machine.read(VHCS.at(vcpu, 'x', 9), 8)).toBe(0x77n);
  expect(machine.readRegister(0, 'f10')).toBe(0x5ec2e7n);
});
