import { ports } from '../domain/naming.ts';
import { messageOf, PgrowError } from '../domain/errors.ts';
import type { ReplicaConfig } from '../domain/node-config.ts';
import { withAddresses } from '../domain/peer-hosts.ts';
import { refusalOf } from '../domain/login-refusal.ts';
import type { Node } from '../domain/topology.ts';
import type { WalEnd } from '../components/postgres/index.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { openHandOver } from './hand-over.ts';
import { nodeFiles } from '../nodes/node-files.ts';
import { openSession, type Session } from '../nodes/session.ts';
import type { Action } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

interface Holding extends WalEnd {
  readonly node: Node;
}

/** A hand-over from a cluster without a primary: no server is stopped, and no client is held. */
export const leaderlessPromotionActions = (dependencies: Dependencies) => {
  const { components, platform } = dependencies;
  const { postgres } = components;

  /** Whether a server at the one position lacks nothing of the other. A later timeline began where all before it was known. */
  const covers = (one: WalEnd, other: WalEnd): boolean =>
    one.timeline > other.timeline ||
    (one.timeline === other.timeline && postgres.parseLsn(one.lsn) >= postgres.parseLsn(other.lsn));

  const gatherWrites: Action<'gatherWrites'> = async ({ members, successor, slot }, step) => {
    const session = await openSession(dependencies, step.database);
    const holdings = await Promise.all(members.map((node) => holdingOf(session, node, step)));
    const furthest = holdings.reduce((one, other) => (covers(one, other) ? one : other));
    let streams = false;
    await waitUntil({
      for: `${successor.name} to have everything that ${furthest.node.name} holds`,
      step,
      look: async () => {
        const own = await session.asSuperuser(successor, postgres.readWalEnd);
        if (covers(own, furthest)) return { found: true };
        if (!streams) await streamFrom(session, furthest.node, { successor, slot });
        streams = true;
        return {
          observed: `${successor.name} is at ${position(own)}, ${furthest.node.name} at ${position(furthest)}`,
          remaining: Number(postgres.parseLsn(furthest.lsn) - postgres.parseLsn(own.lsn)),
        };
      },
    });
    step.note(`${successor.name} has everything that any member holds`);
  };

  const holdingOf = (session: Session, node: Node, step: Parameters<typeof gatherWrites>[1]): Promise<Holding> =>
    waitUntil<Holding>({
      for: `${node.name}:${ports.postgres} to report its WAL position`,
      step,
      look: async () => {
        const end = await session.asSuperuser(node, postgres.readWalEnd).catch(refuseIfKeptOut(node));
        if (!end.in_recovery) throw new PgrowError('refused', `${node.name} takes writes again. Repeat the request.`);
        if (end.complete) return { found: { ...end, node } };
        // It replays towards an end that it does not know yet: further is what counts.
        return { observed: `${node.name} replays what it holds`, remaining: -Number(postgres.parseLsn(end.lsn)) };
      },
    });

  /** Waiting does not help a login that is refused, and nothing is served meanwhile. */
  const refuseIfKeptOut = (node: Node) => (error: unknown) => {
    if (refusalOf(error) !== 'access') throw error;
    throw new PgrowError('refused', `${node.name} does not report its WAL position: ${messageOf(error)}`, {
      cause: error,
    });
  };

  /** A standby passes on what it has to any receiver; one that follows several nodes asks only a primary. */
  const streamFrom = async (
    session: Session,
    source: Node,
    { successor: node, slot }: { readonly successor: Node; readonly slot: string },
  ): Promise<void> => {
    await session.asSuperuser(source, (connection) => postgres.ensureReplicationSlot(connection, slot));
    const told = { kind: 'postgres', mode: 'replica', follow: [source.name], slot } as const;
    const config = withAddresses<ReplicaConfig>(told, () => source.address_number);
    const files = nodeFiles(components, session, { node, config }, { gateway: '', attempt: 1 });
    await platform.putFiles(node.container, files);
    await session.asSuperuser(node, postgres.reloadConfiguration);
  };

  const takeOver: Action<'takeOver'> = async (input, step) => {
    const session = await openSession(dependencies, step.database);
    const handOver = await openHandOver({ dependencies, session, input });
    try {
      await handOver.promote();
      await handOver.routeWrites();
      await handOver.writeThroughEveryRoute();
      await handOver.settle();
    } finally {
      await handOver.close();
    }
  };

  return { gatherWrites, takeOver };
};

const position = ({ lsn, timeline }: WalEnd): string => `${lsn} of timeline ${timeline}`;
