import { machine } from '../emulator/index.ts'; export const a = machine;
