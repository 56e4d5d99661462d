/** The run of vCPUs, as the rest of a TSM calls it. */
export { naclCall } from './nacl.ts';
export { runTvmVcpu } from './run-vcpu.ts';
export { guestTrap } from './trap.ts';
