import { ApplicationFailure } from '@temporalio/activity';
import { usualMajor, type Database, type PostgresMajor } from '../domain/database.ts';
import { imageOf } from '../domain/container-spec.ts';
import { PgrowError } from '../domain/errors.ts';
import type { Restored } from '../domain/plan/restore.ts';
import { beyondCapacity } from '../domain/server-size.ts';
import type { UnpricedPlan } from '../domain/plan.ts';
import { nodeNamed } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { refuseServed } from './refuse-served.ts';
import { openSession } from '../nodes/session.ts';

/** Room that must be left on the disk after everything has been copied, and WAL has piled up meanwhile. Bytes. */
const headroomBytes = 512 * 1024 * 1024;

/** Refuses what the world does not allow: no engine, no image, no disk space. */
export const refuseUnfit = async (
  dependencies: Dependencies,
  database: Pick<Database, 'id' | 'name' | 'topology' | 'size' | 'postgres_major'>,
  plan: UnpricedPlan,
  /** What a new database is restored from. */
  restored: Restored | null = null,
): Promise<void> => {
  const { platform, images } = dependencies;
  await platform.ping().catch(refuseAtOnce);
  await refuseBeyondHost(dependencies, database, plan);
  if (plan.type === 'destroy' || !plan.to) return;
  await refuseServed(dependencies, database, plan);
  // What was kept for a rollback comes back as it is.
  const kept = plan.from?.kept.map((node) => node.name) ?? [];
  const added = plan.to.nodes.filter(({ name }) => plan.nodes_added.includes(name) && !kept.includes(name));
  for (const image of new Set(added.map((node) => images[imageOf(node.kind, database.postgres_major)]))) {
    if (await platform.hasImage(image)) continue;
    throw new PgrowError(
      'image_missing',
      `Image ${image} is missing on the Docker engine. Build it: ${buildCommand(database.postgres_major)}`,
    );
  }
  const copies = added.filter((node) => node.kind === 'postgres').length + (plan.snapshot ? 1 : 0);
  if (plan.from && copies > 0)
    await refuseFullDisk(dependencies, database.name, copies, await sizeOf(dependencies, database));
  if (restored?.snapshot.bytes) await refuseFullDisk(dependencies, database.name, 1, restored.snapshot.bytes);
};

/** `up` builds those of the usual major. */
const buildCommand = (major: PostgresMajor): string =>
  major === usualMajor ? './pgrow up' : `./pgrow images --postgres-major ${major}`;

/** A server that is larger than its host is killed as soon as it uses what it was given. */
const refuseBeyondHost = async (
  { platform }: Dependencies,
  { name, size }: Pick<Database, 'name' | 'size'>,
  { from }: UnpricedPlan,
): Promise<void> => {
  // A database that is there was given its size.
  if (from || !size) return;
  const problem = beyondCapacity(size, await platform.capacity());
  if (problem) throw new PgrowError('refused', `${name} does not fit on this host: ${problem}. Choose less.`);
};

/** An operation that runs waits for its engine; one that has not begun tells its caller instead. */
const refuseAtOnce = (error: unknown): never => {
  if (!(error instanceof PgrowError)) throw error;
  throw ApplicationFailure.create({ type: error.code, message: error.message, nonRetryable: true });
};

/** Bytes. */
const sizeOf = async (
  dependencies: Dependencies,
  { id, topology }: Pick<Database, 'id' | 'topology'>,
): Promise<number> => {
  const session = await openSession(dependencies, id);
  const { postgres } = dependencies.components;
  return session.asSuperuser(nodeNamed(topology, topology.primary), postgres.databaseSizeBytes);
};

const refuseFullDisk = async ({ platform }: Dependencies, name: string, copies: number, size: number) => {
  const needed = size * copies + headroomBytes;
  const free = await platform.freeBytes();
  if (free >= needed) return;
  throw new PgrowError(
    'no_disk_space',
    `Not enough disk space for ${name}: ${copies} ${copies === 1 ? 'copy' : 'copies'} of ${megabytes(size)} MB and ${megabytes(headroomBytes)} MB ` +
      `of headroom need ${megabytes(needed)} MB, ${megabytes(free)} MB are free. Make room where Docker keeps its volumes.`,
  );
};

const megabytes = (bytes: number): number => Math.ceil(bytes / 1_048_576);
