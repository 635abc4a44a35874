import { allProjects } from '../domain/tokens.ts';
import { sealingKeysIn } from '../store/sealing-keys.ts';
import { createStore, type Store } from '../store/store.ts';
import { controlPlaneOf } from './control-plane-of.ts';
import { newOwnToken } from './home.ts';
import { replaceFile } from './kept-files.ts';
import { holdOwnToken } from './own-token.ts';
import type { Progress } from './progress.ts';
import { versionOfSources } from './version.ts';

interface Rotation {
  /** Path of the token's file. */
  readonly file: string;
  readonly store: Pick<Store, 'admitHomeToken' | 'retireHomeTokens' | 'recordAudit'>;
  /** For which the token of before stays valid. */
  readonly graceSeconds: number;
}

/**
 * Puts another token into the home's file `token`. The one of before stays valid for a while, also when the API starts again.
 * @returns the path of the file
 * @throws PgrowError where there is no control plane, or its metadata does not answer
 */
export const rotateOwnToken = async (graceSeconds: number, progress: Progress): Promise<string> => {
  const { home, url } = controlPlaneOf('there is no token to rotate');
  const sealingKeys = sealingKeysIn(home.secretKeyPath);
  const store = await createStore({ connection: { url }, sealingKeys, version: versionOfSources });
  try {
    await replaceOwnToken({ file: home.tokenPath, store, graceSeconds }, progress);
    return home.tokenPath;
  } finally {
    await store.close();
  }
};

/**
 * At each step the token in the file is valid. Interrupted before the last one, the token of before has no end yet: the API's next
 * start ends it, as does a rotation that is repeated.
 */
export const replaceOwnToken = ({ file, store, graceSeconds }: Rotation, progress: Progress): Promise<void> =>
  holdOwnToken(file, progress, async () => {
    const token = newOwnToken();
    const { id, name } = await store.admitHomeToken(token);
    await store.recordAudit({
      actor: name,
      project: allProjects,
      service_id: null,
      action: 'rotate_token',
      details: { name, grace_seconds: graceSeconds, successor: id },
    });
    replaceFile(file, `${token}\n`);
    await store.retireHomeTokens(id, graceSeconds);
  });
