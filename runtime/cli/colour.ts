/** Whether a stream gets colour: flag > NO_COLOR > FORCE_COLOR > CI > terminal. */
import type { Output } from './io.ts';

export function wantsColour(
  flag: boolean | null,
  environment: Readonly<Record<string, string | undefined>>,
  stream: Pick<Output, 'isTTY'>,
): boolean {
  if (flag !== null) return flag;
  if (isSet(environment['NO_COLOR'])) return false;
  const force = environment['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (isCi(environment)) return true;
  return stream.isTTY && environment['TERM'] !== 'dumb';
}

/** Whether this is a CI service: no live line there. */
export function isCi(environment: Readonly<Record<string, string | undefined>>): boolean {
  const ci = environment['CI'];
  return isSet(ci) && ci !== 'false' && ci !== '0';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
