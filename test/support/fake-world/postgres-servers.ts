import { slotName } from '../../../src/domain/naming.ts';
import type { EtcdClusters, PatroniState } from './etcd-cluster.ts';
import type { Machine, Machines } from './machines.ts';
import { baseBackup, initdb, replay, restored, type PostgresData } from './postgres-data.ts';
import { readTold, type Told } from './told.ts';

/** A PostgreSQL node whose container runs. */
export interface Server {
  readonly machine: Machine;
  readonly name: string;
  readonly data: PostgresData;
}

/** All PostgreSQL servers of a database: who is primary, who follows whom, what has arrived where. */
export interface Servers {
  /** Null while its container does not run, it is fenced or it was stopped. */
  named(name: string): Server | null;
  on(machine: Machine): Server | null;
  /** Its data, whether it runs or not. */
  dataOf(machine: Machine): PostgresData | null;
  /** Nodes that stream from this one. */
  followersOf(server: Server): readonly Server[];
  isPrimary(server: Server): boolean;
  isStandbyLeader(server: Server): boolean;
  /** Null for a node without Patroni. */
  patroni(server: Server): PatroniState | null;
  /** All that follow have it when this returns. */
  write(server: Server, row: string): void;
  promote(server: Server): void;
  /** A clean end: everything has reached everyone who follows. */
  shutDown(server: Server): void;
  /** Starts the server as its files now say. */
  serve(machine: Machine): void;
  /** The next `times` clones of this node end with an error. */
  failClone(name: string, times: number): void;
  /** The next `times` snapshots end with an error. */
  failSnapshots(times: number): void;
  /** The next `times` restorations end with this error. */
  failRestorations(error: string, times: number): void;
  /** From now on a verification of this volume finds that; null for nothing any more. */
  damage(volume: string, what: string | null): void;
  /** What a volume holds that nobody here has filled. */
  seed(volume: string, data: PostgresData): void;
  /** From now on nothing reaches this node, until the result is called. */
  cutOff(name: string): () => void;
  /** What must never be: two primaries of the same data. */
  readonly violations: string[];
}

const cloneFailed = 3;
const walBytes = 120;

export const createServers = (machines: Machines, etcd: EtcdClusters): Servers => {
  const volumes = new Map<string, PostgresData>();
  const failing = new Map<string, number>();
  const damages = new Map<string, string>();
  const violations: string[] = [];
  const lost = new Set<string>();
  let failingSnapshots = 0;
  let failingRestorations = { error: '', times: 0 };
  machines.onVolumeRemoved((volume) => volumes.delete(volume));

  const toldTo = (machine: Machine): Told => readTold(machines, machine);
  const clusterOf = (told: Told): PatroniState | null =>
    told.mode === 'patroni' ? (etcd.scopes(told.etcd)?.get(told.scope) ?? null) : null;

  const on = (machine: Machine): Server | null => {
    const data = volumes.get(machine.volume ?? '');
    if (machine.kind !== 'postgres' || !data || data.shutDownAt !== null) return null;
    return { machine, name: machine.name, data };
  };
  const named = (name: string): Server | null => {
    const machine = machines.named(name);
    return machine && on(machine);
  };
  const all = () => machines.running().flatMap((machine) => on(machine) ?? []);

  /** Whom it would follow and through which slot, wherever that one is. */
  const upstreamOf = (server: Server): { readonly from: Server | null; readonly slot: string } | null => {
    if (!server.data.inRecovery) return null;
    const told = toldTo(server.machine);
    if (told.mode === 'replica') {
      const candidates = told.follow.flatMap((name) => named(name) ?? []);
      const from = told.follow.length > 1 ? candidates.find(({ data }) => !data.inRecovery) : candidates[0];
      return { from: from ?? null, slot: told.slot };
    }
    const cluster = clusterOf(told);
    if (!cluster) return null;
    if (cluster.leader !== server.name) return { from: named(cluster.leader), slot: slotName(server.name) };
    return cluster.standbyOf && { from: named(cluster.standbyOf.host), slot: cluster.standbyOf.slot };
  };
  const followersOf = (server: Server): readonly Server[] =>
    all().filter((candidate) => {
      const upstream = upstreamOf(candidate);
      if (lost.has(candidate.name)) return false;
      if (upstream?.from?.name !== server.name || !server.data.slots.has(upstream.slot)) return false;
      return candidate.data.systemIdentifier === server.data.systemIdentifier;
    });
  const stream = (server: Server): void => {
    for (const follower of followersOf(server)) {
      replay(server.data, follower.data);
      stream(follower);
    }
  };

  const clone = (machine: Machine, source: Server | null, slot: string | null): PostgresData | null => {
    const failures = failing.get(machine.name) ?? 0;
    failing.set(machine.name, failures - 1);
    const missing = slot !== null && !source?.data.slots.has(slot);
    if (failures > 0 || !source || missing) {
      machines.platform.print(
        machine.container,
        `pg_basebackup: error: ${source ? 'no slot or broken off' : 'nobody answers'}\n`,
      );
      return null;
    }
    return baseBackup(source.data);
  };

  /** Data of a node that has none yet. */
  const populate = (machine: Machine, told: Told): PostgresData | null => {
    if (told.mode === 'primary') return initdb(machines.read(machine.container, '/etc/pgrow/superuser-password'));
    if (told.mode === 'replica') return clone(machine, named(told.follow[0]!), told.slot);
    const scopes = etcd.scopes(told.etcd);
    if (!scopes) return null;
    const cluster = scopes.get(told.scope);
    if (cluster) {
      const leader = named(cluster.leader);
      leader?.data.slots.add(slotName(machine.name));
      return clone(machine, leader, slotName(machine.name));
    }
    scopes.set(told.scope, { leader: machine.name, standbyOf: told.standbyOf, permanentSlots: new Set() });
    return told.standbyOf && clone(machine, named(told.standbyOf.host), told.standbyOf.slot);
  };

  const serve = (machine: Machine): void => {
    const data = volumes.get(machine.volume!);
    if (!data || data.fenced) return;
    data.shutDownAt = null;
    if (toldTo(machine).mode === 'replica') data.inRecovery = true;
    const server = on(machine)!;
    const upstream = upstreamOf(server)?.from;
    if (upstream) stream(upstream);
  };

  machines.onBoot('postgres', (machine) => {
    const data = volumes.get(machine.volume!) ?? populate(machine, toldTo(machine));
    if (!data) return cloneFailed;
    volumes.set(machine.volume!, data);
    serve(machine);
    return undefined;
  });
  machines.onBoot('snapshot', (machine) => {
    const source = named(machine.spec.command?.[1] ?? '');
    failingSnapshots -= 1;
    const copy = failingSnapshots >= 0 ? null : clone(machine, source, null);
    if (!copy) return cloneFailed;
    volumes.set(machine.volume!, copy);
    return 0;
  });

  machines.onBoot('restore', (machine) => {
    const copy = volumes.get(machine.spec.mounts[1]?.volume ?? '');
    const { error, times } = failingRestorations;
    failingRestorations = { error, times: times - 1 };
    if (!copy || times > 0) {
      machines.platform.print(machine.container, `Cannot restore the snapshot: ${copy ? error : 'no such file'}\n`);
      return cloneFailed;
    }
    volumes.set(machine.volume!, restored(copy, machines.read(machine.container, '/etc/pgrow/restore.sql')));
    return 0;
  });
  machines.onBoot('verification', (machine) => {
    const damage = volumes.has(machine.volume ?? '') ? damages.get(machine.volume!) : 'no such file';
    if (damage === undefined) return 0;
    machines.platform.print(machine.container, `pg_verifybackup: error: ${damage}\n`);
    return 1;
  });

  const isStandbyLeader = (server: Server): boolean => {
    const cluster = clusterOf(toldTo(server.machine));
    return cluster?.leader === server.name && cluster.standbyOf !== null;
  };

  return {
    named,
    on,
    dataOf: (machine) => volumes.get(machine.volume ?? '') ?? null,
    followersOf,
    isPrimary: (server) => !server.data.inRecovery,
    isStandbyLeader,
    patroni: (server) => clusterOf(toldTo(server.machine)),
    write(server, row) {
      server.data.rows.add(row);
      server.data.lsn += walBytes;
      stream(server);
    },
    promote(server) {
      const other = all().find(({ name, data }) => name !== server.name && !data.inRecovery);
      if (other) violations.push(`${server.name} was promoted while ${other.name} took writes`);
      server.data.inRecovery = false;
      server.data.timeline += 1;
      stream(server);
    },
    shutDown(server) {
      server.data.shutDownAt = server.data.lsn;
      server.data.lsn += walBytes;
      const { shutDownAt, ...rest } = server.data;
      server.data.shutDownAt = null;
      stream(server);
      Object.assign(server.data, rest, { shutDownAt });
    },
    serve,
    failClone: (name, times) => void failing.set(name, times),
    failSnapshots(times) {
      failingSnapshots = times;
    },
    failRestorations(error, times) {
      failingRestorations = { error, times };
    },
    damage: (volume, what) => void (what === null ? damages.delete(volume) : damages.set(volume, what)),
    seed: (volume, data) => void volumes.set(volume, data),
    cutOff(name) {
      lost.add(name);
      return () => void lost.delete(name);
    },
    violations,
  };
};
