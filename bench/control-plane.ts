import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { removeResources } from '../src/nodes/leftovers.ts';
import { createApiClient, type ApiClient } from '../src/cli/api-client.ts';
import { labelNames } from '../src/domain/naming.ts';
import { down, up } from '../src/launcher/control-plane.ts';
import { readSettings, type Settings } from '../src/launcher/settings.ts';
import { createDockerPlatform } from '../src/platform/docker/index.ts';
import type { Platform } from '../src/platform/platform.ts';
import { sealingKeysIn } from '../src/store/sealing-keys.ts';
import { createStore, type Store } from '../src/store/store.ts';

export interface ControlPlane {
  readonly api: ApiClient;
  readonly settings: Settings;
  readonly platform: Platform;
  readonly store: Store;
  /** The metadata itself: for the times of steps, which no document shows. */
  readonly metadata: pg.Pool;
  /** Stops it and removes everything that carries its label, and its directory. */
  remove(): Promise<void>;
}

interface StartControlPlane {
  readonly progress: (line: string) => void;
  /** What it is for, as a part of its directory's name. Default `bench`. */
  readonly purpose?: string;
  /** For its processes, by its directory. */
  readonly environment?: (home: string) => Readonly<Record<string, string>>;
}

/** A control plane in a directory of its own, whatever else the surroundings name. */
export const startControlPlane = async ({
  progress,
  purpose = 'bench',
  environment = () => ({}),
}: StartControlPlane): Promise<ControlPlane> => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), `pgrow-${purpose}-`)));
  Object.assign(process.env, { PGROW_HOME: home, ...environment(home) });
  for (const name of Object.keys(process.env)) {
    if (/^(DATABASE_URL$|PGROW_API_PORT$|PGROW_TASK_QUEUE$|TEMPORAL_)/.test(name)) delete process.env[name];
  }
  const platform = createDockerPlatform();
  const opened: (() => Promise<void>)[] = [];
  const remove = async (): Promise<void> => {
    for (const close of opened.toReversed()) await close();
    await down({ progress });
    const leftOver = await removeResources(
      platform,
      await platform.findByLabels({ [labelNames.home]: readHomeId(home) }),
    );
    for (const { what, command } of leftOver) progress(`Left over: ${what}. Finish with: ${command}`);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await up({ progress });
    const settings = readSettings();
    const store = await createStore({
      connection: { url: settings.databaseUrl },
      sealingKeys: sealingKeysIn(settings.secretKeyPath),
    });
    opened.push(() => store.close());
    const metadata = new pg.Pool({ connectionString: settings.databaseUrl, max: 1 });
    metadata.on('error', () => undefined);
    opened.push(() => metadata.end());
    const token = readFileSync(settings.tokenPath, 'utf8').trim();
    return { api: createApiClient({ url: settings.apiUrl, token }), settings, platform, store, metadata, remove };
  } catch (error) {
    await remove();
    throw error;
  }
};

const readHomeId = (home: string): string => readFileSync(join(home, 'id'), 'utf8').trim();
