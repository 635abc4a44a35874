import { slotName } from '../../../src/domain/naming.ts';
import type { EtcdClusters } from './etcd-cluster.ts';
import type { Machine, Machines } from './machines.ts';
import { baseBackup, initdb, restored, type PostgresData } from './postgres-data.ts';
import type { Server } from './postgres-servers.ts';
import type { Told } from './node-files.ts';

/** What PostgreSQL volumes hold, and how they come to hold it: by initdb, a copy of a running server, or of a snapshot. */
export interface Volumes {
  of(machine: Machine): PostgresData | null;
  /** Data for a node that has none yet; a number is the code with which it fails. */
  prepare(machine: Machine, told: Told): number | null;
  failClone(name: string, times: number): void;
  failSnapshots(times: number): void;
  failRestorations(error: string, times: number): void;
  damage(volume: string, what: string | null): void;
  seed(volume: string, data: PostgresData): void;
}

interface Cast {
  readonly machines: Machines;
  readonly etcd: EtcdClusters;
  readonly named: (name: string) => Server | null;
  /** By address, or by a name that the network's DNS knows. */
  readonly at: (host: string) => Server | null;
}

const cloneFailed = 3;
const done = 0;

export const createVolumes = ({ machines, etcd, named, at }: Cast): Volumes => {
  const volumes = new Map<string, PostgresData>();
  const failing = new Map<string, number>();
  const damages = new Map<string, string>();
  let failingSnapshots = 0;
  let failingRestorations = { error: '', times: 0 };
  machines.onVolumeRemoved((volume) => volumes.delete(volume));
  machines.onFenced((volume) => {
    const data = volumes.get(volume);
    if (data) data.fenced = true;
  });

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

  const populate = (machine: Machine, told: Told): PostgresData | null => {
    if (told.mode === 'primary') return initdb(machines.read(machine.container, '/etc/pgrow/superuser-password'));
    if (told.mode === 'replica') return clone(machine, at(told.follow[0]!), told.slot);
    const scopes = etcd.scopes(told.etcd);
    if (!scopes) return null;
    const cluster = scopes.get(told.scope);
    if (cluster) {
      const leader = named(cluster.leader);
      leader?.data.slots.add(slotName(machine.name));
      return clone(machine, leader, slotName(machine.name));
    }
    scopes.set(told.scope, {
      leader: machine.name,
      standbyOf: told.standbyOf,
      parameters: told.agreed,
      permanentSlots: new Set(),
      members: new Set(),
      remembered: new Set(),
      forgetful: false,
      locked: true,
      paused: false,
    });
    return told.standbyOf && clone(machine, at(told.standbyOf.host), told.standbyOf.slot);
  };

  machines.onBoot('snapshot', (machine) => {
    if (volumes.has(machine.volume!)) return done;
    failingSnapshots -= 1;
    const copy = failingSnapshots >= 0 ? null : clone(machine, at(machine.spec.command?.[1] ?? ''), null);
    if (!copy) return cloneFailed;
    volumes.set(machine.volume!, copy);
    return done;
  });
  machines.onBoot('restore', (machine) => {
    if (volumes.has(machine.volume!)) return done;
    const copy = volumes.get(machine.spec.mounts[1]?.volume ?? '');
    const { error, times } = failingRestorations;
    failingRestorations = { error, times: times - 1 };
    if (!copy || times > 0) {
      machines.platform.print(machine.container, `Cannot restore the snapshot: ${copy ? error : 'no such file'}\n`);
      return cloneFailed;
    }
    volumes.set(machine.volume!, restored(copy, machines.read(machine.container, '/etc/pgrow/restore.sql')));
    return done;
  });
  machines.onBoot('trial', (machine) => {
    const says = refusalOf(machines.read(machine.container, '/etc/pgrow/postgresql.conf'));
    if (says === null) return done;
    machines.platform.print(machine.container, `${says}\n`);
    return 1;
  });
  machines.onBoot('verification', (machine) => {
    const damage = volumes.has(machine.volume ?? '') ? damages.get(machine.volume!) : 'no such file';
    if (damage === undefined) return done;
    machines.platform.print(machine.container, `pg_verifybackup: error: ${damage}\n`);
    return 1;
  });

  return {
    of: (machine) => volumes.get(machine.volume ?? '') ?? null,
    prepare(machine, told) {
      const data = volumes.get(machine.volume!) ?? populate(machine, told);
      if (!data) return cloneFailed;
      volumes.set(machine.volume!, data);
      return null;
    },
    failClone: (name, times) => void failing.set(name, times),
    failSnapshots(times) {
      failingSnapshots = times;
    },
    failRestorations(error, times) {
      failingRestorations = { error, times };
    },
    damage: (volume, what) => void (what === null ? damages.delete(volume) : damages.set(volume, what)),
    seed: (volume, data) => void volumes.set(volume, data),
  };
};

/** What a server says of a configuration that it does not start with: of a library, here. */
const refusalOf = (conf: string): string | null => {
  const [, library] = /^shared_preload_libraries = '(missing\w*)'$/m.exec(conf) ?? [];
  return library === undefined ? null : `could not access file "${library}": No such file or directory`;
};
