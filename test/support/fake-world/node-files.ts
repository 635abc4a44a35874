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
      /** What a cluster that is yet to be made agrees on. */
      readonly agreed: Parameters;
    };

type Parameters = Readonly<Record<string, string>>;

interface PatroniFile {
  readonly scope: string;
  readonly etcd3: { readonly hosts: readonly string[] };
  readonly bootstrap: {
    readonly dcs: {
      readonly standby_cluster?: { readonly host: string; readonly primary_slot_name: string };
      readonly postgresql: { readonly parameters: Readonly<Record<string, string | number>> };
    };
  };
  readonly postgresql: { readonly parameters: Readonly<Record<string, string | number>> };
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
    agreed: asText(bootstrap.dcs.postgresql.parameters),
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

/** What its own file says of its server: all but what a cluster agrees on. */
export const readParameters = (machines: Machines, machine: Machine): Parameters => {
  if (readTold(machines, machine).mode === 'patroni') {
    const { postgresql } = JSON.parse(machines.read(machine.container, '/etc/pgrow/patroni.yml')) as PatroniFile;
    return asText(postgresql.parameters);
  }
  const conf = machines.read(machine.container, '/etc/pgrow/postgresql.conf');
  const lines = [...conf.matchAll(/^(\S+) = (?:'((?:[^']|'')*)'|(\S+))$/gm)];
  return Object.fromEntries(lines.map(([, name, text, number]) => [name!, text?.replaceAll("''", "'") ?? number!]));
};

const asText = (parameters: Readonly<Record<string, string | number>>): Parameters =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
