import { join } from 'node:path';
import { openWorkerVersions } from '../client/worker-versions.ts';
import { deploymentNameOf } from '../domain/naming.ts';
import { ensureBaseImage } from './base-image.ts';
import { readEnvironment } from './environment.ts';
import { ensureConsole, keepConsole } from './console.ts';
import { ensureEngine } from './engine.ts';
import { isKept, keepExternal, readExternal } from './external.ts';
import { openHome, type Home } from './home.ts';
import { ensureImages, type ImageTags } from './images.ts';
import { keepMajors, readMajors } from './majors.ts';
import { serverImage } from '../domain/container-spec.ts';
import { usualMajor, type PostgresMajor } from '../domain/database.ts';
import { withLock } from './lock.ts';
import { ensureMetadata, stopMetadata } from './metadata.ts';
import { ensurePorts, readPorts } from './ports.ts';
import { refuseCopy, stopProcess } from './processes.ts';
import type { Progress } from './progress.ts';
import { serveVersions, stopUnversioned } from './serve-versions.ts';
import { ensureApiPort, ensureServices, serviceNames, stopService } from './services.ts';
import { ensureSchema } from './schema.ts';
import {
  addressesIn,
  databaseUrlOf,
  metadataUrl,
  readSettings,
  temporalSettings,
  writeImages,
  type Addresses,
} from './settings.ts';
import { keepSubnetPool, readSubnetPool } from './subnet-pool.ts';
import { readPrices, readRetention } from './team-file.ts';
import { keepTelemetry, readTelemetry } from './telemetry-settings.ts';
import { ensureTemporal } from './temporal-binary.ts';
import { tryTemporal } from './temporal-elsewhere.ts';
import { ensureTemporalServer } from './temporal-server.ts';
import { messageOf } from './launcher-error.ts';
import { ensureBuild } from './builds.ts';
import { workerProcess } from './worker-process.ts';

export interface Up {
  /** Whether operations whose version of the worker is gone continue under this one. Default false. */
  readonly moveOperations?: boolean;
  readonly progress: Progress;
}

/** Starts the control plane, or whatever of it does not run. Everything listens on loopback only. */
export const up = ({ moveOperations = false, progress }: Up): Promise<Addresses> => {
  const environment = readEnvironment();
  const home = openHome(environment.home);
  return exclusively(home, progress, async () => {
    refuseCopy(home);
    const external = readExternal(home.path, environment);
    const elsewhere = temporalSettings(external);
    if (elsewhere !== null) await tryTemporal(home, elsewhere, isKept(home.path, external), progress);
    keepExternal(home.path, external);
    keepSubnetPool(home.path, environment);
    keepTelemetry(home.path, environment);
    const chosen = await ensurePorts(home);

    // The Temporal program may have to be built: at the same time as the images, which take as long.
    const program = elsewhere === null ? ensureTemporal(progress) : Promise.resolve(null);
    const [images, temporal, build, console] = await Promise.all([
      ensureEngineAndImages(progress, readMajors(home)),
      program,
      ensureBuild(home, progress),
      ensureConsole(progress),
    ]);

    const afterTemporal =
      temporal === null ? chosen : await ensureTemporalServer({ home, ports: chosen, program: temporal, progress });
    const afterMetadata =
      external.databaseUrl === undefined
        ? await ensureMetadata({ home, ports: afterTemporal, image: images.postgres, progress })
        : afterTemporal;
    const ports = await ensureApiPort(home, afterMetadata, progress);
    // A newer version whose schema this one cannot work with runs on: nothing of it has been touched.
    await ensureSchema(home, databaseUrlOf(external) ?? metadataUrl(home, ports.metadata));
    writeImages(home, images, build.id);
    keepConsole(home, console);

    const subnetPool = readSubnetPool(home.path, environment);
    const telemetry = readTelemetry(home.path, environment);
    const ofTeam = { prices: readPrices(home.path), retention: readRetention(home.path) };
    const shared = JSON.stringify({ external, elsewhere, ports, subnetPool, telemetry, ...ofTeam });
    const worker = workerProcess(home, build, shared);
    const configuration = JSON.stringify([shared, images, build.id]);
    await stopUnversioned(home);
    await ensureServices({ home, build, worker, configuration, console, apiPort: ports.api, progress });
    const { temporal: connection } = readSettings();
    const versions = openWorkerVersions(connection, deploymentNameOf(home.id));
    try {
      await serveVersions({
        home,
        versions,
        current: build.id,
        configuration: shared,
        taskQueue: connection.taskQueue,
        moveOperations,
        progress,
      });
    } finally {
      await versions.close();
    }
    return addresses();
  });
};

/** Stops the control plane, last started first; returns what ran. Databases keep running and nothing is lost. */
export const down = ({ progress }: { readonly progress: Progress }): Promise<readonly string[]> => {
  const home = openHome(readEnvironment().home);
  return exclusively(home, progress, async () => {
    refuseCopy(home);
    const stopped: string[] = [];
    if (!readPorts(home)) return stopped;
    for (const name of serviceNames.toReversed()) {
      if (await stopService(home, name)) stopped.push(name);
    }
    if (await stopProcess({ home, name: 'temporal' }, 20_000)) stopped.push('temporal');
    try {
      if (await stopMetadata(home)) stopped.push('metadata');
    } catch (error) {
      progress(`The metadata database was not stopped: ${messageOf(error)}`);
    }
    return stopped;
  });
};

export interface BuildImages {
  /** Besides the usual one. They are built again after an update. */
  readonly majors: readonly PostgresMajor[];
  readonly progress: Progress;
}

/** Builds what is missing of the images that this home needs; answers with the names of those that are there. */
export const buildImages = ({ majors, progress }: BuildImages): Promise<Partial<ImageTags>> => {
  const home = openHome(readEnvironment().home);
  return exclusively(home, progress, async () => {
    keepMajors(home, majors);
    const wanted = readMajors(home);
    const tags = await ensureEngineAndImages(progress, wanted);
    const kept = [usualMajor, ...wanted].map((major) => serverImage(major));
    return Object.fromEntries(
      Object.entries(tags).filter(([kind]) => !kind.startsWith('postgres') || kept.some((one) => one === kind)),
    );
  });
};

/** Where the control plane of this home is to be found, running or not. */
export const addresses = (): Addresses => addressesIn(readSettings());

export const ensureEngineAndImages = async (progress: Progress, majors: readonly PostgresMajor[]) => {
  await ensureEngine(progress);
  await ensureBaseImage(progress);
  return ensureImages(progress, majors);
};

const exclusively = <T>(home: Home, progress: Progress, action: () => Promise<T>): Promise<T> =>
  withLock(join(home.path, 'run'), progress, action);
