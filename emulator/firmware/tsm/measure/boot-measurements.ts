/** What the root of trust measured before the TSM ran. The models are not machine code: their names stand for it. */
import { utf8 } from '../../crypto/bytes.ts';
import { DIGEST, digest } from '../../crypto/hash.ts';
import type { RegisterUse } from './register-map.ts';

export interface Component {
  readonly use: RegisterUse;
  /** What evidence calls it. */
  readonly type: string;
  readonly svn: string;
}

export const COMPONENTS: readonly Component[] = [
  { use: 'platform-firmware', type: 'root domain security manager', svn: '1' },
  { use: 'platform-configuration', type: 'platform configuration', svn: '1' },
  { use: 'tsm-software', type: 'TEE security manager', svn: '1' },
  { use: 'tsm-configuration', type: 'TSM configuration', svn: '1' },
];

/** Digest of a component as it was loaded. */
export function componentDigest(component: Component): Uint8Array {
  return digest(utf8(`${component.type} ${component.svn}`));
}

/** Each register was extended once, from its reset value. */
export function bootMeasurements(): readonly (readonly [RegisterUse, Uint8Array])[] {
  return COMPONENTS.map((component) => [
    component.use,
    digest(new Uint8Array(DIGEST), componentDigest(component)),
  ]);
}
