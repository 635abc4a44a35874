import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, inject, vi } from 'vitest';
import { createDockerPlatform } from '../../src/platform/docker/index.ts';
import type { Platform, Resources } from '../../src/platform/platform.ts';
import { endControlPlane, expectOnlyMetadata, homeIdOf, openPool, resourcesOf } from './control-plane-pool.ts';
import type { Checkout } from './checkout.ts';
import { readCli, runCli, type CliResult } from './run-cli.ts';
import { createDatabase, type ManagedDatabase } from './stack.ts';

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
  /** The same in another checkout. */
  runFrom(checkout: Checkout, ...args: string[]): Promise<CliResult>;
  /** `./pgrow ARGUMENTS --json`: the one document on standard output; throws unless the exit code is 0. */
  json<T>(...args: string[]): Promise<T>;
  /** A request to the REST API with the command line's token. `path` begins with `/`. */
  request<T>(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer<T>>;
  up(): Promise<PlaneAddresses>;
  down(): Promise<void>;
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

/** Scenarios share the machine with others of their kind: only what hangs may run into this. */
const scenarioTimeoutMs = 600_000;

interface PlaneOptions {
  /** That its worker can be told to stand still. Default false. */
  readonly breakpoints?: boolean;
  /** That the next file cannot take it over, because of what this one does to it. Default: with breakpoints. */
  readonly spent?: boolean;
}

/**
 * A control plane for the tests of one file: it runs before the first and has no database after the last. The next file
 * takes it over, unless it was made with options of its own.
 */
export const useControlPlane = ({ breakpoints = false, spent = breakpoints }: PlaneOptions = {}): ControlPlane => {
  vi.setConfig({ testTimeout: scenarioTimeoutMs, hookTimeout: scenarioTimeoutMs });
  const pool = openPool(inject('controlPlanes'));
  const plane = breakpoints ? openControlPlane({ breakpoints }) : openControlPlane({}, pool.take());
  beforeAll(async () => {
    await plane.up();
  }, scenarioTimeoutMs);
  afterAll(async () => {
    if (spent) return plane.remove();
    const problems = await clear(plane);
    const isAsNew = problems.length === 0 && (await plane.run('doctor')).exitCode === 0;
    if (isAsNew) return pool.giveBack(plane.home);
    return endControlPlane(plane.home, problems);
  }, scenarioTimeoutMs);
  return plane;
};

/** Makes the home only. */
export const openControlPlane = (options: PlaneOptions = {}, home = newHome()): ControlPlane => {
  const platform = createDockerPlatform();
  const kept = (file: string): string => readFileSync(join(home, file), 'utf8').trim();
  const breakpoints = join(home, 'breakpoint.json');
  const environment = { PGROW_HOME: home, ...(options.breakpoints && { PGROW_BREAKPOINTS: breakpoints }) };
  let api: string | null = null;

  const plane: ControlPlane = {
    home,
    breakpoints,
    platform,
    homeId: () => homeIdOf(home),
    run: (...args) => runCli(environment, args),
    runFrom: ({ launcher }, ...args) => runCli(environment, args, launcher),
    json: <T>(...args: string[]) => readCli<T>(environment, args),
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
    create: (name, ...args) => createDatabase(plane, `${name}-${randomBytes(2).toString('hex')}`, ...args),
    resources: () => resourcesOf(platform, home),
    forget: () => rmSync(home, { recursive: true, force: true }),
    remove: async () => endControlPlane(home, await clear(plane)),
  };
  return plane;
};

// The true path: on some systems the directory for temporary files is a symbolic link.
const newHome = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'pgrow-scenario-')));

/** As a user would: destroys all databases, which must leave nothing of them. @returns what went wrong */
const clear = async (plane: ControlPlane): Promise<readonly unknown[]> => {
  try {
    await destroyAll(plane);
    await expectOnlyMetadata(plane.platform, plane.home);
    return [];
  } catch (error) {
    return [error];
  }
};

const destroyAll = async (plane: ControlPlane): Promise<void> => {
  const { databases } = await plane.json<{ databases: { name: string; operation: unknown }[] }>('status');
  const ended = await Promise.allSettled(
    databases.map(async ({ name, operation }) => {
      if (operation !== null) await plane.run('abort', name);
      await plane.json('destroy', name, '--confirm', name);
    }),
  );
  const failed = ended.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
  if (failed.length > 0)
    throw new AggregateError(
      failed.map(({ reason }) => reason),
      failed.map(({ reason }) => String(reason)).join('\n'),
    );
};
