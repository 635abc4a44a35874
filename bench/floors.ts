import { setTimeout as delay } from 'node:timers/promises';
import { pgpass } from '../src/components/postgres/index.ts';
import { serverConfinement } from '../src/domain/confinement.ts';
import { dataPath, serverResources } from '../src/domain/container-spec.ts';
import { containerName, databaseLabels, networkName, roles } from '../src/domain/naming.ts';
import type { Bench } from './bench.ts';
import { accessDatabase, type DatabaseAccess } from './database-access.ts';
import type { FloorFigure, FloorName, Round } from './figures.ts';
import { load } from './operation.ts';

const passfile = '/etc/pgrow/pgpass';
const target = `${dataPath.postgres}/pgdata`;
/** How often a container is looked at; half of it is the error of a figure. */
const lookEveryMs = 20;

/** The bare programs on the database as it is now: from no container and no volume to the end of the program. */
export const measureFloors = async (bench: Bench, round: Round, name: string): Promise<readonly FloorFigure[]> => {
  const access = await accessDatabase(bench, name);
  const backup = baseBackup(access.database.topology.primary);
  const verified = ['sh', '-c', `${backup.join(' ')} && pg_verifybackup --quiet ${target}`];
  const measure = async (floor: FloorName, ...commands: readonly (readonly string[])[]): Promise<FloorFigure> => {
    bench.signal.throwIfAborted();
    const began = performance.now();
    const took = await Promise.all(
      commands.map((command, index) => runOnce(bench, access, `bench-${index}`, command, began)),
    );
    const duration = Math.round(Math.max(...took));
    bench.say(`  bare ${floor.replaceAll('_', ' ')}: ${(duration / 1000).toFixed(1)} s, load ${load()}`);
    return { ...round, floor, duration_ms: duration, load: load() };
  };
  return [
    await measure('container', ['true']),
    await measure('base_backup', backup),
    await measure('base_backup_verified', verified),
    await measure('base_backups_side_by_side', backup, backup),
  ];
};

/** As pgrow takes them, but for a slot of its own. */
const baseBackup = (host: string): readonly string[] => [
  'pg_basebackup',
  `--pgdata=${target}`,
  `--host=${host}`,
  `--username=${roles.replication}`,
  '--no-password',
  '--wal-method=stream',
  '--checkpoint=fast',
  '--manifest-checksums=CRC32C',
];

/** Milliseconds from `began` to the end of the program. Container and volume are removed after that. */
const runOnce = async (
  { platform, settings }: Bench,
  { database, secrets }: DatabaseAccess,
  suffix: string,
  command: readonly string[],
  began: number,
): Promise<number> => {
  const name = containerName(database, suffix);
  const labels = databaseLabels(database);
  try {
    await platform.ensureVolume({ name, labels });
    await platform.ensureContainer({
      name,
      image: settings.images.postgres,
      hostname: suffix,
      command,
      network: networkName(database),
      aliases: [],
      mounts: [{ volume: name, path: dataPath.postgres! }],
      ports: [],
      labels,
      environment: { PGPASSFILE: passfile },
      restart: 'no',
      ...serverResources({}),
      confinement: serverConfinement({}),
    });
    const content = pgpass({ replicationPassword: secrets.replication });
    await platform.putFiles(name, [{ path: passfile, content, mode: 0o600 }]);
    await platform.startContainer(name);
    for (;;) {
      const state = await platform.inspectContainer(name);
      if (state?.exitCode === 0) return performance.now() - began;
      if (!state || state.exitCode !== null)
        throw new Error(`${command[0]} failed: ${await platform.readLogs(name, 5)}`);
      await delay(lookEveryMs);
    }
  } finally {
    await platform.removeContainer(name);
    await platform.removeVolume(name);
  }
};
