import { formatBytes } from '../domain/format-bytes.ts';
import { lookAtSenders, type WalSender } from '../domain/left-out.ts';
import type { Node } from '../domain/topology.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import { pollUntil } from '../nodes/deadlines.ts';
import type { NodeDependencies } from '../nodes/dependencies.ts';
import type { Session } from '../nodes/session.ts';
import type { ActionStep } from './step-activity.ts';
import { waitUntil, type Observation } from './wait-until.ts';

/** Seconds: PAUSE would wait for a transaction that has been open for longer, and every client with it. */
const longTransactionSeconds = 2;
/** Bytes that a receiver may lack when its server is stopped, which waits for it. */
const lagLimitBytes = 1_048_576;
/** Milliseconds for receivers to come that near. One that hangs never does. */
const receiversMs = 15_000;
/** Milliseconds within which a healthy receiver confirms what is written. */
const confirmWithinMs = 250;

type Postgres = NodeDependencies['components']['postgres'];

/**
 * Before clients wait for a restart: whatever would make it longer is waited for, little is left to write, and receivers that
 * confirm nothing are disconnected. A shutdown waits for every one of them.
 */
export const makeReadyToRestart = async (
  { components: { postgres } }: NodeDependencies,
  session: Session,
  node: Node,
  step: ActionStep,
): Promise<void> => {
  const began = performance.now();
  const look = async (connection: PostgresConnection): Promise<Observation<true>> => {
    const [backup] = await postgres.readBaseBackups(connection);
    if (backup) return { observed: `a base backup of ${node.name} is running, which a restart would end` };
    const [long] = await postgres.readLongTransactions(connection, longTransactionSeconds);
    if (long)
      return { observed: `${long.user} has a transaction open for ${long.seconds.toFixed(0)} s (pid ${long.pid})` };
    const late = (await sendersOf(postgres, connection)).find((sender) => lagOf(sender) > lagLimitBytes);
    if (!late || performance.now() - began > receiversMs) return { found: true };
    return { observed: `${late.name} is ${formatBytes(lagOf(late))} behind`, remaining: lagOf(late) };
  };
  await waitUntil({
    for: `a moment at which ${node.name} can be restarted`,
    step,
    look: () => session.asSuperuser(node, look),
  });
  await session.asSuperuser(node, async (connection) => {
    await postgres.checkpoint(connection);
    await postgres.checkpoint(connection);
    const silent = await silentReceivers(postgres, connection, node);
    for (const { pid } of silent) await connection.query('SELECT pg_terminate_backend($1)', [pid]);
  });
};

const lagOf = ({ unconfirmed_bytes }: WalSender): number => unconfirmed_bytes ?? 0;

const sendersOf = async (postgres: Postgres, connection: PostgresConnection): Promise<readonly WalSender[]> =>
  postgres.readWalSenders(connection, await postgres.readFlushed(connection));

const silentReceivers = async (
  postgres: Postgres,
  connection: PostgresConnection,
  { name }: Node,
): Promise<readonly WalSender[]> => {
  const written = await postgres.readFlushed(connection);
  let silent: readonly WalSender[] = [];
  await pollUntil(confirmWithinMs, 'all to confirm it', async () => {
    silent = lookAtSenders(await postgres.readWalSenders(connection, written), name).leftOut;
    return silent.length === 0;
  }).catch(() => undefined);
  return silent;
};
