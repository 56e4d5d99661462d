import { words } from '../dsl/index.ts'; import { readFileSync } from 'node:fs'; import { naive } from './oracle/naive.ts'; export const a = [words, readFileSync, naive];
