/** SBI calls of domains that are not the RDSM's: the root passes them to the firmware in M-mode, in terms of VS. */
import { EXTENSIONS } from '../abi/abi.ts';
import type { Op } from '../port.ts';
import { mayUse } from '../rdsm/memory.ts';
import type { Monitor } from '../rdsm/monitor.ts';
import type { Returned } from '../rdsm/returned.ts';
import { done, NOT_SUPPORTED, refused } from '../rdsm/returned.ts';
import type { Root } from './context.ts';
import { hartState } from './hart-state.ts';

const [A0, A6, A7] = [10, 16, 17];
const EVERY_HART = (1n << 64n) - 1n;

/** Remote fences by FID: SFENCE.VMA of a domain is HFENCE.VVMA of HS; those of its guests it makes by itself. */
const REMOTE: Readonly<Record<number, bigint | undefined>> = { 0: 0n, 1: 6n, 2: 5n };

/** FID 0 writes the buffer, 1 fills it: rights that the caller needs there. */
const CONSOLE_NEEDS: Readonly<Record<number, number | undefined>> = { 0: 1, 1: 2 };

export function* elsewhere(root: Root): Op<Returned> {
  const { monitor } = root;
  const { time, rfence, dbcn, hsm } = EXTENSIONS;
  const fid = Number(monitor.x(A6));
  switch (monitor.x(A7)) {
    case time.eid:
      return yield* setTimer(monitor, fid);
    case rfence.eid: {
      const own = REMOTE[fid];
      return own === undefined ? NOT_SUPPORTED : yield* pass(monitor, own);
    }
    case hsm.eid:
      return yield* hartState(root);
    case dbcn.eid: {
      // M-mode may reach what the domain may not.
      const needs = CONSOLE_NEEDS[fid];
      const isHeld = needs === undefined || mayUse(monitor, monitor.x(11), monitor.x(10), needs);
      return isHeld ? yield* pass(monitor, BigInt(fid)) : refused('invalid_param');
    }
    default:
      return yield* pass(monitor, monitor.x(A6));
  }
}

/** The timer of a domain is that of its VS-mode. */
function* setTimer(monitor: Monitor, fid: number): Op<Returned> {
  if (fid !== 0 || !monitor.has('Sstc')) return NOT_SUPPORTED;
  yield* monitor.port.csrw('vstimecmp', monitor.x(A0));
  return done();
}

/** The call of a domain, made again one level down. */
function* pass(monitor: Monitor, fid: bigint): Op<Returned> {
  const { port } = monitor;
  for (let number = A0; number <= A7; number++) port.setX(number, monitor.x(number));
  port.setX(A6, fid);
  yield* port.ecall();
  return { error: port.x(A0), value: port.x(A0 + 1) };
}

/** HFENCE.GVMA of everything on every hart, as far as M-mode reaches them. */
export function* remoteFence({ port }: Monitor): Op<void> {
  [0n, EVERY_HART, 0n, EVERY_HART].forEach((value, k) => {
    port.setX(A0 + k, value);
  });
  port.setX(A6, 4n);
  port.setX(A7, EXTENSIONS.rfence.eid);
  yield* port.ecall();
}
