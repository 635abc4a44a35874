import type { CutOver } from '../domain/step-actions.ts';
import { PgrowError, withoutStop } from '../domain/errors.ts';
import { proofWithinMs } from '../domain/hand-over-limits.ts';
import { describeSender, lookAtSenders, type LookAtSenders } from '../domain/left-out.ts';
import { ports } from '../domain/naming.ts';
import type { Node } from '../domain/topology.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import type { Dependencies, NodeDependencies } from '../nodes/dependencies.ts';
import type { Bystanders } from './promotion.ts';
import type { Session } from '../nodes/session.ts';
import { pollUntil } from '../nodes/deadlines.ts';

/** Milliseconds in which a receiver that is well has confirmed what the successor has replayed. */
const confirmWithinMs = 250;

/**
 * Before anybody waits, by one login to the old primary: null where an attempt before this one has stopped it; else it has
 * written a checkpoint, so that its stop has little left to write, and is seen who follows it. The successor has to replay it
 * now, others that do not confirm it at once are left out.
 * @throws PgrowError `not_ready` when the successor does not replay it, with the reason where it tells one; anything else
 * when the old primary neither answers nor was stopped: then it is unknown what clients would find
 */
export const lookAtOldPrimary = async (
  { platform, components: { postgres } }: NodeDependencies,
  session: Session,
  input: CutOver,
  successor: PostgresConnection,
): Promise<LookAtSenders | null> => {
  const primary = await connectOld(session, postgres, input.from).catch(async (error: unknown) => {
    const { stdout } = await platform.exec(input.from.container, ['pgrow-control-data']);
    if (/"state": ?"shut down"/.test(stdout)) return null;
    throw error;
  });
  if (!primary) return null;
  try {
    return await lookAtBystanders(postgres, primary, input, successor);
  } finally {
    await primary.end();
  }
};

type Postgres = Dependencies['components']['postgres'];

/** Only one that answers is one that was not stopped. */
const connectOld = async (session: Session, postgres: Postgres, from: Node): Promise<PostgresConnection> => {
  const connection = await session.connectSuperuser(from);
  try {
    await postgres.isReplica(connection);
    return connection;
  } catch (error) {
    await connection.end();
    throw error;
  }
};

const lookAtBystanders = async (
  postgres: Postgres,
  primary: PostgresConnection,
  { to }: CutOver,
  successor: PostgresConnection,
): Promise<LookAtSenders> => {
  await postgres.checkpoint(primary);
  await postgres.checkpoint(primary);
  const written = await postgres.readFlushed(primary);
  const end = postgres.parseLsn(written);
  await pollUntil(proofWithinMs, `${to.name}:${ports.postgres} to replay ${written}`, async () => {
    const { lsn } = await postgres.readPosition(successor);
    return postgres.parseLsn(lsn) >= end;
  }).catch(async (error: unknown) => {
    const obstacle = await postgres.readReplayObstacle(successor).catch(() => null);
    if (!(error instanceof PgrowError) || obstacle === null) throw error;
    throw new PgrowError('not_ready', `${withoutStop(error.message)}; ${obstacle}.`);
  });
  let seen = lookAtSenders([], to.name);
  await pollUntil(confirmWithinMs, 'all to confirm it', async () => {
    seen = lookAtSenders(await postgres.readWalSenders(primary, written), to.name);
    return seen.leftOut.length === 0;
  }).catch(() => undefined);
  return seen;
};

interface LeftOut {
  readonly senders: LookAtSenders;
  readonly bystanders: Bystanders;
  readonly routers?: readonly Node[];
}

/** What a hand-over says of itself, with everybody it went on without. */
export const noteOf = (done: string, { senders, bystanders: { aside, fenced }, routers = [] }: LeftOut): string => {
  const names = (nodes: readonly Node[]) => nodes.map(({ name }) => name).join(', ');
  return [
    done,
    ...(senders.leftOut.length > 0
      ? [`left out for the moment, so that the stop did not wait: ${senders.leftOut.map(describeSender).join(', ')}`]
      : []),
    ...(aside.length > 0 ? [`left aside, for its Patroni does not answer: ${names(aside)}`] : []),
    ...(fenced.length > 0 ? [`killed, for it might have come back as a second primary: ${names(fenced)}`] : []),
    ...(routers.length > 0 ? [`left aside, not told where writes go: ${names(routers)}`] : []),
  ].join('; ');
};
