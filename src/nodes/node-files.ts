import { addressOf } from '../domain/addresses.ts';
import { resourcesOf } from '../domain/container-spec.ts';
import type { ConfiguredNode, NodeConfig } from '../domain/node-config.ts';
import { peerHostsOf, type PeerHost } from '../domain/peer-hosts.ts';
import { postgresParameters } from '../domain/server-parameters.ts';
import type { Settings } from '../domain/settings.ts';
import type { Node } from '../domain/topology.ts';
import type { NodeFile } from '../platform/platform.ts';
import type { Components } from './dependencies.ts';
import type { Session } from './session.ts';

const directory = '/etc/pgrow';
const open = 0o644;
const secret = 0o600;

interface Circumstances {
  /** Address of the host in the control network, from which the worker connects. */
  readonly gateway: string;
  /** 1 for the first attempt; each attempt has its own token. */
  readonly attempt: number;
  /** Additional settings of a Patroni cluster that is yet to be created. Default: none. */
  readonly agreed?: Settings;
  /** Instead of the names of nodes that have no address on record. Default none. */
  readonly ownNames?: Readonly<Record<string, string>>;
}

/** Every file that configures a node. Secrets are only in files that nothing but its service user can read. */
export const nodeFiles = (
  components: Components,
  { database, secrets }: Pick<Session, 'database' | 'secrets'>,
  { node, config }: ConfiguredNode,
  { gateway, attempt, agreed = {}, ownNames = {} }: Circumstances,
): readonly NodeFile[] => {
  const addressed = peerHostsOf(database.network, { node, config });
  const peerHost: PeerHost = (name) => {
    const host = addressed(name);
    return host === name ? (ownNames[name] ?? name) : host;
  };
  const file = (name: string, content: string, mode: number): NodeFile => ({
    path: `${directory}/${name}`,
    content,
    mode,
  });
  const { postgres, pgbouncer, haproxy, etcd } = components;
  const { memoryBytes } = resourcesOf(node);
  const kept = { ...database.settings, ...agreed, ...node.chosen_settings };
  switch (config.kind) {
    case 'postgres':
      return [
        file('node.json', JSON.stringify(nodeDocument(database.name, node, config, peerHost)), open),
        file('pgpass', postgres.pgpass({ replicationPassword: secrets.replication }), secret),
        file('superuser-password', secrets.superuser, secret),
        ...(config.mode === 'patroni'
          ? [file('patroni.yml', patroniYaml(components, { node, config, passwords: secrets, kept, peerHost }), secret)]
          : [
              file(
                'postgresql.conf',
                postgres.postgresqlConf({ nodeName: node.name, config, memoryBytes, kept, peerHost, tls: node.tls }),
                open,
              ),
              file('pg_hba.conf', postgres.pgHba(node.tls), open),
            ]),
      ];
    case 'pgbouncer':
      return [
        ...poolerFiles(components, { database, node, config, gateway, peerHost }).map(([name, content]) =>
          file(name, content, open),
        ),
        file(
          'userlist.txt',
          pgbouncer.userlist({ poolerPassword: secrets.pooler, adminPassword: secrets.pooler_admin }),
          secret,
        ),
      ];
    case 'haproxy':
      return [file('haproxy.cfg', haproxy.haproxyCfg(config, { gateway, peerHost, ...ownOf(database, node) }), open)];
    case 'front':
      return [file('haproxy.cfg', haproxy.frontCfg(config, { gateway, peerHost, ...ownOf(database, node) }), open)];
    case 'etcd':
      return [
        file(
          'etcd.yml',
          etcd.etcdYaml({ node, config: { ...config, token: `${config.token}-${attempt}` }, peerHost }),
          open,
        ),
      ];
    default:
      return config satisfies never;
  }
};

/** Where a router's runtime API listens, and how it speaks. */
const ownOf = (
  { network }: Session['database'],
  node: Node,
): { readonly controlAddress?: string; readonly tls: boolean } => {
  const address = network?.clients_subnet === undefined ? null : addressOf(network, node);
  return { ...(address !== null && { controlAddress: address }), tls: node.tls !== undefined };
};

/** Names and contents, of what is no secret; what the others refer to comes first. */
const poolerFiles = (
  { pgbouncer }: Components,
  {
    database,
    node,
    gateway,
    ...rest
  }: Pick<Circumstances, 'gateway'> & {
    readonly database: Session['database'];
    readonly node: Node;
    readonly config: Extract<NodeConfig, { kind: 'pgbouncer' }>;
    readonly peerHost: PeerHost;
  },
): readonly (readonly [string, string])[] => {
  const byAddress = database.network?.clients_subnet !== undefined;
  const ini = (which: 'read_write' | 'read_only') =>
    pgbouncer.pgbouncerIni({ ...rest, which, byAddress, tls: node.tls });
  return [
    ...(byAddress ? [['pgbouncer-hba.conf', pgbouncer.pgbouncerHba(gateway)] as const] : []),
    ['pgbouncer-rw.ini', ini('read_write')],
    ['pgbouncer-ro.ini', ini('read_only')],
  ];
};

const patroniYaml = (
  { postgres, patroni }: Components,
  {
    kept,
    ...rest
  }: Pick<Parameters<Components['patroni']['patroniYaml']>[0], 'config' | 'passwords' | 'peerHost'> & {
    readonly node: Node;
    readonly kept: Settings;
  },
): string => {
  const { tls } = rest.node;
  const parameters = {
    ...postgresParameters(resourcesOf(rest.node).memoryBytes),
    ...kept,
    ...(tls ? postgres.tlsParameters : {}),
  };
  const settings = { parameters, hbaLines: postgres.hbaLines(tls), ...(tls && { toServers: postgres.verifiedServer }) };
  return patroni.patroniYaml({ ...rest, settings });
};

/** What the supervisor inside a PostgreSQL node reads. */
const nodeDocument = (
  cluster: string,
  { name, tls }: Node,
  config: Extract<NodeConfig, { kind: 'postgres' }>,
  peerHost: PeerHost,
) => ({
  name,
  cluster,
  mode: config.mode,
  ...(tls ? { tls: true } : {}),
  ...(config.mode === 'replica'
    ? {
        follow: config.follow.map(peerHost),
        slot: config.slot,
        names: Object.fromEntries(config.follow.map((followed) => [peerHost(followed), followed])),
      }
    : {}),
  ...(config.mode === 'primary' && config.locale ? { locale: config.locale } : {}),
});
