import { PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import type { PoolerAdmin } from '../components/pgbouncer/index.ts';
import { disarm, releasePoolers } from '../nodes/dead-man.ts';
import type { Dependencies } from '../nodes/dependencies.ts';

/** A hand-over pauses poolers of its own; clients that another process holds are not its to release. */

/** What an attempt that was interrupted holds is released first; what another has paused is for that one to resume. */
export const refusePaused = async (
  platform: Dependencies['platform'],
  admin: PoolerAdmin,
  pooler: Node,
): Promise<void> => {
  if (!(await admin.isPaused())) return;
  await releasePoolers(platform, [pooler]);
  if (await admin.isPaused()) throw heldByAnother(pooler);
};

export const pauseOwn = async (platform: Dependencies['platform'], admin: PoolerAdmin, pooler: Node): Promise<void> => {
  if (await admin.pause()) return;
  // Its clients are not ours to release.
  await disarm(platform, [pooler]);
  throw heldByAnother(pooler);
};

const heldByAnother = ({ name }: Node): PgrowError =>
  new PgrowError(
    'refused',
    `Clients of ${name}:${ports.pooled} are already held, by a failover in progress or by a manual PAUSE.`,
  );

/** @throws all but a transaction that does not end */
export const notPaused = (error: unknown): void => {
  if (!(error instanceof PgrowError) || error.code !== 'not_ready') throw error;
};
