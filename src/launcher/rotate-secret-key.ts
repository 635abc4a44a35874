import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createStore, type Store } from '../store/store.ts';
import { parseSealingKeys, sealingKeysIn } from '../store/sealing-keys.ts';
import { hashOfSources } from './builds.ts';
import { controlPlaneOf } from './control-plane-of.ts';
import type { Home } from './home.ts';
import { readIfThere, replaceFile } from './kept-files.ts';
import { launcherError } from './launcher-error.ts';
import { withLock } from './lock.ts';
import { findProcesses } from './processes.ts';
import type { Progress } from './progress.ts';
import { serviceNames } from './services.ts';
import { versionOfSources } from './version.ts';

export interface Rotated {
  /** Path of the key file. */
  readonly file: string;
  /** Path of the file with the keys of before. */
  readonly retired: string;
  /** How many secrets were sealed with the new key. */
  readonly resealed: number;
}

interface Rotation {
  /** Path of the key file. */
  readonly file: string;
  readonly store: Pick<Store, 'resealSecrets'>;
  /** Until what was being written with the old key has been written. */
  readonly settle: () => Promise<void>;
}

/** Milliseconds: as long as a statement of any process may take, and a little more. */
const settleMs = 35_000;

/**
 * Seals all secrets of this control plane with a new key, while it runs. One that was interrupted goes on where it was.
 * @throws PgrowError where there is no control plane, its metadata does not answer, or a process of another version runs
 */
export const rotateSecretKey = async (progress: Progress): Promise<Rotated> => {
  const { home, url } = controlPlaneOf('there is no key to rotate');
  return withLock(`key of ${home.path}`, progress, async () => {
    refuseOtherVersions(home, hashOfSources());
    const sealingKeys = sealingKeysIn(home.secretKeyPath);
    const store = await createStore({ connection: { url }, sealingKeys, version: versionOfSources });
    try {
      const settle = async () => {
        progress(`Waiting ${settleMs / 1000} s for what is still being sealed with the old key`);
        await delay(settleMs);
      };
      return await carryOut({ file: home.secretKeyPath, store, settle });
    } finally {
      await store.close();
    }
  });
};

/**
 * An older version may know one key only, and would open nothing that the new one has sealed. Every program is run from the
 * copy of its version, whose path has the version's number.
 */
export const refuseOtherVersions = (home: Home, build: string): void => {
  const others = serviceNames.flatMap((name) =>
    findProcesses({ home, name }).flatMap(({ pid, command }) =>
      command.some((part) => part.includes(build)) ? [] : [`${name} (process ${pid})`],
    ),
  );
  if (others.length === 0) return;
  throw launcherError(
    `Processes of another version run in ${home.path}, which may not know two keys: ${others.join(', ')}. Nothing was touched. ` +
      'Bring all to this version first: ./pgrow up. An older worker ends with the operations that it has: ./pgrow workers',
  );
};

/**
 * Each step leaves a state in which every process opens every secret: they read the key file at each use.
 * 1. The new key stands before the old one: it seals from now on, both open.
 * 2. What the old one has sealed is sealed with the new key, twice: a process may have sealed with the old key just before.
 * 3. The old key is kept apart, and leaves the file.
 */
export const carryOut = async ({ file, store, settle }: Rotation): Promise<Rotated> => {
  const [newest, ...others] = keysIn(file);
  const retired = `${file}.retired`;
  // Two keys: it was interrupted, and the first of them is the new one.
  const [next, old] = others.length > 0 ? [newest, others] : [randomBytes(32), [newest]];
  if (others.length === 0) replaceFile(file, textOf([next, ...old]));
  const first = await store.resealSecrets();
  await settle();
  const resealed = first + (await store.resealSecrets());
  const kept = readIfThere(retired) ?? '';
  const added = old.map((key) => key.toString('base64')).filter((key) => !kept.includes(key));
  if (added.length > 0) replaceFile(retired, `${added.join('\n')}\n${kept}`);
  replaceFile(file, textOf([next]));
  return { file, retired, resealed };
};

const keysIn = (file: string) => {
  const text = readIfThere(file);
  if (text === null) throw launcherError(`${file} is gone: restore it before it is rotated.`);
  return parseSealingKeys(text, file);
};

const textOf = (keys: readonly Buffer[]): string => keys.map((key) => `${key.toString('base64')}\n`).join('');
