/** HLV, HLVX and HSV of a domain's supervisor: the real ones, while the hart holds its guest's translation. */
import type { Trap } from '../../access/trap.ts';
import { VS_SET } from '../layouts/root-hart.ts';
import type { Op } from '../port.ts';
import { hasThirdStage } from './accel/third-stage.ts';
import type { Root } from './context.ts';
import { registerOf, setRegister } from './context.ts';
import { HSTATUS } from './decisions.ts';
import { fill } from './fill.ts';
import { isImplicit, judge, needOf } from './guest-fault.ts';
import type { HypervisorInstruction } from './instruction.ts';
import type { Delivery } from './reflect.ts';
import { prepareShadow } from './shadow-table.ts';
import { domainHgatp, guestHgatp, separate, STATUS, turnStage } from './worlds.ts';

type Access = Extract<HypervisorInstruction, { kind: 'load' | 'store' }>;

const { SPVP, VSBE } = HSTATUS;
const X = 4;

/** Attempts of one access: its page tables may need a fill each, at each of their levels. */
const ATTEMPTS = 64;

/** Makes the access for the domain; the trap that it shall see instead, or null: done, with the loaded value in rd. */
export function* emulateAccess(root: Root, access: Access): Op<Delivery | null> {
  yield* prepareShadow(root);
  const domain = yield* borrow(root);
  const outcome = yield* attempt(root, access, (domain.vsstatus & STATUS.MXR) !== 0n);
  yield* giveBack(root, domain);
  if (outcome === null || typeof outcome !== 'bigint') return outcome;
  if (access.kind === 'load') setRegister(root, access.rd, extended(outcome, access));
  return null;
}

function* attempt(root: Root, access: Access, mxr: boolean): Op<bigint | Delivery | null> {
  const { port } = root;
  const at = registerOf(root, access.rs1);
  for (let count = 0; count < ATTEMPTS; count++) {
    const result =
      access.kind === 'load'
        ? yield* port.tryGuestLoad(at, access.size, access.execute)
        : yield* port.tryGuestStore(at, registerOf(root, access.rs2), access.size);
    if (result === null || typeof result === 'bigint') return result;
    if (result.gpa === null) return deliveryOf(result);
    const trap = deliveryOf(result);
    const executes = access.kind === 'load' && access.execute && !isImplicit(trap.htinst);
    const need = executes ? { rights: X, mxr: false } : needOf(result.cause, trap.htinst, mxr);
    const outcome = yield* fill(root, result.gpa >> 12n, need);
    const verdict = judge(root, trap, outcome);
    if (verdict !== null) return verdict;
  }
  throw new Error('an access of a hypervisor does not come to an end');
}

const deliveryOf = (trap: Trap): Delivery => ({
  cause: BigInt(trap.cause),
  tval: trap.tval,
  htval: trap.gpa === null ? 0n : trap.gpa >> 2n,
  htinst: trap.tinst,
  gva: trap.gva,
});

/** What the access depends on and the domain goes on with afterwards. */
interface Lent {
  readonly vsstatus: bigint;
  readonly vsatp: bigint;
  readonly sstatus: bigint;
  readonly hstatus: bigint;
  readonly henvcfg: bigint;
}

function* borrow(root: Root): Op<Lent> {
  const { hart, port } = root;
  const lent = {
    vsstatus: yield* port.csrr('vsstatus'),
    vsatp: yield* port.csrr('vsatp'),
    sstatus: yield* port.csrr('sstatus'),
    hstatus: yield* port.csrr('hstatus'),
    henvcfg: yield* port.csrr('henvcfg'),
  };
  if (hasThirdStage(root)) yield* turnStage(root, 'guest');
  else yield* port.csrw('hgatp', guestHgatp(root));
  yield* separate(root);
  yield* port.csrw('vsatp', hart.get('guest', VS_SET.indexOf('vsatp')));
  yield* port.csrw('vsstatus', hart.get('guest', VS_SET.indexOf('vsstatus')));
  yield* port.csrw('henvcfg', hart.get('henvcfg'));
  const status = lent.hstatus & ~(SPVP | VSBE);
  yield* port.csrw('hstatus', status | (hart.get('hstatus') & (SPVP | VSBE)));
  // MXR of HS makes X readable in both stages: here it is the domain's.
  const mxr = lent.vsstatus & STATUS.MXR;
  yield* port.csrw('sstatus', (lent.sstatus & ~STATUS.MXR) | mxr);
  return lent;
}

function* giveBack(root: Root, lent: Lent): Op<void> {
  const { port } = root;
  if (hasThirdStage(root)) yield* turnStage(root, 'own');
  else yield* port.csrw('hgatp', domainHgatp(root));
  yield* separate(root);
  for (const name of ['vsstatus', 'vsatp', 'sstatus', 'hstatus', 'henvcfg'] as const) {
    yield* port.csrw(name, lent[name]);
  }
}

function extended(value: bigint, { size, isSigned }: Extract<Access, { kind: 'load' }>): bigint {
  const bits = 8 * size;
  return BigInt.asUintN(64, isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
}
