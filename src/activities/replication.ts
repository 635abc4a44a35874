import { PgrowError } from '../domain/errors.ts';
import { applicationName } from '../domain/database.ts';
import { copiesAtMost, countCopies } from '../domain/copy-attempts.ts';
import { formatBytes } from '../domain/format-bytes.ts';
import { isOwnSlot, ports } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import { explainCopy } from './copy-facts.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { restartIfExited, failIfExited } from './exited-nodes.ts';
import { lastWords } from '../nodes/last-words.ts';
import { asideWhenLate, dispensableSeconds, leaveAside, leaveCatchingUp } from './left-aside.ts';
import { openSession } from '../nodes/session.ts';
import type { Action } from './step-activity.ts';
import { waitUntil, type Observation } from './wait-until.ts';

export const replicationActions = (dependencies: Dependencies) => {
  const { platform, components } = dependencies;
  const { postgres } = components;

  const ensureRoles: Action<'ensureRoles'> = async ({ node }, { database: id }) => {
    const session = await openSession(dependencies, id);
    const name = applicationName(session.database.name);
    const application = { role: name, database: name, password: session.secrets.application };
    await session.asSuperuser(node, (connection) => postgres.ensureRoles(connection, application));
    await session.asSuperuserIn(node, name, postgres.ensureProbe);
  };

  const ensureReplicationSlot: Action<'ensureReplicationSlot'> = async ({ on, slot }, { database: id }) => {
    const session = await openSession(dependencies, id);
    await session.asSuperuser(on, (connection) => postgres.ensureReplicationSlot(connection, slot));
  };

  const removeReplicationSlot: Action<'removeReplicationSlot'> = async ({ on, slot }, { database: id }) => {
    const session = await openSession(dependencies, id);
    await session.asSuperuser(on, (connection) => postgres.dropReplicationSlot(connection, slot));
  };

  const pruneReplicationSlots: Action<'pruneReplicationSlots'> = async ({ on, keep }, step) => {
    const session = await openSession(dependencies, step.database);
    const keepUp = restartIfExited(platform, step);
    await waitUntil({
      for: `${on.name} to have no slots but those in use`,
      step,
      look: async () => {
        await keepUp(on);
        return session.asSuperuser(on, async (connection) => {
          const slots = await postgres.listReplicationSlots(connection);
          for (const slot of slots.filter((name) => isOwnSlot(name) && !keep.includes(name))) {
            await postgres.dropReplicationSlot(connection, slot);
          }
          return { found: true };
        });
      },
    });
  };

  const waitUntilStreaming: Action<'waitUntilStreaming'> = async ({ node, from, lag_limit_bytes }, step) => {
    const session = await openSession(dependencies, step.database);
    const tooMany = countCopies();
    const failIfItExits = failIfExited(platform);
    await waitUntil({
      for: `${node.name} to stream from ${from.name}:${ports.postgres}`,
      step,
      look: async () => {
        await failIfItExits(node);
        const replica = { name: node.name, address: (await session.peer(node)).address };
        const seen = await session.asSuperuser(from, (connection) =>
          lookAtReplica(connection, replica, lag_limit_bytes),
        );
        if (!tooMany('copying' in seen)) return seen;
        const log = await lastWords(platform, node.container, logLines);
        return {
          hopeless: `${copiesAtMost} copies of ${from.name} to ${node.name} failed; the end of its log:\n${log}`,
        };
      },
    }).catch(explainCopy(dependencies, session, { from, to: node }));
  };

  const lookAtReplica = async (
    connection: Parameters<typeof postgres.readReplication>[0],
    { name, address }: { readonly name: string; readonly address: string },
    limit: number,
  ): Promise<Observation<true> & { readonly copying?: true }> => {
    const replica = (await postgres.readReplication(connection)).find((candidate) => candidate.name === name);
    if (replica?.state === 'streaming') {
      return replica.lag_bytes <= limit
        ? { found: true }
        : { observed: `streaming, ${replica.lag_bytes} bytes behind`, remaining: replica.lag_bytes };
    }
    const copy = await postgres.readBaseBackupProgress(connection, address);
    if (copy)
      return {
        observed: `${megabytes(copy.streamed_bytes)} of ${megabytes(copy.total_bytes)} MB copied`,
        remaining: copy.total_bytes - copy.streamed_bytes,
        total: copy.total_bytes,
        copying: true,
      };
    return {
      observed: replica ? `replication is in state ${replica.state}` : `${name} is not connected yet`,
    };
  };

  const waitUntilReplicated: Action<'waitUntilReplicated'> = async (
    { primary, replicas, aside = [], can_do_without = false },
    step,
  ) => {
    const session = await openSession(dependencies, step.database);
    const keep = restartIfExited(platform, step);
    const isLate = asideWhenLate(session.database, step, dispensableSeconds(step));
    const without = leaveAside(dependencies, session, step);
    const letCatchUp = leaveCatchingUp(step);
    await waitUntil({
      for: `${primary.name}:${ports.postgres} to be replicated`,
      step,
      look: async () => {
        const hanging = await without(aside);
        const present = replicas.filter(({ name }) => !hanging.includes(name));
        await keep(primary, ...(can_do_without ? [] : present));
        if (can_do_without) for (const node of present) await keep(node).catch(() => undefined);
        if (await session.asSuperuser(primary, postgres.isReplica))
          return { observed: `${primary.name}:${ports.postgres} takes no writes` };
        const followers = await session.asSuperuser(primary, postgres.readReplication);
        const onTheirWay = letCatchUp(followers.filter(({ name }) => aside.some((node) => node.name === name)));
        const arrived = [
          ...followers.filter(({ state }) => state === 'streaming').map(({ name }) => name),
          ...onTheirWay,
        ];
        const says = `does not stream from ${primary.name}`;
        const missing = present
          .map(({ name }) => ({ name, why: arrived.includes(name) ? null : { says: `it ${says}` } }))
          .filter(({ name, why }) => (can_do_without && isLate(name, why) ? false : why !== null))
          .map(({ name }) => name);
        return missing.length === 0 ? { found: true } : { observed: `${missing.join(', ')} ${says} yet` };
      },
    });
  };

  /**
   * What they have replayed, up to what was written when it began: something may write all the time. One that is not there in
   * time is named and left to catch up: the primary comes up first, and alone.
   */
  const waitUntilCaughtUp: Action<'waitUntilCaughtUp'> = async ({ primary, replicas, aside = [] }, step) => {
    const session = await openSession(dependencies, step.database);
    const keep = restartIfExited(platform, step);
    // One that hangs is stopped as well: there is nothing to mend before the next start.
    const without = leaveAside(dependencies, session, {
      ...step,
      remark: (_, text) => text !== null && step.note(text),
    });
    let target: number | null = null;
    await waitUntil({
      for: `${replicas.map(({ name }) => name).join(', ')} to have received everything`,
      // Clients are shut out meanwhile.
      step: { ...step, patience_seconds: Math.min(step.patience_seconds, catchUpSeconds) },
      look: async () => {
        const hanging = await without(aside);
        const present = replicas.filter(({ name }) => !hanging.includes(name));
        await keep(primary, ...present);
        const { written, followers } = await session.asSuperuser(primary, async (connection) => ({
          written: Number(postgres.parseLsn((await postgres.readPosition(connection)).lsn)),
          followers: await postgres.readReplication(connection),
        }));
        target ??= written;
        const has = (name: string) => followers.find((follower) => follower.name === name);
        for (const { name } of present) {
          const follower = has(name);
          if (!follower) return { observed: `${name} does not follow ${primary.name}` };
          const missing = follower.lag_bytes - (written - target);
          if (missing > 0) return { observed: `${name} is ${formatBytes(missing)} behind`, remaining: missing };
        }
        return { found: true };
      },
    }).catch((error: unknown) => {
      if (!(error instanceof PgrowError) || error.code !== 'not_ready') throw error;
      const [{ name }] = replicas as readonly [Node, ...Node[]];
      step.remark(
        name,
        `${replicas.map((each) => each.name).join(', ')} will catch up after the next start: ${error.message}`,
      );
    });
  };

  return {
    waitUntilCaughtUp,
    pruneReplicationSlots,
    waitUntilReplicated,
    ensureRoles,
    ensureReplicationSlot,
    removeReplicationSlot,
    waitUntilStreaming,
  };
};

/** Seconds that replicas have to receive the rest, while clients are shut out. */
const catchUpSeconds = 60;

/** Enough for what a copy says when it fails. */
const logLines = 20;

const megabytes = (bytes: number): string => (bytes / 1_048_576).toFixed(0);
