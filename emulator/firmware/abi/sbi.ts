/** The SBI itself: what firmware offers to any supervisor, and a TSM to its TVMs where it allows it. */
import { address, buffer, number } from './arguments.ts';
import { call, extension } from './call.ts';
import { coded, inferred } from './check.ts';
import { FUNCTION } from './entry.ts';

const common = { caller: 'host and tvm', servicer: 'rdsm', entry: [FUNCTION] } as const;

/** Named `sbi`, as scenarios call it. */
export const BASE = extension({
  ...common,
  name: 'sbi',
  eid: 0x10n,
  says: 'SBI: version, implementation, extensions',
  functions: {
    get_spec_version: call({ fid: 0 }),
    get_impl_id: call({ fid: 1 }),
    get_impl_version: call({ fid: 2 }),
    probe_extension: call({ fid: 3, arguments: [number('extension_id', 0x10n)] }),
    get_mvendorid: call({ fid: 4 }),
    get_marchid: call({ fid: 5 }),
    get_mimpid: call({ fid: 6 }),
  },
});

export const TIME = extension({
  ...common,
  name: 'time',
  eid: 0x5449_4d45n,
  says: 'SBI: the timer',
  functions: { set_timer: call({ fid: 0, arguments: [number('stime_value')] }) },
});

/** All harts. */
const EVERY_HART = (1n << 64n) - 1n;
const HARTS = [number('hart_mask'), number('hart_mask_base', EVERY_HART)];
const HART = coded('hart', 'invalid_param');
const PLACE = [number('start_addr'), number('size', EVERY_HART)];

export const IPI = extension({
  ...common,
  name: 'ipi',
  eid: 0x73_5049n,
  says: 'SBI: interrupts between harts',
  functions: { send_ipi: call({ fid: 0, arguments: HARTS, checks: [HART] }) },
});

const REMOTE = [HART, inferred('address', 'invalid_address')];

export const RFENCE = extension({
  ...common,
  name: 'rfence',
  eid: 0x5246_4e43n,
  says: 'SBI: fences on other harts',
  functions: {
    remote_fence_i: call({ fid: 0, arguments: HARTS, checks: [HART] }),
    remote_sfence_vma: call({ fid: 1, arguments: [...HARTS, ...PLACE], checks: REMOTE }),
    remote_sfence_vma_asid: call({
      fid: 2,
      arguments: [...HARTS, ...PLACE, number('asid')],
      checks: REMOTE,
    }),
    remote_hfence_gvma_vmid: call({
      fid: 3,
      arguments: [...HARTS, ...PLACE, number('vmid')],
      checks: REMOTE,
    }),
    remote_hfence_gvma: call({ fid: 4, arguments: [...HARTS, ...PLACE], checks: REMOTE }),
    remote_hfence_vvma_asid: call({
      fid: 5,
      arguments: [...HARTS, ...PLACE, number('asid')],
      checks: REMOTE,
    }),
    remote_hfence_vvma: call({ fid: 6, arguments: [...HARTS, ...PLACE], checks: REMOTE }),
  },
});

export const HSM = extension({
  ...common,
  name: 'hsm',
  eid: 0x48_534dn,
  says: 'SBI: harts that start and stop',
  functions: {
    hart_start: call({
      fid: 0,
      reflects: { spec: 'tells', salus: 'tells' },
      arguments: [number('hartid', 1n), address('start_addr'), number('opaque')],
      checks: [
        HART,
        coded('started', 'already_available', { salus: 'invalid_param' }),
        coded('address', 'invalid_address'),
      ],
    }),
    hart_stop: call({ fid: 1, reflects: { spec: 'ends', salus: 'ends' } }),
    hart_get_status: call({ fid: 2, arguments: [number('hartid')], checks: [HART] }),
    hart_suspend: call({
      fid: 3,
      arguments: [number('suspend_type'), address('resume_addr', 0n), number('opaque')],
      checks: [coded('type', 'invalid_param'), coded('address', 'invalid_address')],
    }),
  },
});

export const SRST = extension({
  ...common,
  name: 'srst',
  eid: 0x5352_5354n,
  says: 'SBI: shutdown and reset',
  functions: {
    system_reset: call({
      fid: 0,
      reflects: { spec: 'ends', salus: 'ends' },
      arguments: [number('reset_type'), number('reset_reason')],
      checks: [coded('type', 'invalid_param'), coded('reason', 'invalid_param')],
    }),
  },
});

const CONSOLE = [number('num_bytes'), buffer('base_addr_lo'), number('base_addr_hi')];

export const DBCN = extension({
  ...common,
  name: 'dbcn',
  eid: 0x4442_434en,
  says: 'SBI: the debug console',
  functions: {
    console_write: call({
      fid: 0,
      reflects: { spec: 'asks', salus: 'asks' },
      arguments: CONSOLE,
      checks: [coded('memory', 'invalid_param', { salus: 'invalid_address' })],
    }),
    console_read: call({ fid: 1, arguments: CONSOLE, checks: [coded('memory', 'invalid_param')] }),
    console_write_byte: call({ fid: 2, arguments: [number('byte')] }),
  },
});
