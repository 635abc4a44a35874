import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { labelNames } from '../../src/domain/naming.ts';
import { createDockerPlatform } from '../../src/platform/docker/index.ts';
import type { Platform, Resources } from '../../src/platform/platform.ts';
import { createDatabase, type ManagedDatabase } from './stack.ts';

/** What one run of the command line said. */
export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Answer<T> {
  readonly status: number;
  readonly type: string;
  readonly location: string | null;
  readonly document: T;
}

/** A control plane with a home of its own, used as its users use it: by the command line and the REST API. */
export interface ControlPlane {
  /** PGROW_HOME. */
  readonly home: string;
  /** Where its worker is told at which line to stand still; it looks only if the control plane was made so. */
  readonly breakpoints: string;
  /** Value of the label that everything of this control plane carries. */
  homeId(): string;
  readonly platform: Platform;
  /** `./pgrow ARGUMENTS`, to its end, whatever its exit code. */
  run(...args: string[]): Promise<CliResult>;
  /** `./pgrow ARGUMENTS --json`: the one document on standard output; throws unless the exit code is 0. */
  json<T>(...args: string[]): Promise<T>;
  /** A request to the REST API with the command line's token. `path` begins with `/`. */
  request<T>(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer<T>>;
  up(): Promise<PlaneAddresses>;
  down(): Promise<void>;
  /** By the command line of another checkout of the same code. */
  downFromAnotherCheckout(): Promise<CliResult>;
  /** A new database at stage 0. Its name begins with `name`. */
  create(name: string, ...args: string[]): Promise<ManagedDatabase>;
  /** Everything on the engine that carries this home's label. */
  resources(): Promise<Resources>;
  /** Removes the home of one that was never started. */
  forget(): void;
  /** Destroys all databases, stops the control plane, and removes whatever is left; throws if pgrow left anything. */
  remove(): Promise<void>;
}

export interface PlaneAddresses {
  readonly api: string;
  readonly temporal_web: string;
  readonly temporal_address: string;
}

const repository = join(import.meta.dirname, '..', '..');

/** Scenarios share the machine with others of their kind: only what hangs may run into these. */
const scenarioTimeoutMs = 600_000;
const cliTimeoutMs = 540_000;

interface PlaneOptions {
  /** That its worker can be told to stand still. Default false. */
  readonly breakpoints?: boolean;
}

/** A control plane for the tests of one file: started before the first, removed with all it made after the last. */
export const useControlPlane = (options: PlaneOptions = {}): ControlPlane => {
  vi.setConfig({ testTimeout: scenarioTimeoutMs, hookTimeout: scenarioTimeoutMs });
  const plane = openControlPlane(options);
  beforeAll(async () => {
    await plane.up();
  }, scenarioTimeoutMs);
  afterAll(() => plane.remove(), scenarioTimeoutMs);
  return plane;
};

/** Makes the home only. */
export const openControlPlane = (options: PlaneOptions = {}): ControlPlane => {
  // The true path: on some systems the directory for temporary files is a symbolic link.
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'pgrow-scenario-')));
  const platform = createDockerPlatform();
  const kept = (file: string): string => readFileSync(join(home, file), 'utf8').trim();
  const breakpoints = join(home, 'breakpoint.json');
  const environment = { PGROW_HOME: home, ...(options.breakpoints && { PGROW_BREAKPOINTS: breakpoints }) };
  let api: string | null = null;

  const plane: ControlPlane = {
    home,
    breakpoints,
    platform,
    homeId: () => kept('id'),
    run: (...args) => runCli(environment, args),
    json: async <T>(...args: string[]) => {
      const result = await runCli(environment, [...args, '--json']);
      if (result.exitCode !== 0) throw new Error(describeFailure(args, result));
      return JSON.parse(result.stdout) as T;
    },
    request: async (method, path, body, headers = {}) => {
      const response = await fetch(`${api}${path}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
        headers: {
          authorization: `Bearer ${kept('token')}`,
          ...(body && { 'content-type': 'application/json' }),
          ...headers,
        },
      });
      const text = await response.text();
      return {
        status: response.status,
        type: response.headers.get('content-type') ?? '',
        location: response.headers.get('location'),
        document: text === '' ? null : JSON.parse(text),
      };
    },
    up: async () => {
      const addresses = await plane.json<PlaneAddresses>('up');
      api = addresses.api;
      return addresses;
    },
    down: async () => {
      await plane.json('down');
    },
    downFromAnotherCheckout: async () => {
      const checkout = mkdtempSync(join(tmpdir(), 'pgrow-checkout-'));
      try {
        for (const part of ['pgrow', 'package.json', 'package-lock.json', 'src'])
          cpSync(join(repository, part), join(checkout, part), { recursive: true });
        symlinkSync(join(repository, 'node_modules'), join(checkout, 'node_modules'));
        return await runCli(environment, ['down'], join(checkout, 'pgrow'));
      } finally {
        rmSync(checkout, { recursive: true });
      }
    },
    create: (name, ...args) => createDatabase(plane, `${name}-${randomBytes(2).toString('hex')}`, ...args),
    resources: () => platform.findByLabels({ [labelNames.home]: plane.homeId() }),
    forget: () => rmSync(home, { recursive: true, force: true }),
    remove: () => removeControlPlane(plane),
  };
  return plane;
};

const runCli = (
  own: Readonly<Record<string, string>>,
  args: readonly string[],
  launcher = join(repository, 'pgrow'),
): Promise<CliResult> => {
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, ...environment } = process.env;
  const child = spawn(launcher, args, {
    env: { ...environment, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: cliTimeoutMs,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal) stderr += `\nended by ${signal}`;
      resolve({ exitCode: code ?? -1, stdout, stderr });
    });
  });
};

const describeFailure = (args: readonly string[], { exitCode, stderr }: CliResult): string =>
  `pgrow ${args.join(' ')}: exit code ${exitCode}\n${stderr.split('\n').slice(-40).join('\n')}`;

/** First as a user would, which must leave nothing of the databases; then by force, so that a failed test leaves nothing. */
const removeControlPlane = async (plane: ControlPlane): Promise<void> => {
  const problems: unknown[] = [];
  const attempt = async (action: () => Promise<unknown>): Promise<void> => {
    await action().catch((error: unknown) => problems.push(error));
  };
  await attempt(() => destroyAll(plane));
  await attempt(() => plane.down());
  await attempt(() => expectOnlyMetadata(plane));
  await attempt(() => sweep(plane));
  await attempt(async () => expect(await plane.resources()).toEqual(nothing));
  plane.forget();
  if (problems.length > 0)
    throw new AggregateError(problems, `not removed cleanly: ${problems.map(String).join('\n')}`);
};

const nothing: Resources = { containers: [], volumes: [], networks: [] };

const destroyAll = async (plane: ControlPlane): Promise<void> => {
  const { databases } = await plane.json<{ databases: { name: string; operation: unknown }[] }>('status');
  for (const { name, operation } of databases) {
    if (operation !== null) await plane.run('abort', name);
    await plane.json('destroy', name, '--confirm', name);
  }
};

/** The metadata database is the control plane's own; it stays through `down`. */
const expectOnlyMetadata = async (plane: ControlPlane): Promise<void> => {
  const own = [`pgrow-${plane.homeId()}-metadata`];
  expect(await plane.resources()).toEqual({ containers: own, volumes: own, networks: own });
};

const sweep = async (plane: ControlPlane): Promise<void> => {
  const { platform } = plane;
  const { containers, volumes, networks } = await plane.resources();
  await Promise.all(containers.map((name) => platform.removeContainer(name)));
  await Promise.all(volumes.map((name) => platform.removeVolume(name)));
  await Promise.all(networks.map((name) => platform.removeNetwork(name)));
};
