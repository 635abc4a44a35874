import { ports } from '../../domain/naming.ts';
import type { EtcdConfig } from '../../domain/node-config.ts';
import { byName, type PeerHost } from '../../domain/peer-hosts.ts';
import { schemeOf, tlsFiles, type Scheme } from '../../domain/tls.ts';
import type { Node } from '../../domain/topology.ts';

/**
 * etcd's configuration file (etcd manual, Configuration options): a static cluster of its own token. JSON is YAML. With TLS
 * members and clients have to prove who they are.
 */
export const etcdYaml = ({
  node,
  config,
  peerHost = byName,
}: {
  readonly node: Pick<Node, 'name' | 'tls'>;
  readonly config: EtcdConfig;
  readonly peerHost?: PeerHost;
}): string => {
  const scheme = schemeOf(node);
  return JSON.stringify(
    {
      name: node.name,
      'data-dir': '/var/lib/etcd/data',
      'listen-client-urls': `${scheme}://0.0.0.0:${ports.etcdClient}`,
      'advertise-client-urls': `${scheme}://${peerHost(node.name)}:${ports.etcdClient}`,
      'listen-peer-urls': `${scheme}://0.0.0.0:${ports.etcdPeer}`,
      'initial-advertise-peer-urls': peerUrl(scheme, peerHost(node.name)),
      'initial-cluster': config.members.map((name) => `${name}=${peerUrl(scheme, peerHost(name))}`).join(','),
      'initial-cluster-token': config.token,
      'initial-cluster-state': config.joins ? 'existing' : 'new',
      'heartbeat-interval': 100,
      'election-timeout': 1000,
      'auto-compaction-mode': 'periodic',
      'auto-compaction-retention': '1h',
      'log-level': 'warn',
      ...(node.tls ? encrypted : {}),
    },
    null,
    2,
  );
};

/** A client, and the gateway when it asks its own server, has to present a certificate of this database's CA. */
const transportSecurity = {
  'cert-file': tlsFiles.identity,
  'key-file': tlsFiles.identity,
  'trusted-ca-file': tlsFiles.authorities,
  'client-cert-auth': true,
};

const encrypted = {
  'client-transport-security': transportSecurity,
  'peer-transport-security': transportSecurity,
  // The container's health check, which has no business with certificates.
  'listen-metrics-urls': `http://127.0.0.1:${ports.etcdHealth}`,
};

/** Where other members find a node. */
export const peerUrl = (scheme: Scheme, host: string): string => `${scheme}://${host}:${ports.etcdPeer}`;
