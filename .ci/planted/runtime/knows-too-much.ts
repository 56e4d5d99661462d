import { inner } from '../emulator/inner.ts'; import { main } from './cli/main.ts'; import { readFileSync } from 'node:fs'; export const a = [inner, main, readFileSync];
