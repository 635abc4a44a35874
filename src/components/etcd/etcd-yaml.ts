import { ports } from '../../domain/naming.ts';
import type { EtcdConfig } from '../../domain/node-config.ts';
import { byName, type PeerHost } from '../../domain/peer-hosts.ts';
import type { Node } from '../../domain/topology.ts';

/** etcd's configuration file (etcd manual, Configuration options): a static cluster of its own token. JSON is YAML. */
export const etcdYaml = ({
  node,
  config,
  peerHost = byName,
}: {
  readonly node: Pick<Node, 'name'>;
  readonly config: EtcdConfig;
  readonly peerHost?: PeerHost;
}): string =>
  JSON.stringify(
    {
      name: node.name,
      'data-dir': '/var/lib/etcd/data',
      'listen-client-urls': `http://0.0.0.0:${ports.etcdClient}`,
      'advertise-client-urls': `http://${peerHost(node.name)}:${ports.etcdClient}`,
      'listen-peer-urls': `http://0.0.0.0:${ports.etcdPeer}`,
      'initial-advertise-peer-urls': peerUrl(peerHost(node.name)),
      'initial-cluster': config.members.map((name) => `${name}=${peerUrl(peerHost(name))}`).join(','),
      'initial-cluster-token': config.token,
      'initial-cluster-state': config.joins ? 'existing' : 'new',
      'heartbeat-interval': 100,
      'election-timeout': 1000,
      'auto-compaction-mode': 'periodic',
      'auto-compaction-retention': '1h',
      'log-level': 'warn',
    },
    null,
    2,
  );

/** Where other members find a node. */
export const peerUrl = (host: string): string => `http://${host}:${ports.etcdPeer}`;
