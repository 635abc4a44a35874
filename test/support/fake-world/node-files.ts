import type { Machine, Machines } from './machines.ts';

/** What a PostgreSQL node reads from its files: who it is to be. */
export type Told =
  | { readonly mode: 'primary' }
  | { readonly mode: 'replica'; readonly follow: readonly string[]; readonly slot: string }
  | {
      readonly mode: 'patroni';
      readonly scope: string;
      readonly etcd: readonly string[];
      readonly standbyOf: { readonly host: string; readonly slot: string } | null;
    };

interface PatroniFile {
  readonly scope: string;
  readonly etcd3: { readonly hosts: readonly string[] };
  readonly bootstrap: {
    readonly dcs: { readonly standby_cluster?: { readonly host: string; readonly primary_slot_name: string } };
  };
}

export const readTold = (machines: Machines, { container }: Machine): Told => {
  const node = JSON.parse(machines.read(container, '/etc/pgrow/node.json')) as Exclude<Told, { mode: 'patroni' }>;
  if ((node.mode as Told['mode']) !== 'patroni') return node;
  const { scope, etcd3, bootstrap } = JSON.parse(machines.read(container, '/etc/pgrow/patroni.yml')) as PatroniFile;
  const standby = bootstrap.dcs.standby_cluster;
  return {
    mode: 'patroni',
    scope,
    etcd: etcd3.hosts.map((host) => host.split(':')[0]!),
    standbyOf: standby ? { host: standby.host, slot: standby.primary_slot_name } : null,
  };
};

/** Of a server that runs without Patroni: who must confirm its commits. */
export const readSynchronousStandbys = (machines: Machines, machine: Machine): readonly string[] => {
  if (readTold(machines, machine).mode === 'patroni') return [];
  const conf = machines.read(machine.container, '/etc/pgrow/postgresql.conf');
  const value = /^synchronous_standby_names = '(.*)'$/m.exec(conf)?.[1] ?? '';
  return [...value.matchAll(/"([^"]+)"/g)].map(([, name]) => name!);
};
