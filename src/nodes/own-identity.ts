import { issueLeaf, type Authority } from '../components/certificates/index.ts';

/** Days that it is valid for: what stays connected for weeks, as an armed failover does, connects again with the one it began with. */
const days = 90;
const renewAfterMs = 24 * 3_600_000;

interface Issued {
  readonly identity: Promise<string>;
  readonly at: number;
}

/** By the authority's certificate. It never leaves this process. */
const issued = new Map<string, Issued>();

/** The certificate by which pgrow proves itself to the nodes of a database: key and certificate in one PEM. */
export const ownIdentity = (authority: Authority, now = Date.now()): Promise<string> => {
  const known = issued.get(authority.certificate);
  if (known && now - known.at < renewAfterMs) return known.identity;
  const identity = issueLeaf(authority, { commonName: 'pgrow', days });
  issued.set(authority.certificate, { identity, at: now });
  identity.catch(() => issued.delete(authority.certificate));
  return identity;
};
