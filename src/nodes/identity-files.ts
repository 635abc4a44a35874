import { checkPair, issueLeaf } from '../components/certificates/index.ts';
import { addressOf } from '../domain/addresses.ts';
import { certificateDays } from '../domain/certificate-age.ts';
import { provenBy, tlsFiles } from '../domain/tls.ts';
import type { Node } from '../domain/topology.ts';
import type { NodeFile } from '../platform/platform.ts';
import { authorityOf } from './secrets.ts';
import type { Session } from './session.ts';

/**
 * A new certificate of a node, and the authority that it trusts; none for one that speaks plain text. Put when its container is
 * made: files that configure it leave them alone.
 * @throws PgrowError `needs_operator` when the authority is lost
 */
export const identityFiles = async (
  { database, secrets }: Pick<Session, 'database' | 'secrets'>,
  node: Node,
): Promise<readonly NodeFile[]> => {
  if (!node.tls) return [];
  const authority = authorityOf(database.name, secrets);
  const proven = provenBy(node, addressOf(database.network, node));
  const identity = await issueLeaf(authority, { commonName: node.name, ...proven, days: certificateDays });
  checkPair({
    identity,
    bundle: authority.certificate,
    names: [...proven.dnsNames, ...proven.addresses],
    owner: node.name,
  });
  return [{ path: tlsFiles.identity, content: identity, mode: 0o600 }, ...trustedFiles({ database, secrets }, node)];
};

/** What it takes to verify a node; none for one that speaks plain text. */
export const trustedFiles = (
  { database, secrets }: Pick<Session, 'database' | 'secrets'>,
  { tls }: Pick<Node, 'tls'>,
): readonly NodeFile[] =>
  tls ? [{ path: tlsFiles.authorities, content: authorityOf(database.name, secrets).certificate, mode: 0o644 }] : [];
