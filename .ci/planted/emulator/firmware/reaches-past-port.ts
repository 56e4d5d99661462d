import { hart } from '../hart/hart.ts'; export const a = hart;
