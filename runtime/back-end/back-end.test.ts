/** The emulator's machine, held to what every back end must hold. */
import { Machine } from '../../emulator/index.ts';
import { backEndConformance } from './back-end.conformance.ts';

backEndConformance('the machine', () => new Machine());
