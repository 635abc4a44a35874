import type { PatroniState } from './etcd-cluster.ts';
import type { Machine, Machines } from './machines.ts';
import { readParameters } from './node-files.ts';
import type { PostgresData } from './postgres-data.ts';

/** What servers run with, which is not what their files say by now. */
export interface RunningSettings {
  /** By name, as its files say it without what ALTER SYSTEM has set. */
  written(machine: Machine): Readonly<Record<string, string>>;
  running(machine: Machine): ReadonlyMap<string, string>;
  /** Names of those that it takes at its next start. */
  pending(machine: Machine, data: PostgresData): readonly string[];
  begin(machine: Machine, data: PostgresData): void;
  reload(machine: Machine, data: PostgresData): void;
}

/** Some of those that only a start changes. */
const fixed: readonly string[] = [
  'hot_standby',
  'max_connections',
  'max_locks_per_transaction',
  'max_prepared_transactions',
  'max_replication_slots',
  'max_wal_senders',
  'max_worker_processes',
  'shared_buffers',
  'shared_preload_libraries',
  'track_commit_timestamp',
  'wal_level',
  'wal_log_hints',
];

export const createRunningSettings = (
  machines: Machines,
  clusterOf: (machine: Machine) => PatroniState | null,
): RunningSettings => {
  const running = new Map<string, Map<string, string>>();
  const written: RunningSettings['written'] = (machine) => ({
    ...readParameters(machines, machine),
    ...clusterOf(machine)?.parameters,
  });
  const wanted = (machine: Machine, data: PostgresData) =>
    new Map([...Object.entries(written(machine)), ...data.settings]);
  const of = (machine: Machine) => running.get(machine.container) ?? new Map<string, string>();

  return {
    written,
    running: of,
    pending: (machine, data) => {
      const next = wanted(machine, data);
      return fixed.filter((name) => next.get(name) !== of(machine).get(name));
    },
    begin: (machine, data) => void running.set(machine.container, wanted(machine, data)),
    reload(machine, data) {
      const before = of(machine);
      const now = wanted(machine, data);
      for (const name of fixed) {
        const value = before.get(name);
        if (value === undefined) now.delete(name);
        else now.set(name, value);
      }
      running.set(machine.container, now);
    },
  };
};
