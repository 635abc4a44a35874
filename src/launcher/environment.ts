import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { PgrowError } from '../domain/errors.ts';

/** What the surroundings say. The only file that reads `process.env`. */
export interface Environment {
  /** Everything of one control plane. */
  readonly home: string;
  /** What can be made again: binaries, the base image's tarball, logs of builds. Shared by all control planes. */
  readonly cache: string;
  /** An existing Temporal engine, `host:port`; without it pgrow starts its own. */
  readonly temporalAddress: string | undefined;
  readonly temporalWeb: string | undefined;
  /** An existing PostgreSQL for the metadata; without it pgrow starts its own. */
  readonly databaseUrl: string | undefined;
  readonly dockerHost: string | undefined;
  /** Where the API listens; only for set-ups without `pgrow up`, which chooses a loopback port. */
  readonly apiHost: string;
  readonly apiPort: number | undefined;
  /** Where tests of crashes write at which line the worker is to stand still; without it there is no such line. */
  readonly breakpoints: string | undefined;
  /** Set by `up` for a worker: the build that it is. */
  readonly build: string | undefined;
}

const absent = (value: unknown): unknown => (value === '' ? undefined : value);
const optional = z.preprocess(absent, z.string().optional());

const variables = z.object({
  PGROW_HOME: optional,
  XDG_STATE_HOME: optional,
  XDG_CACHE_HOME: optional,
  TEMPORAL_ADDRESS: z.preprocess(
    absent,
    z
      .string()
      .regex(/^[^\s:/]+:\d+$/, 'must be host:port')
      .optional(),
  ),
  TEMPORAL_WEB: optional,
  DATABASE_URL: z.preprocess(
    absent,
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// URL')
      .optional(),
  ),
  DOCKER_HOST: optional,
  PGROW_API_HOST: z.preprocess(absent, z.string().default('127.0.0.1')),
  PGROW_API_PORT: z.preprocess(absent, z.coerce.number().int().min(1).max(65_535).optional()),
  PGROW_BREAKPOINTS: optional,
  PGROW_BUILD: optional,
});

export const readEnvironment = (source: NodeJS.ProcessEnv = process.env): Environment => {
  const parsed = variables.safeParse(source);
  if (!parsed.success) {
    // The value itself stays out of the message: DATABASE_URL holds a password.
    throw new PgrowError(
      'invalid_input',
      `The environment is invalid: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`,
    );
  }
  const values = parsed.data;
  return {
    home: resolve(values.PGROW_HOME ?? join(values.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'pgrow')),
    cache: join(values.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pgrow'),
    temporalAddress: values.TEMPORAL_ADDRESS,
    temporalWeb: values.TEMPORAL_WEB,
    databaseUrl: values.DATABASE_URL,
    dockerHost: values.DOCKER_HOST,
    apiHost: values.PGROW_API_HOST,
    apiPort: values.PGROW_API_PORT,
    breakpoints: values.PGROW_BREAKPOINTS,
    build: values.PGROW_BUILD,
  };
};

/** Our own variables for a child process; what may hold a secret stays behind. */
export const childEnvironment = (additions: Readonly<Record<string, string>>): NodeJS.ProcessEnv => {
  const { DATABASE_URL: _secret, ...inherited } = process.env;
  return { ...inherited, ...additions };
};

/** Directories in which programs are looked for. */
export const searchPath = (): readonly string[] => [
  ...(process.env['PATH'] ?? '').split(':').filter((directory) => directory !== ''),
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
];
