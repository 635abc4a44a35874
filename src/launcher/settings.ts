import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { readEnvironment } from './environment.ts';
import { readExternal } from './external.ts';
import { openHome, readKept, type Home } from './home.ts';
import type { ImageTags } from './images.ts';
import { readPorts } from './ports.ts';
import { launcherError } from './launcher-error.ts';

/** What worker, API, monitor and CLI need to find everything else. */
export interface Settings {
  /** Directory of this control plane. */
  readonly home: string;
  /** Eight hexadecimal digits. */
  readonly homeId: string;
  /** `host:port`. */
  readonly temporalAddress: string;
  /** Null where an existing Temporal is used whose Web UI is not known. */
  readonly temporalWeb: string | null;
  /** Connection string with the password: for the database driver alone, never for a log. */
  readonly databaseUrl: string;
  readonly apiHost: string;
  readonly apiPort: number;
  readonly apiUrl: string;
  readonly tokenPath: string;
  readonly secretKeyPath: string;
  /** The worker makes this file when it takes tasks. */
  readonly workerReadyPath: string;
  /** The monitor makes this file when it watches. */
  readonly monitorReadyPath: string;
  /** Unix sockets on which worker and monitor answer the API, from where this process works: their names must be short. */
  readonly workerLooksPath: string;
  readonly monitorLooksPath: string;
  /** File that says at which line the worker is to stand still; null outside tests of crashes. */
  readonly breakpointsPath: string | null;
  readonly images: ImageTags;
}

export const metadataUser = 'postgres';
export const metadataDatabase = 'pgrow';

const imagesFile = z.strictObject({
  postgres: z.string(),
  pgbouncer: z.string(),
  haproxy: z.string(),
  etcd: z.string(),
});

/** Reads the environment and the files of PGROW_HOME. Before the first `up` there is nothing to read but a clear error. */
export const readSettings = (): Settings => {
  const environment = readEnvironment();
  const home = openHome(environment.home);
  const external = readExternal(home.path, environment);
  const ports = readPorts(home);
  const chosen = (name: 'temporal' | 'temporal_ui' | 'api' | 'metadata'): number => {
    if (!ports) throw launcherError(`${home.path} has no control plane yet. Start one: pgrow up`);
    return ports[name];
  };
  const apiPort = environment.apiPort ?? chosen('api');
  return {
    home: home.path,
    homeId: home.id,
    temporalAddress: external.temporalAddress ?? `127.0.0.1:${chosen('temporal')}`,
    temporalWeb:
      external.temporalAddress === undefined
        ? `http://127.0.0.1:${chosen('temporal_ui')}`
        : (external.temporalWeb ?? null),
    databaseUrl: external.databaseUrl ?? metadataUrl(home, chosen('metadata')),
    apiHost: environment.apiHost,
    apiPort,
    apiUrl: `http://${environment.apiHost}:${apiPort}`,
    tokenPath: home.tokenPath,
    secretKeyPath: home.secretKeyPath,
    workerReadyPath: join(home.run, 'worker.ready'),
    monitorReadyPath: join(home.run, 'monitor.ready'),
    workerLooksPath: relative(process.cwd(), join(home.run, 'worker.sock')),
    monitorLooksPath: relative(process.cwd(), join(home.run, 'monitor.sock')),
    breakpointsPath: environment.breakpoints ?? null,
    images: readImages(home),
  };
};

/** Of our own metadata database. */
export const metadataUrl = (home: Home, port: number, database = metadataDatabase): string =>
  `postgresql://${metadataUser}:${readKept(home.metadataPasswordPath)}@127.0.0.1:${port}/${database}`;

const imagesPath = (home: Pick<Home, 'path'>): string => join(home.path, 'images.json');

export const writeImages = (home: Home, images: ImageTags): void => {
  const draft = `${imagesPath(home)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(images, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, imagesPath(home));
};

const readImages = (home: Home): ImageTags => {
  try {
    return imagesFile.parse(JSON.parse(readFileSync(imagesPath(home), 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw launcherError(`${home.path} does not know its images yet. Run: pgrow up`, error);
  }
};
