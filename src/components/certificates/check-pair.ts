import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { PgrowError } from '../../domain/errors.ts';

interface Pair {
  /** Key and certificate in one PEM, as a node has them. */
  readonly identity: string;
  /** PEM of all certificate authorities that are trusted. */
  readonly bundle: string;
  /** DNS names and addresses that it has to prove; none for a client's. */
  readonly names: readonly string[];
  /** For errors: `postgres-2`. */
  readonly owner: string;
  readonly now?: Date;
}

/**
 * Before a program is given it: PostgreSQL does not start with a bad one, and Patroni closes its port for good.
 * @throws PgrowError `internal` with what is wrong
 */
export const checkPair = ({ identity, bundle, names, owner, now = new Date() }: Pair): void => {
  const refuse = (fact: string): never => {
    throw new PgrowError(
      'internal',
      `The certificate for ${owner} is not used: ${fact}. Nothing was changed. Issue another one.`,
    );
  };
  const leaf = parsed(identity, (pem) => new X509Certificate(pem)) ?? refuse('the file holds no whole certificate');
  const key = parsed(identity, createPrivateKey) ?? refuse('the file holds no whole key');
  if (!leaf.checkPrivateKey(key)) refuse('the key is of another certificate');
  const issuer = certificatesIn(bundle).find((authority) => leaf.checkIssued(authority));
  if (!issuer || !leaf.verify(issuer.publicKey)) refuse('no trusted authority has issued it');
  for (const each of [leaf, issuer!]) {
    if (now < each.validFromDate) refuse(`it is valid only from ${each.validFromDate.toISOString()} on`);
    if (now > each.validToDate) refuse(`it has expired on ${each.validToDate.toISOString()}`);
  }
  const unproven = names.filter((name) => !(isIP(name) ? leaf.checkIP(name) : leaf.checkHost(name)));
  if (unproven.length > 0) refuse(`it does not name ${unproven.join(', ')}`);
};

/** When a certificate expires. `identity`: a PEM that may hold its key as well. */
export const expiryOf = (identity: string): Date => new X509Certificate(identity).validToDate;

const parsed = <T>(pem: string, parse: (pem: string) => T): T | null => {
  try {
    return parse(pem);
  } catch {
    return null;
  }
};

const certificatesIn = (bundle: string): readonly X509Certificate[] =>
  [...bundle.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(
    ([pem]) => new X509Certificate(pem),
  );
