import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { isSubnetPool, subnetPoolRule } from '../domain/addresses.ts';
import { PgrowError } from '../domain/errors.ts';
import { firstMetricsPorts, isFirstMetricsPort } from '../domain/metrics.ts';
import {
  setVariables,
  taskQueueName,
  temporalVariables,
  unlessEmpty,
  unsupportedVariables,
} from './temporal-variables.ts';

/** What the surroundings say. The only file that reads `process.env`. */
export interface Environment {
  /** Everything of one control plane. */
  readonly home: string;
  /** What can be rebuilt: binaries, the base image's tarball, logs of builds. Shared by all control planes. */
  readonly cache: string;
  /**
   * The variables by which `readProfile` finds an existing Temporal, some of them secret. Where they name none, pgrow
   * starts its own.
   */
  readonly temporal: Readonly<Record<string, string>>;
  readonly temporalWeb: string | undefined;
  /** Where the work of this control plane is queued. */
  readonly taskQueue: string | undefined;
  /** An existing PostgreSQL for the metadata; without it pgrow starts its own. */
  readonly databaseUrl: string | undefined;
  /** File with the password for `databaseUrl`, which then has none. */
  readonly databasePasswordFile: string | undefined;
  /** Private range in which databases get their subnets. */
  readonly subnetPool: string | undefined;
  readonly dockerHost: string | undefined;
  /** Directory of what belongs to this user's `docker` command. */
  readonly dockerConfig: string;
  /** Where the API listens; only for set-ups without `pgrow up`, which chooses a loopback port. */
  readonly apiHost: string;
  readonly apiPort: number | undefined;
  /** Where the command line keeps its contexts: the control planes of other machines. */
  readonly configuration: string;
  /** Name of the context that the command line uses. */
  readonly context: string | undefined;
  /** Whether the home was named, and is not the usual one of this user. */
  readonly namesHome: boolean;
  /** File with a token for the API, which the command line sends instead of that of the home. */
  readonly tokenFile: string | undefined;
  /** Names under which the API is reached besides those of the loopback address: of a proxy before it. */
  readonly apiNames: readonly string[];
  /** Whether a browser on another machine may sign in to the web console without TLS. */
  readonly allowsInsecureWeb: boolean;
  /** IP address and first of the ports at which the programs serve their metrics to Prometheus; port 0 turns them off. */
  readonly metricsHost: string | undefined;
  readonly metricsPort: number | undefined;
  /** Base URL of an OpenTelemetry collector. This and the next two have the names that OpenTelemetry gives them. */
  readonly otlpEndpoint: string | undefined;
  /** `name=value` pairs, which may be secret. */
  readonly otlpHeaders: string | undefined;
  /** Turns traces off. */
  readonly otlpDisabled: boolean;
  /** Where tests of crashes write at which line the worker is to stand still; without it there is no such line. */
  readonly breakpoints: string | undefined;
  /** Set by `up` for a worker: the build that it is. */
  readonly build: string | undefined;
  /** Set by `serve` for its programs: which of several processes of one program this is. Eight hexadecimal digits. */
  readonly instance: string | undefined;
}

const optional = unlessEmpty(z.string());

const subnetPool = z.string().refine(isSubnetPool, {
  error: ({ input }) => `${subnetPoolRule}; it is ${JSON.stringify(input)}`,
});

const metricsPort = z.coerce.number().refine((port) => port === 0 || isFirstMetricsPort(port), {
  error: `must be a port from ${firstMetricsPorts.from} to ${firstMetricsPorts.to}, or 0 for no metrics`,
});

const collectorUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
  .refine((url) => new URL(url).username === '' && new URL(url).password === '', {
    error: 'must not hold a user or a password: set OTEL_EXPORTER_OTLP_HEADERS',
    abort: true,
  });

const variables = z.object({
  ...temporalVariables,
  ...unsupportedVariables,
  PGROW_HOME: optional,
  PGROW_TASK_QUEUE: unlessEmpty(taskQueueName),
  XDG_STATE_HOME: optional,
  XDG_CACHE_HOME: optional,
  TEMPORAL_WEB: optional,
  DATABASE_URL: unlessEmpty(z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// URL')),
  PGROW_DATABASE_PASSWORD_FILE: optional,
  PGROW_SUBNET_POOL: unlessEmpty(subnetPool),
  DOCKER_HOST: optional,
  DOCKER_CONFIG: optional,
  PGROW_API_HOST: optional,
  PGROW_API_NAMES: unlessEmpty(
    z
      .string()
      .regex(/^[\w.-]+(:\d+)?(,[\w.-]+(:\d+)?)*$/, 'must be host names, with or without a port, separated by commas'),
  ),
  PGROW_WEB_INSECURE: unlessEmpty(z.enum(['yes', 'no'], { error: 'must be yes or no' })),
  PGROW_API_PORT: unlessEmpty(z.coerce.number().int().min(1).max(65_535)),
  PGROW_TOKEN_FILE: optional,
  PGROW_CONTEXT: optional,
  XDG_CONFIG_HOME: optional,
  PGROW_METRICS_HOST: unlessEmpty(z.union([z.ipv4(), z.ipv6()], { error: 'must be an IP address' })),
  PGROW_METRICS_PORT: unlessEmpty(metricsPort),
  OTEL_EXPORTER_OTLP_ENDPOINT: unlessEmpty(collectorUrl),
  OTEL_EXPORTER_OTLP_HEADERS: optional,
  OTEL_SDK_DISABLED: optional,
  PGROW_BREAKPOINTS: optional,
  PGROW_BUILD: optional,
  PGROW_INSTANCE: unlessEmpty(z.string().regex(/^[0-9a-f]{8}$/, 'must be eight hexadecimal digits')),
});

export const readEnvironment = (source: NodeJS.ProcessEnv = process.env): Environment => {
  const parsed = variables.safeParse(source);
  if (!parsed.success) {
    // The values themselves stay out of the message: DATABASE_URL holds a password, TEMPORAL_API_KEY is one.
    throw new PgrowError(
      'invalid_input',
      `The environment is invalid: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`,
    );
  }
  const values = parsed.data;
  return {
    home: resolve(values.PGROW_HOME ?? join(values.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'pgrow')),
    cache: join(values.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pgrow'),
    temporal: setVariables(source),
    temporalWeb: values.TEMPORAL_WEB,
    taskQueue: values.PGROW_TASK_QUEUE,
    databaseUrl: values.DATABASE_URL,
    databasePasswordFile: values.PGROW_DATABASE_PASSWORD_FILE && resolve(values.PGROW_DATABASE_PASSWORD_FILE),
    subnetPool: values.PGROW_SUBNET_POOL,
    dockerHost: values.DOCKER_HOST,
    dockerConfig: resolve(values.DOCKER_CONFIG ?? join(homedir(), '.docker')),
    apiHost: values.PGROW_API_HOST ?? '127.0.0.1',
    apiPort: values.PGROW_API_PORT,
    configuration: join(values.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'pgrow', 'config.json'),
    context: values.PGROW_CONTEXT,
    namesHome: values.PGROW_HOME !== undefined,
    tokenFile: values.PGROW_TOKEN_FILE && resolve(values.PGROW_TOKEN_FILE),
    apiNames: values.PGROW_API_NAMES?.toLowerCase().split(',') ?? [],
    allowsInsecureWeb: values.PGROW_WEB_INSECURE === 'yes',
    metricsHost: values.PGROW_METRICS_HOST,
    metricsPort: values.PGROW_METRICS_PORT,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    otlpHeaders: values.OTEL_EXPORTER_OTLP_HEADERS,
    otlpDisabled: values.OTEL_SDK_DISABLED?.toLowerCase() === 'true',
    breakpoints: values.PGROW_BREAKPOINTS,
    build: values.PGROW_BUILD,
    instance: values.PGROW_INSTANCE,
  };
};

const secretVariables: readonly string[] = ['DATABASE_URL', 'OTEL_EXPORTER_OTLP_HEADERS'];

/**
 * Our own variables for a child process. What may hold a secret stays behind: our programs find it in the home. So does
 * what names another Temporal: Temporal's own program would take it for itself.
 */
export const childEnvironment = (additions: Readonly<Record<string, string>>): NodeJS.ProcessEnv => {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !secretVariables.includes(name) && !name.startsWith('TEMPORAL_'),
  );
  return { ...Object.fromEntries(inherited), ...additions };
};

/** What is said of the terminal, whichever of the streams leads to it. `columns`: where it is set, it is wanted. */
export const readTerminal = (source: NodeJS.ProcessEnv = process.env) => ({
  noColor: (source['NO_COLOR'] ?? '') !== '',
  isDumb: source['TERM'] === 'dumb',
  columns: /^[1-9]\d{0,4}$/.test(source['COLUMNS'] ?? '') ? Number(source['COLUMNS']) : undefined,
});

/** Whether this user sits before this machine, and who it is. */
export const readDesktop = (source: NodeJS.ProcessEnv = process.env) => ({
  /** How the user came here by ssh, as sshd says it. */
  ssh: source['SSH_CONNECTION'] || undefined,
  hasDisplay:
    process.platform === 'darwin' ||
    ['DISPLAY', 'WAYLAND_DISPLAY', 'WSL_DISTRO_NAME'].some((name) => (source[name] ?? '') !== ''),
  /** Login name; undefined where it is not usual. */
  user: /^[\w.-]{1,60}$/.exec(source['USER'] ?? source['LOGNAME'] ?? '')?.[0],
});

/** An API that listens on all addresses is reached on the loopback one. */
export const hostToReach = (host: string): string => (host === '0.0.0.0' ? '127.0.0.1' : host);

/** Directories in which programs are looked for. */
export const searchPath = (): readonly string[] => [
  ...(process.env['PATH'] ?? '').split(':').filter((directory) => directory !== ''),
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
];
