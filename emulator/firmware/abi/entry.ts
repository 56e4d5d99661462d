/** Checks in front of a function that extensions share. */
import { coded } from './check.ts';

/** No function has this number, under this profile. */
export const FUNCTION = coded('function', 'not_supported', { rules: ['ABI-02'] });
