import { ports, roles } from '../../domain/naming.ts';
import type { PatroniConfig } from '../../domain/node-config.ts';
import { replicaCounts, type HaOptions } from '../../domain/options.ts';
import { byName, type PeerHost } from '../../domain/peer-hosts.ts';
import { agreedParameters } from '../../domain/settings.ts';
import { tlsFiles } from '../../domain/tls.ts';
import type { Node } from '../../domain/topology.ts';
import type { PostgresSettings } from './postgres-settings.ts';

interface PatroniYaml {
  readonly node: Pick<Node, 'name' | 'tls'>;
  readonly config: PatroniConfig;
  readonly passwords: { readonly superuser: string; readonly replication: string; readonly rewind: string };
  /** Where other nodes are found, and this one by them; by name unless it is said. */
  readonly peerHost?: PeerHost;
  /** Same parameters and host-based authentication as without Patroni. */
  readonly settings: PostgresSettings;
}

/** Patroni's configuration file (Patroni manual, YAML Configuration Settings). JSON is YAML. */
export const patroniYaml = ({ node, config, passwords, settings, peerHost = byName }: PatroniYaml): string => {
  const { agreed, own } = dividedParameters(settings.parameters);
  const cluster = clusterSettings(config.ha);
  return JSON.stringify(
    {
      scope: config.scope,
      name: node.name,
      log: { level: 'INFO' },
      etcd3: {
        hosts: config.etcd.map((name) => `${peerHost(name)}:${ports.etcdClient}`),
        ...(node.tls ? encrypted.etcd3 : {}),
      },
      restapi: {
        listen: `0.0.0.0:${ports.health}`,
        connect_address: `${peerHost(node.name)}:${ports.health}`,
        ...(node.tls ? encrypted.restapi : {}),
      },
      ...(node.tls ? { ctl: encrypted.ctl } : {}),
      bootstrap: {
        dcs: {
          ...cluster,
          postgresql: { ...cluster.postgresql, parameters: agreed },
          ...standbyCluster(config, peerHost),
        },
      },
      postgresql: {
        listen: `*:${ports.postgres}`,
        connect_address: `${peerHost(node.name)}:${ports.postgres}`,
        data_dir: '/var/lib/postgresql/pgdata',
        pgpass: '/run/postgresql/patroni-pgpass',
        use_unix_socket: true,
        authentication: {
          superuser: { username: roles.superuser, password: passwords.superuser },
          replication: { username: roles.replication, password: passwords.replication, ...settings.toServers },
          rewind: { username: roles.rewind, password: passwords.rewind, ...settings.toServers },
        },
        parameters: { unix_socket_directories: '/run/postgresql', ...own },
        pg_hba: settings.hbaLines,
        create_replica_methods: ['basebackup'],
        basebackup: [{ checkpoint: 'fast' }, { 'manifest-checksums': 'CRC32C' }],
        // Data that came from a running database is never thrown away by a script: a node is rebuilt on request.
        remove_data_directory_on_rewind_failure: false,
        remove_data_directory_on_diverged_timelines: false,
      },
    },
    null,
    2,
  );
};

/** Asking is free to all who reach the port: routers, Prometheus. Changing anything takes a certificate of this database's CA. */
const encrypted = {
  etcd3: { protocol: 'https', cacert: tlsFiles.authorities, cert: tlsFiles.identity, key: tlsFiles.identity },
  restapi: { certfile: tlsFiles.identity, cafile: tlsFiles.authorities, verify_client: 'optional' },
  ctl: { certfile: tlsFiles.identity, cacert: tlsFiles.authorities },
};

const isAgreed = (name: string): boolean => (agreedParameters as readonly string[]).includes(name);

const dividedParameters = (parameters: PostgresSettings['parameters']) => {
  const entries = Object.entries(parameters);
  return {
    agreed: Object.fromEntries(entries.filter(([name]) => isAgreed(name))),
    own: Object.fromEntries(entries.filter(([name]) => !isAgreed(name))),
  };
};

/** What the cluster agrees on in etcd. */
export const clusterSettings = (ha: HaOptions) => ({
  ...timings[ha.failover_time],
  maximum_lag_on_failover:
    ha.maximum_lag_on_failover === 'unlimited' ? Number.MAX_SAFE_INTEGER : ha.maximum_lag_on_failover,
  primary_start_timeout: 0,
  failsafe_mode: true,
  synchronous_mode: ha.sync_mode !== 'async',
  // Strict would hold every write of a primary whose standbys are gone, also while a scale-down removes them. Nothing is
  // lost without it: only a member that has confirmed everything is elected, so such a primary has no successor.
  synchronous_mode_strict: false,
  // Read once, so for all there will ever be: Patroni takes those of them that stream.
  synchronous_node_count: ha.sync_mode === 'sync_all' ? replicaCounts[3].most : 1,
  postgresql: { use_pg_rewind: true, use_slots: true },
});

/** Seconds, by the failover time asked for: loop_wait + 2 × retry_timeout must not exceed ttl, which is at least 20. */
const timings: Record<HaOptions['failover_time'], { ttl: number; loop_wait: number; retry_timeout: number }> = {
  10: { ttl: 20, loop_wait: 2, retry_timeout: 5 },
  30: { ttl: 30, loop_wait: 2, retry_timeout: 10 },
  60: { ttl: 60, loop_wait: 5, retry_timeout: 20 },
};

const standbyCluster = ({ standby_of }: PatroniConfig, peerHost: PeerHost) =>
  standby_of
    ? {
        standby_cluster: {
          host: peerHost(standby_of.node),
          port: ports.postgres,
          primary_slot_name: standby_of.slot,
          create_replica_methods: ['basebackup'],
        },
      }
    : {};
