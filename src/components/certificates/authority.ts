// The library finds its own parts by it.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate authority, of one database alone. Both are PEM. */
export interface Authority {
  readonly certificate: string;
  readonly key: string;
}

export interface Leaf {
  /** Name of the node, or of the client. */
  readonly commonName: string;
  /** Absent of a client's: it proves no address. */
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
  /** Whether it proves who connects, too. Default true. */
  readonly connects?: boolean;
  readonly days: number;
}

const authorityDays = 3650;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

// Not Ed25519: channel binding needs the hash that a certificate is signed with, and that one names none.
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** @param name in the subject of its certificate, for who looks at it */
export const createAuthority = async (name: string, now = new Date()): Promise<Authority> => {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: commonNameOf(name),
    keys,
    serialNumber: newSerialNumber(),
    ...validity(authorityDays, now),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pem(certificate), key: await keyPem(keys) };
};

/**
 * A new key and its certificate, for both ends of a connection where it `connects`: members to etcd, etcd to itself.
 * @returns one PEM, the key first, as every program takes it for certificate and key alike: a crash between two files cannot
 *   tear them apart
 */
export const issueLeaf = async (
  authority: Authority,
  { commonName, dnsNames = [], addresses = [], connects = true, days }: Leaf,
  now = new Date(),
): Promise<string> => {
  const [issuer, keys] = await Promise.all([signingKey(authority), newKeys()]);
  const authorityCertificate = new x509.X509Certificate(authority.certificate);
  const names = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: commonNameOf(commonName),
    issuer: authorityCertificate.subjectName,
    publicKey: keys.publicKey,
    signingKey: issuer,
    // Never used again: Patroni takes a certificate of the same number for the one that it has.
    serialNumber: newSerialNumber(),
    ...validity(days, now),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        ...(names.length > 0 ? [serverAuth] : []),
        ...(connects ? [clientAuth] : []),
      ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authorityCertificate.publicKey),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return `${await keyPem(keys)}${pem(certificate)}`;
};

const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

const signingKey = ({ key }: Authority) =>
  webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(key), algorithm, false, ['sign']);

const keyPem = async ({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> =>
  `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY')}\n`;

const pem = (certificate: x509.X509Certificate): string => `${certificate.toString('pem')}\n`;

const commonNameOf = (name: string) => [{ CN: [name] }];

/** Positive, as the standard wants it: the first bit is not set. */
const newSerialNumber = (): string => {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
};

/** From an hour ago on: the clock of a node may be behind. */
const validity = (days: number, now: Date) => ({
  notBefore: new Date(now.getTime() - hourMs),
  notAfter: new Date(now.getTime() + days * dayMs),
});
