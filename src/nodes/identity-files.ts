import { checkPair, issueLeaf } from '../components/certificates/index.ts';
import { addressOf } from '../domain/addresses.ts';
import { certificateDays } from '../domain/certificate-age.ts';
import { provenBy, tlsFiles } from '../domain/tls.ts';
import type { Node, NodeKind } from '../domain/topology.ts';
import type { NodeFile } from '../platform/platform.ts';
import { authorityOf } from './secrets.ts';
import type { Session } from './session.ts';

/**
 * Whose certificates are taken by etcd and Patroni's API, which ask for no name. Not those of nodes that clients reach: who takes one
 * over must not have the cluster with it.
 */
const connecting: readonly NodeKind[] = ['postgres', 'etcd'];

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
  const { network } = database;
  const clients = network?.clients_subnet === undefined ? undefined : { subnet: network.clients_subnet };
  const addresses = [addressOf(network, node), addressOf(clients, node)].filter((address) => address !== null);
  const proven = provenBy(node, addresses);
  const connects = connecting.includes(node.kind);
  const identity = await issueLeaf(authority, { commonName: node.name, ...proven, connects, days: certificateDays });
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
