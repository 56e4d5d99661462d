import { describe, expect, it } from 'vitest';
import { hex } from '../../crypto/bytes.ts';
import { digest } from '../../crypto/hash.ts';
import { authorize } from '../measure/secret.ts';
import { endorsedKey, verifyEvidence } from '../measure/verifier.test-support.ts';
import {
  ABSENT,
  guest,
  HERE,
  HERE_AT,
  HOLE,
  NEXT,
  NEXT_AT,
  SEED,
  SHARED,
  SHARED_AT,
} from './attestation.test-support.ts';

const PARAM = -3n;
const ADDRESS = -5n;
const AUTH = -1003n;

describe('a TVM', () => {
  it('learns hash, format and registers', () => {
    const { calls, read } = guest();
    expect(calls('get_attcaps', HERE, 4096n)).toEqual({ error: 0n, value: 0n });
    const view = new DataView(read(HERE_AT, 336).buffer);
    expect(view.getUint32(8, true)).toBe(0);
    expect(view.getUint32(12, true)).toBe(1);
    expect([view.getUint8(16), view.getUint8(17)]).toEqual([6, 4]);
    const types = Array.from({ length: 10 }, (_, k) => view.getUint32(20 + 12 * k + 4, true));
    expect(types).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
    expect(view.getUint8(20 + 8)).toBe(0xff);
    const salus = guest('salus');
    salus.calls('get_attcaps', HERE, 4096n);
    const pcrs = salus.read(HERE_AT, 336);
    expect(Array.from({ length: 8 }, (_, k) => pcrs[20 + 12 * k + 8])).toEqual([
      0, 1, 2, 3, 17, 18, 19, 20,
    ]);
  });

  it('extends a runtime register and reads it back', () => {
    const { calls, read, write } = guest();
    const data = digest(new TextEncoder().encode('helloworld'));
    write(HERE_AT, data);
    expect(calls('extend_measurement', HERE, 48n, 7n).error).toBe(0n);
    expect(calls('read_measurement', NEXT, 48n, 7n).error).toBe(0n);
    expect(hex(read(NEXT_AT, 48))).toBe(
      '96c4ef47b5b70840706372472f80b355673b289d02e219e2b55f2d3727596c9790adda77fa1b53bae481daa1113cc4b7',
    );
    expect(calls('read_measurement', NEXT, 48n, 6n).error).toBe(0n);
    expect(hex(read(NEXT_AT, 48))).toBe('00'.repeat(48));
  });

  it('of profile salus names registers by PCR, and its digest is hashed with 16 zeros', () => {
    const { calls, read, write } = guest('salus');
    write(HERE_AT, digest(new TextEncoder().encode('helloworld')));
    expect(calls('extend_measurement', HERE, 48n, 18n).error).toBe(0n);
    expect(calls('read_measurement', HERE, 48n, 18n).error).toBe(0n);
    expect(hex(read(HERE_AT, 48))).toBe(
      '4d783cdfa8d6bc1293d0f1bfb58f9f0b05a8ef723cb8745d142d60ac3b9d213c51f06aa1e9b92ff09f64e4a2d0c8fe87',
    );
    expect(calls('extend_measurement', HERE, 48n, 7n).error).toBe(PARAM);
  });

  it.each([
    ['no such register', HERE, 48n, 10n, PARAM],
    ['an initial register', HERE, 48n, 4n, PARAM],
    ['47 bytes', HERE, 47n, 7n, PARAM],
    ['49 bytes', HERE, 49n, 7n, PARAM],
    ['an unaligned buffer', HERE + 8n, 48n, 7n, ADDRESS],
    ['a shared buffer', SHARED, 48n, 7n, ADDRESS],
    ['a buffer where nothing is mapped', ABSENT, 48n, 7n, ADDRESS],
    ['a buffer outside every region', HOLE, 48n, 7n, ADDRESS],
  ])('cannot extend with %s, and nothing changes', (_, gpa, length, index, error) => {
    const { calls, read, record } = guest();
    const before = read(record, 1024);
    expect(calls('extend_measurement', gpa, length, index)).toEqual({ error, value: 0n });
    expect(read(record, 1024)).toEqual(before);
  });

  it.each([
    ['a record that is too short', HERE, 256n, PARAM],
    ['a length that is no multiple of a page', HERE, 4097n, PARAM],
    ['an unaligned address', HERE + 16n, 4096n, ADDRESS],
    ['an end behind the address space', (1n << 41n) - 4096n, 8192n, ADDRESS],
    ['shared memory', SHARED, 4096n, PARAM],
    ['a region left behind', HERE + 0xf000n, 8192n, PARAM],
    ['a page that is not there', ABSENT, 4096n, ADDRESS],
  ])('cannot learn its capabilities into %s', (_, gpa, length, error) => {
    expect(guest().calls('get_attcaps', gpa, length).error).toBe(error);
  });

  it.each([
    ['no register', HERE, 48n, 99n, PARAM],
    ['47 bytes', HERE, 47n, 4n, PARAM],
    ['an unaligned address', HERE + 4n, 48n, 4n, ADDRESS],
    ['shared memory', SHARED, 48n, 4n, PARAM],
    ['a page that is not there', ABSENT, 48n, 4n, ADDRESS],
  ])('cannot read into %s', (_, gpa, length, index, error) => {
    expect(guest().calls('read_measurement', gpa, length, index).error).toBe(error);
  });

  it('gets evidence with its challenge, across pages that lie apart, even into shared memory', () => {
    const { calls, read, write, tvm } = guest();
    write(HERE_AT, new Uint8Array(32).fill(0x42));
    write(NEXT_AT, new Uint8Array(64).fill(0x24));
    tvm.record.set('hasIdentity', 1n);
    tvm.record.set('identity', 0x0807_0605_0403_0201n, 0);
    const { error, value } = calls('get_evidence', HERE, 32n, NEXT, 1n, SHARED, 4096n);
    expect(error).toBe(0n);
    const verified = verifyEvidence(read(SHARED_AT, Number(value)), endorsedKey(SEED));
    expect(verified.publicKey).toEqual(new Uint8Array(32).fill(0x42));
    expect(verified.challenge).toEqual(new Uint8Array(64).fill(0x24));
    expect(hex(verified.identity ?? new Uint8Array())).toBe('0102030405060708' + '00'.repeat(56));
  });

  it.each([
    ['no key', HERE, 0n, NEXT, 1n, HERE, 4096n, PARAM],
    ['a key of more than a page', HERE, 4097n, NEXT, 1n, HERE, 4096n, PARAM],
    ['an X.509 certificate', HERE, 32n, NEXT, 2n, HERE, 4096n, PARAM],
    ['format 8', HERE, 32n, NEXT, 8n, HERE, 4096n, PARAM],
    ['an unaligned challenge', HERE, 32n, NEXT + 64n, 1n, HERE, 4096n, ADDRESS],
    ['a challenge in shared memory', HERE, 32n, SHARED, 1n, HERE, 4096n, PARAM],
    ['a key in shared memory', SHARED, 32n, NEXT, 1n, HERE, 4096n, PARAM],
    ['a challenge that is not there', HERE, 32n, ABSENT, 1n, HERE, 4096n, ADDRESS],
    ['a certificate that does not fit', HERE, 32n, NEXT, 1n, HERE, 512n, PARAM],
    ['a place that is not there', HERE, 32n, NEXT, 1n, ABSENT, 4096n, ADDRESS],
  ])('gets no evidence with %s', (_, ...row) => {
    const { calls, read } = guest();
    const error = row.at(-1);
    expect(calls('get_evidence', ...row.slice(0, -1)).error).toBe(error);
    expect(read(HERE_AT, 4096).every((byte) => byte === 0)).toBe(true);
  });

  it('of profile salus gets evidence without its challenge, whatever format it asks for', () => {
    const { calls, read } = guest('salus');
    const { error, value } = calls('get_evidence', HERE, 32n, ABSENT, 8n, HERE, 8192n);
    expect(error).toBe(0n);
    const pages = [...read(HERE_AT, 4096), ...read(NEXT_AT, 4096)];
    const certificate = Uint8Array.from(pages.slice(0, Number(value)));
    expect(verifyEvidence(certificate, endorsedKey(SEED)).challenge).toBeNull();
  });

  it('has no secret unless a payload brought one', () => {
    const { calls, port, record, read } = guest();
    expect(calls('retrieve_secret', HERE, 4096n).error).toBe(AUTH);
    authorize(port, record, Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]));
    expect(calls('retrieve_secret', HERE, 4097n).error).toBe(PARAM);
    expect(calls('retrieve_secret', HERE, 8n).error).toBe(PARAM);
    expect(calls('retrieve_secret', HERE + 8n, 64n).error).toBe(ADDRESS);
    expect(calls('retrieve_secret', SHARED, 64n).error).toBe(ADDRESS);
    expect(calls('retrieve_secret', HERE, 64n)).toEqual({ error: 0n, value: 9n });
    expect(hex(read(HERE_AT, 12))).toBe('010203040506070809000000');
  });
});
