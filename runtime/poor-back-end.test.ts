/** The poor back end, held to what every back end must hold. */
import { backEndConformance } from './back-end.conformance.ts';
import { PoorBackEnd } from './poor-back-end.test-support.ts';

backEndConformance('a poor back end', () => new PoorBackEnd());
