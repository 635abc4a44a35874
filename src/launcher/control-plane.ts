import { join } from 'node:path';
import { ensureBaseImage } from './base-image.ts';
import { readEnvironment } from './environment.ts';
import { ensureEngine } from './engine.ts';
import { keepExternal, readExternal } from './external.ts';
import { openHome, type Home } from './home.ts';
import { ensureImages } from './images.ts';
import { withLock } from './lock.ts';
import { ensureMetadata, stopMetadata } from './metadata.ts';
import { ensurePorts, readPorts } from './ports.ts';
import { refuseCopy, stopProcess } from './processes.ts';
import type { Progress } from './progress.ts';
import { ensureApiPort, ensureServices, serviceNames, stopService } from './services.ts';
import { readSettings, writeImages } from './settings.ts';
import { ensureTemporal } from './temporal-binary.ts';
import { ensureTemporalServer } from './temporal-server.ts';
import { messageOf } from './launcher-error.ts';

export interface Addresses {
  readonly api: string;
  /** Null where an existing Temporal is used whose Web UI is not known. */
  readonly temporal_web: string | null;
  readonly temporal_address: string;
}

/** Starts the control plane, or whatever of it does not run. Everything listens on loopback only. */
export const up = ({ progress }: { readonly progress: Progress }): Promise<Addresses> => {
  const environment = readEnvironment();
  const home = openHome(environment.home);
  return exclusively(home, progress, async () => {
    refuseCopy(home);
    const external = readExternal(home.path, environment);
    keepExternal(home.path, external);
    const chosen = await ensurePorts(home);

    // The Temporal program may have to be built: at the same time as the images, which take as long.
    const program = external.temporalAddress === undefined ? ensureTemporal(progress) : Promise.resolve(null);
    const [images, temporal] = await Promise.all([ensureEngineAndImages(progress), program]);
    writeImages(home, images);

    const afterTemporal =
      temporal === null ? chosen : await ensureTemporalServer({ home, ports: chosen, program: temporal, progress });
    const afterMetadata =
      external.databaseUrl === undefined
        ? await ensureMetadata({ home, ports: afterTemporal, image: images.postgres, progress })
        : afterTemporal;
    const ports = await ensureApiPort(home, afterMetadata, progress);

    const configuration = JSON.stringify({ images, external, ports });
    await ensureServices(home, configuration, ports.api, progress);
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

/** Where the control plane of this home is to be found, running or not. */
export const addresses = (): Addresses => {
  const { apiUrl, temporalWeb, temporalAddress } = readSettings();
  return { api: apiUrl, temporal_web: temporalWeb, temporal_address: temporalAddress };
};

const ensureEngineAndImages = async (progress: Progress) => {
  await ensureEngine(progress);
  await ensureBaseImage(progress);
  return ensureImages(progress);
};

const exclusively = <T>(home: Home, progress: Progress, action: () => Promise<T>): Promise<T> =>
  withLock(join(home.path, 'run'), progress, action);
