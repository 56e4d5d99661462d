/** The two interchange formats of F and D: binary32 and binary64. */

export interface Format {
  readonly name: 'binary32' | 'binary64';
  readonly width: 32 | 64;
  /** Digits of the significand, the implicit one included. */
  readonly precision: 24 | 53;
  /** Of the largest and of the smallest normal number: 2^emax, 2^emin; emax is also the bias. */
  readonly emax: 127 | 1023;
  readonly emin: -126 | -1022;
  /** Exponent field of infinities and NaNs. */
  readonly special: 255 | 2047;
  /** The digit of normal numbers that encodings leave out. */
  readonly implicit: bigint;
  /** Encodings. */
  readonly signBit: bigint;
  readonly infinity: bigint;
  readonly largest: bigint;
  /** What every operation delivers for a NaN: positive, quiet, nothing else. */
  readonly canonicalNaN: bigint;
  /** Set in a quiet NaN, clear in a signalling one. */
  readonly quietBit: bigint;
}

export const BINARY32: Format = {
  name: 'binary32',
  width: 32,
  precision: 24,
  emax: 127,
  emin: -126,
  special: 255,
  implicit: 0x0080_0000n,
  signBit: 0x8000_0000n,
  infinity: 0x7f80_0000n,
  largest: 0x7f7f_ffffn,
  canonicalNaN: 0x7fc0_0000n,
  quietBit: 0x0040_0000n,
};

export const BINARY64: Format = {
  name: 'binary64',
  width: 64,
  precision: 53,
  emax: 1023,
  emin: -1022,
  special: 2047,
  implicit: 0x0010_0000_0000_0000n,
  signBit: 0x8000_0000_0000_0000n,
  infinity: 0x7ff0_0000_0000_0000n,
  largest: 0x7fef_ffff_ffff_ffffn,
  canonicalNaN: 0x7ff8_0000_0000_0000n,
  quietBit: 0x0008_0000_0000_0000n,
};
