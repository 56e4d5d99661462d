import { a } from './circle-a.ts'; export const b = 1; export const c = a;
