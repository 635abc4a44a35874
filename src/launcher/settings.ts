import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { PgrowError } from '../domain/errors.ts';
import { readConsole } from './console.ts';
import { databaseUrlWith } from './database-url.ts';
import { readEnvironment, hostToReach } from './environment.ts';
import { readExternal, type External } from './external.ts';
import { openHome, readKept, type Home } from './home.ts';
import type { ImageTags } from './images.ts';
import type { Prices } from '../domain/prices.ts';
import type { Retention } from '../domain/retention.ts';
import { replaceFile } from './kept-files.ts';
import { readPorts } from './ports.ts';
import { recordPrepared } from './prepared.ts';
import { readPrices, readRetention } from './team-file.ts';
import { launcherError } from './launcher-error.ts';
import { readSubnetPool } from './subnet-pool.ts';
import { readTelemetry, type TelemetrySettings } from './telemetry-settings.ts';
import { accessOf, defaultNamespace, type TemporalAccess } from './temporal-profile.ts';
import { defaultTaskQueue } from '../domain/naming.ts';

/** What worker, API, monitor and CLI need to find everything else. */
export interface Settings {
  /** Directory of this control plane. */
  readonly home: string;
  /** Eight hexadecimal digits. */
  readonly homeId: string;
  /** For Temporal's clients and workers alone, never for a log. */
  readonly temporal: TemporalSettings;
  /** Null if an existing Temporal is used whose Web UI is not known. */
  readonly temporalWeb: string | null;
  /** Connection string with the password: for the database driver alone, never for a log. */
  readonly databaseUrl: string;
  readonly apiHost: string;
  readonly apiNames: readonly string[];
  /** Whether browsers on other machines may sign in without TLS. */
  readonly allowsInsecureWeb: boolean;
  readonly apiPort: number;
  readonly apiUrl: string;
  /** Folder of the web console; null where there is none. */
  readonly consoleFolder: string | null;
  readonly tokenPath: string;
  readonly secretKeyPath: string;
  /** Of this worker: sixteen hexadecimal digits; null for one that was not started by `up`, and for all other programs. */
  readonly build: string | null;
  /** Of this process, unlike any other: eight hexadecimal digits. */
  readonly instance: string;
  /** The worker makes this file when it takes tasks. */
  readonly workerReadyPath: string;
  /** The monitor makes this file when it watches. */
  readonly monitorReadyPath: string;
  /** Of the lease by which one monitor of a home acts. `up` runs one at a time, which takes over from its predecessor at once. */
  readonly monitorLeaseHolder: string;
  /** Unix sockets on which worker and monitor answer the API, from where this process works: their names must be short. */
  readonly workerLooksPath: string;
  readonly monitorLooksPath: string;
  /** File that says at which line the worker is to stand still; null outside tests of crashes. */
  readonly breakpointsPath: string | null;
  readonly images: ImageTags;
  /** Private range in which databases get their subnets. */
  readonly subnetPool: string;
  readonly prices: Prices;
  readonly retention: Retention;
  readonly telemetry: TelemetrySettings;
}

export interface TemporalSettings extends TemporalAccess {
  /** Where this control plane queues its work. */
  readonly taskQueue: string;
}

export const metadataUser = 'postgres';
export const metadataDatabase = 'pgrow';

const imagesFile = z.strictObject({
  postgres: z.string(),
  // Absent from the file of a version that knew one major only.
  postgres_15: z.string().default('none'),
  postgres_18: z.string().default('none'),
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
  const { address } = external.temporal;
  return {
    home: home.path,
    homeId: home.id,
    temporal: temporalSettings(external) ?? {
      address: `127.0.0.1:${chosen('temporal')}`,
      namespace: defaultNamespace,
      taskQueue: external.taskQueue ?? defaultTaskQueue,
    },
    temporalWeb: address === undefined ? `http://127.0.0.1:${chosen('temporal_ui')}` : (external.temporalWeb ?? null),
    databaseUrl: databaseUrlOf(external) ?? metadataUrl(home, chosen('metadata')),
    apiHost: environment.apiHost,
    apiNames: environment.apiNames,
    allowsInsecureWeb: environment.allowsInsecureWeb,
    apiPort,
    apiUrl: `http://${hostToReach(environment.apiHost)}:${apiPort}`,
    consoleFolder: readConsole(home),
    tokenPath: home.tokenPath,
    secretKeyPath: home.secretKeyPath,
    build: environment.build ?? null,
    instance: environment.instance ?? randomBytes(4).toString('hex'),
    workerReadyPath: runPath(home, 'worker', 'ready', environment),
    monitorReadyPath: runPath(home, 'monitor', 'ready', { instance: environment.instance }),
    monitorLeaseHolder: environment.instance ?? 'up',
    workerLooksPath: relative(process.cwd(), runPath(home, 'worker', 'sock', environment)),
    monitorLooksPath: relative(process.cwd(), runPath(home, 'monitor', 'sock', { instance: environment.instance })),
    breakpointsPath: environment.breakpoints ?? null,
    images: readImages(home, environment.build),
    subnetPool: readSubnetPool(home.path, environment),
    prices: readPrices(home.path),
    retention: readRetention(home.path),
    telemetry: readTelemetry(home.path, environment),
  };
};

export interface Addresses {
  readonly api: string;
  /** Of the web console; null where there is none. */
  readonly console: string | null;
  /** Null if an existing Temporal is used whose Web UI is not known. */
  readonly temporal_web: string | null;
  readonly temporal_address: string;
}

/** Where people and programs find a control plane. */
export const addressesIn = ({ apiUrl, consoleFolder, temporalWeb, temporal }: Settings): Addresses => ({
  api: apiUrl,
  console: consoleFolder === null ? null : apiUrl,
  temporal_web: temporalWeb,
  temporal_address: temporal.address,
});

/** Of a Temporal that is not pgrow's own; null if it is. */
export const temporalSettings = ({ temporal, taskQueue = defaultTaskQueue }: External): TemporalSettings | null => {
  const { address } = temporal;
  return address === undefined ? null : { ...accessOf({ ...temporal, address }), taskQueue };
};

/** Of metadata in a PostgreSQL that is not pgrow's own; null if it is. */
export const databaseUrlOf = ({ databaseUrl, databasePasswordFile }: External): string | null =>
  databaseUrl === undefined ? refuseLone(databasePasswordFile) : databaseUrlWith(databaseUrl, databasePasswordFile);

const refuseLone = (passwordFile: string | undefined): null => {
  if (passwordFile === undefined) return null;
  throw new PgrowError(
    'invalid_input',
    'PGROW_DATABASE_PASSWORD_FILE is set and DATABASE_URL is not. Set both or neither.',
  );
};

/** Of our own metadata database. */
export const metadataUrl = (home: Home, port: number, database = metadataDatabase): string =>
  `postgresql://${metadataUser}:${readKept(home.metadataPasswordPath)}@127.0.0.1:${port}/${database}`;

/**
 * `ready`: a file that a program makes when it serves. `sock`: where it answers the API. `up` runs a program once for each
 * build; of what `serve` runs there may be several, each with an instance.
 */
export const runPath = (
  home: Pick<Home, 'run'>,
  name: string,
  kind: 'ready' | 'sock',
  { build, instance }: { readonly build?: string | undefined; readonly instance?: string | undefined } = {},
): string => join(home.run, `${[name, build, instance].filter((part) => part !== undefined).join('-')}.${kind}`);

/** `build`: of one version of the worker, which continues with the images that it was made for. */
export const imagesPath = (home: Pick<Home, 'path'>, build?: string): string =>
  join(home.path, build === undefined ? 'images.json' : `images-${build}.json`);

/** Of the version that this home is prepared for from now on, where it is named. */
export const writeImages = (home: Home, images: ImageTags, build?: string): void => {
  for (const path of new Set([imagesPath(home), imagesPath(home, build)]))
    replaceFile(path, `${JSON.stringify(images, null, 2)}\n`);
  if (build !== undefined) recordPrepared(home, build);
};

/** Those of now, or of one version of the worker. */
export const readImages = (home: Pick<Home, 'path'>, build?: string): ImageTags => {
  try {
    return imagesFile.parse(JSON.parse(readFileSync(imagesPath(home, build), 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    if (build !== undefined) return readImages(home);
    throw launcherError(`${home.path} does not know its images yet. Run: pgrow up`, error);
  }
};
