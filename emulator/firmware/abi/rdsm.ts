/** Calls that the RDSM serves itself: SUPD, and its private ones, which no specification has. */
import { count, number, page } from './arguments.ts';
import { call, extension } from './call.ts';
import { inferred } from './check.ts';
import { FUNCTION } from './entry.ts';

export const SUPD = extension({
  name: 'supd',
  eid: 0x5355_5044n,
  says: 'supervisor domains: which are active',
  caller: 'host and tvm',
  servicer: 'rdsm',
  entry: [FUNCTION],
  functions: { get_active_domains: call({ fid: 0 }) },
});

const CALLER = inferred('caller', 'denied');
const SDID = inferred('sdid', 'invalid_param');
const MEMORY = [
  SDID,
  inferred('count', 'invalid_param'),
  inferred('overflow', 'invalid_param'),
  inferred('alignment', 'invalid_address'),
];

/** In the SBI's experimental space: what a TSM needs of the RDSM, since it can neither write an MPT nor fence one. */
export const RDSM = extension({
  name: 'rdsm',
  eid: 0x0853_4452n,
  says: "the RDSM's own: domains, their memory, the way back from a TSM",
  caller: 'tsm',
  servicer: 'rdsm',
  entry: [inferred('function', 'not_supported'), CALLER],
  functions: {
    sd_create: call({ fid: 0, arguments: [number('config'), number('config_len')] }),
    sd_destroy: call({ fid: 1, arguments: [number('sdid', null)], checks: [SDID] }),
    /** Takes pages from the host and gives them to the calling domain. */
    sd_assign_mem: call({
      fid: 2,
      arguments: [
        number('sdid', null),
        page('base_page_address'),
        count('num_pages'),
        number('xwr', 7n),
      ],
      checks: [
        ...MEMORY,
        inferred('rights', 'invalid_param'),
        // Not RAM that the host may use.
        inferred('memory', 'invalid_address'),
      ],
    }),
    /** Gives pages of the calling domain back to the host. */
    sd_revoke_mem: call({
      fid: 3,
      arguments: [number('sdid', null), page('base_page_address'), count('num_pages')],
      checks: [...MEMORY, inferred('memory', 'invalid_address')],
    }),
    /** All ones: all domains. */
    mpt_fence: call({ fid: 4, arguments: [number('sdid', (1n << 64n) - 1n)], checks: [SDID] }),
    sd_info: call({ fid: 6, arguments: [number('sdid')], checks: [SDID] }),
    teeret: call({ fid: 16, arguments: [number('error'), number('value')] }),
    teeret_interrupted: call({ fid: 17 }),
    boot_done: call({ fid: 18 }),
    /** The hart goes to another domain, whose software goes on where it stood; comes back when that one does the same. */
    sd_enter: call({ fid: 19, arguments: [number('sdid', null)], checks: [SDID] }),
  },
});
