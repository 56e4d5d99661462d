import { machine } from '../index.ts'; export const a = machine;
