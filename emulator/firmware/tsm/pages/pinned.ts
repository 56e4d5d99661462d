/** Pages that harts of the host have registered for NACL. */
import { HART_CONTEXT, NO_SHMEM } from '../../layouts/hart-context.ts';
import { naclBytes } from '../../layouts/nacl.ts';
import { recordAt } from '../../layouts/record.ts';
import { HART_CONTEXT_OFFSET } from '../../layouts/tsm.ts';
import type { TsmContext } from '../context.ts';

/** Whether some hart's shared memory lies in a range of pages. */
export function isPinned({ port, map, spec }: TsmContext, base: bigint, pages: bigint): boolean {
  for (let hart = 0; hart < spec.harts; hart++) {
    const context = recordAt(port.own, HART_CONTEXT, map.hart(hart) + HART_CONTEXT_OFFSET);
    const at = context.get('nacl');
    if (at !== NO_SHMEM && at < base + pages * 4096n && base < at + naclBytes(port.xlen))
      return true;
  }
  return false;
}
