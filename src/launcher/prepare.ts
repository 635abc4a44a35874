import { join } from 'node:path';
import { PgrowError } from '../domain/errors.ts';
import { ensureBaseImage } from './base-image.ts';
import { hashOfSources } from './builds.ts';
import { ensureConsole, keepConsole } from './console.ts';
import { whyDockerIsSilent } from './docker-client.ts';
import { readEnvironment } from './environment.ts';
import { keepExternal, readExternal, type External } from './external.ts';
import { openHome } from './home.ts';
import { ensureImages, type ImageTags } from './images.ts';
import { withLock } from './lock.ts';
import { readMajors } from './majors.ts';
import type { Progress } from './progress.ts';
import { ensureSchema } from './schema.ts';
import { databaseUrlOf, temporalSettings, writeImages, type TemporalSettings } from './settings.ts';
import { keepSubnetPool } from './subnet-pool.ts';
import { keepTelemetry } from './telemetry-settings.ts';
import { tryTemporal } from './temporal-elsewhere.ts';

export interface Prepared {
  readonly home: string;
  /** Sixteen hexadecimal digits. */
  readonly version: string;
  readonly images: ImageTags;
}

/**
 * Makes a home ready for `serve`: its files, Temporal's task queue and search attributes, the schema of the metadata, the
 * images of nodes. May run at any time and as often as wanted; the version that was prepared last becomes the current one.
 * Temporal and the PostgreSQL of the metadata are there already: `up` is for homes that have their own.
 * @throws PgrowError `invalid_input` without the addresses of both
 */
export const prepare = (progress: Progress): Promise<Prepared> => {
  const environment = readEnvironment();
  const home = openHome(environment.home);
  return withLock(join(home.path, 'run'), progress, async () => {
    const external = readExternal(home.path, environment);
    const { temporal, databaseUrl } = addressesIn(external);
    const silence = await whyDockerIsSilent();
    if (silence !== null)
      throw new PgrowError(
        'docker_unavailable',
        `The Docker engine does not answer: ${silence}. Its socket must be mounted, and this user be in the socket's group.`,
      );
    await tryTemporal(home, temporal, false, progress);
    keepExternal(home.path, external);
    keepSubnetPool(home.path, environment);
    keepTelemetry(home.path, environment);
    progress('Bringing the schema of the metadata up to date');
    await ensureSchema(home, databaseUrl);
    await ensureBaseImage(progress);
    const images = await ensureImages(progress, readMajors(home));
    keepConsole(home, await ensureConsole(progress));
    const version = hashOfSources();
    writeImages(home, images, version);
    progress(`Version ${version} is prepared`);
    return { home: home.path, version, images };
  });
};

const addressesIn = (external: External): { readonly temporal: TemporalSettings; readonly databaseUrl: string } => {
  const temporal = temporalSettings(external);
  const databaseUrl = databaseUrlOf(external);
  if (temporal !== null && databaseUrl !== null) return { temporal, databaseUrl };
  const missing = [temporal === null ? 'TEMPORAL_ADDRESS' : null, databaseUrl === null ? 'DATABASE_URL' : null];
  throw new PgrowError(
    'invalid_input',
    `A home is prepared for a Temporal and a PostgreSQL that are there: set ${missing.filter((name) => name !== null).join(' and ')}. ` +
      'Without them, "pgrow up" starts its own.',
  );
};
