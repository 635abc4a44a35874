import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { provenBy } from '../../domain/tls.ts';
import { checkPair, createAuthority, expiryOf, issueLeaf, type Authority } from './index.ts';

const day = 24 * 3_600_000;
const { dnsNames, addresses } = provenBy({ name: 'postgres-2' }, ['10.48.4.5']);
const node = { commonName: 'postgres-2', dnsNames, addresses, days: 90 };

let authority: Authority;
let identity: string;
beforeAll(async () => {
  authority = await createAuthority('pgrow database shop');
  identity = await issueLeaf(authority, node);
});

const keyOf = (pem: string) => pem.slice(0, pem.indexOf('-----BEGIN CERTIFICATE'));
const certificateOf = (pem: string) => pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'));
const check = (tried: string, more: Partial<Parameters<typeof checkPair>[0]> = {}) =>
  checkPair({
    identity: tried,
    bundle: authority.certificate,
    names: [...dnsNames, ...addresses],
    owner: 'postgres-2',
    ...more,
  });

describe('a certificate authority', () => {
  test('signs, and is valid for ten years', () => {
    const certificate = new X509Certificate(authority.certificate);
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.validToDate.getTime() - Date.now()).toBeGreaterThan(3649 * day);
  });

  test('is another one each time', async () => {
    const other = await createAuthority('pgrow database shop');
    expect(new X509Certificate(identity).verify(new X509Certificate(other.certificate).publicKey)).toBe(false);
  });
});

describe('a certificate of a node', () => {
  test('begins with its key, in one file', () => {
    expect(identity).toMatch(
      /^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----/,
    );
    expect(() => check(identity)).not.toThrow();
  });

  test('is for both ends of a connection, and proves every name that a client may use', () => {
    const certificate = new X509Certificate(identity);
    expect(certificate.ca).toBe(false);
    // RFC 5280, 4.2.1.12: id-kp-serverAuth and id-kp-clientAuth.
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(certificate.subject).toBe('CN=postgres-2');
    for (const name of ['postgres-2', 'postgres', 'pgbouncer', 'haproxy', 'haproxy-3', 'localhost'])
      expect([name, certificate.checkHost(name)]).toEqual([name, name]);
    for (const address of ['127.0.0.1', '::1', '10.48.4.5']) expect(certificate.checkIP(address)).toBeDefined();
    expect(certificate.checkHost('postgres-3')).toBeUndefined();
    expect(certificate.checkIP('10.48.4.6')).toBeUndefined();
  });

  test('lasts as long as it was issued for, from an hour ago on', () => {
    expect(Math.round((expiryOf(identity).getTime() - Date.now()) / day)).toBe(90);
    expect(new X509Certificate(identity).validFromDate.getTime()).toBeLessThan(Date.now() - day / 25);
  });

  test('has a number that no other has', async () => {
    const again = await issueLeaf(authority, node);
    expect(new X509Certificate(again).serialNumber).not.toBe(new X509Certificate(identity).serialNumber);
  });
});

test('a certificate of a client proves who it is, and no address', async () => {
  const client = await issueLeaf(authority, { commonName: 'pgrow', days: 1 });
  expect(new X509Certificate(client).keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(new X509Certificate(client).subjectAltName).toBeUndefined();
  expect(() => check(client, { names: [] })).not.toThrow();
});

describe('not used is', () => {
  test('a certificate that lacks a name', async () => {
    const other = await issueLeaf(authority, { ...node, dnsNames: ['postgres-3'] });
    expect(() => check(other)).toThrow(
      'The certificate for postgres-2 is not used: it does not name postgres-2, postgres',
    );
  });

  test('a certificate that lacks an address', async () => {
    const other = await issueLeaf(authority, { ...node, addresses: ['127.0.0.1', '::1'] });
    expect(() => check(other)).toThrow('it does not name 10.48.4.5');
  });

  test('one of a foreign authority, also one of the same name', async () => {
    const foreign = await createAuthority('pgrow database shop');
    const other = await issueLeaf(foreign, node);
    expect(() => check(other)).toThrow('no trusted authority has issued it');
    expect(() => check(other, { bundle: `${authority.certificate}${foreign.certificate}` })).not.toThrow();
  });

  test('one that has expired, and one that is not valid yet', () => {
    expect(() => check(identity, { now: new Date(Date.now() + 91 * day) })).toThrow('it has expired on ');
    expect(() => check(identity, { now: new Date(Date.now() - day) })).toThrow('it is valid only from ');
  });

  test('the key of another certificate', async () => {
    const other = await issueLeaf(authority, node);
    expect(() => check(`${keyOf(other)}${certificateOf(identity)}`)).toThrow('the key is of another certificate');
  });

  test.each([
    ['of which the end is missing', () => identity.slice(0, -200), 'the file holds no whole certificate'],
    ['without a key', () => certificateOf(identity), 'the file holds no whole key'],
    ['without a certificate', () => keyOf(identity), 'the file holds no whole certificate'],
    ['that is empty', () => '', 'the file holds no whole certificate'],
  ])('a file %s', (_, half, says) => {
    expect(() => check(half())).toThrow(says);
  });

  test('anything, without its key in what it says', async () => {
    const other = await issueLeaf(authority, node);
    expect(() => check(other, { names: ['elsewhere'] })).toThrow(/^[^]*elsewhere(?![^]*PRIVATE)/);
  });
});
