/**
 * Labels of the claims in evidence (CoVE, "Evidence Format"). Those that the specification leaves open ("TBD") have
 * numbers of this bench, in the range for private use.
 */
export const CLAIM = {
  issuer: 1,
  subject: 2,
  challenge: 10,
  profile: 265,
  submodules: 266,
  evidence: -70_000,
  platformPublicKey: -70_001,
  manufacturer: -70_002,
  platformState: -70_003,
  platformComponents: -70_004,
  tsmPublicKey: -70_005,
  tsmComponents: -70_006,
  identity: -70_007,
  tvmPublicKey: -70_008,
  initialMeasurements: -70_009,
  runtimeMeasurements: -70_010,
} as const;

/** The document that the specification names for its profile so far. */
export const PROFILE_DOCUMENT = 'https://riscv.org/TBD';

/** Values of the platform's state; it is this one always. */
export const PLATFORM_SECURED = 2;

export const HASH_NAME = 'sha-384';

/** Keys of a component's map. */
export const COMPONENT = { type: 1, measurement: 2, svn: 3, signer: 5, hash: 6 } as const;

/** Keys of a measurement's map. */
export const MEASUREMENT = { index: 1, value: 2, hash: 3 } as const;
