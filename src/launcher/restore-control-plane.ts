import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupManifest } from '../domain/backup.ts';
import { PgrowError } from '../domain/errors.ts';
import { labelNames } from '../domain/naming.ts';
import { createDockerPlatform } from '../platform/docker/index.ts';
import { readMigrations } from '../store/migrate.ts';
import { findObstacle, migrationsOf, restoreMetadata, type Obstacle } from '../store/restore-metadata.ts';
import { readBackup, type Backup } from './backup-file.ts';
import { ensureEngineAndImages } from './control-plane.ts';
import { whyDockerIsSilent } from './docker-client.ts';
import { ensureEngine } from './engine.ts';
import { readEnvironment, type Environment } from './environment.ts';
import { externalIn } from './external.ts';
import { homeIdIn, isUsedHome, writeHomeFiles } from './home-files.ts';
import { openHome, refuseMovedAway } from './home.ts';
import { readIfThere } from './kept-files.ts';
import { withLock } from './lock.ts';
import { readMajors } from './majors.ts';
import { ensureMetadata, metadataName } from './metadata.ts';
import { ensurePorts } from './ports.ts';
import { environmentOf, processIds } from './process-table.ts';
import type { Progress } from './progress.ts';
import { databaseUrlOf, metadataUrl } from './settings.ts';
import { versionOfSources } from './version.ts';

export interface Restore {
  /** Path of a backup, or `-` for standard input. */
  readonly from: string;
  /** Only reads and says what it found. */
  readonly check: boolean;
  readonly progress: Progress;
}

export interface Restored {
  readonly home: string;
  readonly manifest: BackupManifest;
  /** `before`: this very backup was restored earlier, and nothing was done now. */
  readonly restored: 'now' | 'before' | 'not: checked only';
  /** Databases on the Docker engine of which the backup knows nothing; null where the engine did not answer. */
  readonly unknown: readonly { readonly id: string; readonly name: string }[] | null;
}

/**
 * Makes home and metadata of a control plane again from a backup. May die at any line: run again, it goes on.
 * @throws PgrowError before anything is touched, where the backup is not whole, of a later version or of another home, where
 * the control plane runs, or where there are metadata that it would replace
 */
export const restoreControlPlane = async ({ from, check, progress }: Restore): Promise<Restored> => {
  const backup = await readBackup(from);
  const { manifest } = backup;
  migrationsOf(manifest, await readMigrations());
  const environment = readEnvironment();
  refuseMovedAway(environment.home);
  // As `openHome` has it, which would make what is missing.
  const home = existsSync(environment.home) ? realpathSync(environment.home) : environment.home;
  return withLock(join(home, 'run'), progress, async () => {
    refuseRunning(home);
    refuseOtherHome(home, manifest);
    const url = externalUrl(home, backup, environment);
    const obstacle = await (url === null
      ? obstacleInOwn(home, backup, check, progress)
      : findObstacle({ url }, backup));
    if (obstacle?.done === false) throw new PgrowError('refused', obstacle.why);
    const report = async (restored: Restored['restored']): Promise<Restored> => ({
      home,
      manifest,
      restored,
      unknown: await unknownDatabases(manifest),
    });
    if (check) return report('not: checked only');
    if (obstacle?.done) return report('before');
    mkdirSync(home, { recursive: true, mode: 0o700 });
    writeHomeFiles(home, backup.files);
    const target = url ?? (await startOwnMetadata(home, progress));
    progress('Restoring the metadata');
    await restoreMetadata({ url: target }, backup, versionOfSources);
    return report('now');
  });
};

const externalUrl = (home: string, { files }: Backup, environment: Environment): string | null => {
  const kept = readIfThere(join(home, 'external.json'));
  const saved = files.find(({ file }) => file === 'external.json')?.content ?? null;
  return databaseUrlOf(externalIn(kept ?? saved, environment));
};

/** Those that `up` has started, and those that `serve` runs on this host. */
const refuseRunning = (home: string): void => {
  const running = processIds().find((pid) => {
    const environment = environmentOf(pid);
    return (
      environment.includes(`PGROW_HOME=${home}`) && environment.some((line) => /^PGROW_(PROCESS|INSTANCE)=./.test(line))
    );
  });
  if (running !== undefined)
    throw new PgrowError(
      'refused',
      `The control plane of ${home} runs (process ${running}). Nothing was touched. Stop it first: ./pgrow down, or the service that runs it.`,
    );
};

/** One that was only opened has an id of its own and nothing else. */
const refuseOtherHome = (home: string, manifest: BackupManifest): void => {
  const id = homeIdIn(home);
  if (id === null || id === manifest.home || !isUsedHome(home)) return;
  throw new PgrowError(
    'refused',
    `${home} is the home of another control plane (${id}) than the backup (${manifest.home}). Nothing was touched. Choose another PGROW_HOME, or move that one away.`,
  );
};

/** Of metadata in a container of `up`'s own: it has to run to say what it holds, and that needs the home's password. */
const obstacleInOwn = async (
  home: string,
  backup: Backup,
  check: boolean,
  progress: Progress,
): Promise<Obstacle | null> => {
  await ensureEngine(progress);
  const name = metadataName({ id: backup.manifest.home });
  const platform = createDockerPlatform();
  if ((await platform.readLabels('volume', name)) === null) return null;
  if (homeIdIn(home) !== backup.manifest.home)
    return {
      done: false,
      why:
        `There is a volume ${name} on the Docker engine: metadata of this control plane, perhaps newer than the backup. Nothing was touched. ` +
        `To restore in its place, remove it: docker rm -fv ${name}; docker volume rm ${name}`,
    };
  if (check && !(await platform.inspectContainer(name))?.running)
    return { done: false, why: `What ${name} holds cannot be seen: its container does not run.` };
  return findObstacle({ url: await startOwnMetadata(home, progress) }, backup);
};

/** As `up` does. @returns its connection string */
const startOwnMetadata = async (path: string, progress: Progress): Promise<string> => {
  const home = openHome(path);
  const images = await ensureEngineAndImages(progress, readMajors(home));
  const ports = await ensureMetadata({ home, ports: await ensurePorts(home), image: images.postgres, progress });
  return metadataUrl(home, ports.metadata);
};

/** Nothing is done about them: pgrow knows neither their passwords nor what they are. */
const unknownDatabases = async ({ home, databases }: BackupManifest): Promise<Restored['unknown']> => {
  if ((await whyDockerIsSilent()) !== null) return null;
  const platform = createDockerPlatform();
  const found = await platform.findByLabels({ [labelNames.home]: home });
  const labels = await Promise.all([
    ...found.containers.map((name) => platform.readLabels('container', name)),
    ...found.volumes.map((name) => platform.readLabels('volume', name)),
  ]);
  const unknown = new Map<string, string>();
  for (const each of labels) {
    const id = each?.[labelNames.database];
    if (id === undefined || databases.some((database) => database.id === id)) continue;
    unknown.set(id, each?.[labelNames.databaseName] ?? unknown.get(id) ?? id);
  }
  return [...unknown].map(([id, name]) => ({ id, name }));
};
