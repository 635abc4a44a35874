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

/** Milliseconds within which a healthy receiver confirms what the successor has replayed. */
const confirmWithinMs = 250;

/**
 * Runs before clients wait, over one login to the old primary. Null if an earlier attempt has stopped it. Otherwise it writes
 * a checkpoint, so that little is left to write at its stop, and lists its receivers. The successor must replay that
 * checkpoint now; receivers that do not confirm it at once are disconnected.
 * @throws PgrowError `not_ready` when the successor does not replay it, with the reason if there is one; another error when
 * the old primary neither answers nor was stopped: then it is unknown what clients would find
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

/** Only a server that answers has certainly not been stopped. */
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

/** The note of a hand-over, with every node that it left aside. */
export const noteOf = (done: string, { senders, bystanders: { aside, fenced }, routers = [] }: LeftOut): string => {
  const names = (nodes: readonly Node[]) => nodes.map(({ name }) => name).join(', ');
  return [
    done,
    ...(senders.leftOut.length > 0
      ? [`disconnected so that the stop did not wait for them: ${senders.leftOut.map(describeSender).join(', ')}`]
      : []),
    ...(aside.length > 0 ? [`left aside because Patroni does not answer: ${names(aside)}`] : []),
    ...(fenced.length > 0 ? [`killed, because it could have come back as a second primary: ${names(fenced)}`] : []),
    ...(routers.length > 0 ? [`left aside, not switched to the new primary: ${names(routers)}`] : []),
  ].join('; ');
};
