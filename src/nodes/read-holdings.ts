import { z } from 'zod';
import type { Holding, Holdings } from '../domain/holdings.ts';
import { nodesOf, type Node } from '../domain/topology.ts';
import type { NodeDependencies } from './dependencies.ts';
import { openEtcd } from './etcd.ts';
import { runningOf } from './running-nodes.ts';
import type { Session } from './session.ts';

/** What each server of a database without a primary holds, and the last known position of its leader. */
export const readHoldings = async (dependencies: NodeDependencies, session: Session): Promise<Holdings> => {
  const { topology } = session.database;
  const running = await runningOf(dependencies.platform, nodesOf(topology, 'postgres'));
  const said = await Promise.all(running.map((node) => readHolding(dependencies, session, node).catch(() => null)));
  return {
    heard: said.filter((holding) => holding !== null),
    unheard: running.flatMap(({ name }, index) => (said[index] ? [] : [name])),
    last_known: await readLastKnown(session).catch(() => null),
  };
};

/** @throws PgrowError when the node does not answer */
export const readHolding = async (
  { components: { postgres } }: Pick<NodeDependencies, 'components'>,
  session: Session,
  node: Node,
): Promise<Holding> => {
  const { lsn, receive_lsn, timeline } = await session.asSuperuser(node, postgres.readPosition);
  const ends = [lsn, receive_lsn].flatMap((end) => (end === null ? [] : [Number(postgres.parseLsn(end))]));
  return { name: node.name, timeline, position: Math.max(...ends) };
};

/** Patroni's leader writes it to etcd in every loop. */
const status = z.object({ optime: z.number() });

/** Bytes of WAL: the last known position of Patroni's leader; null if unknown. @throws when etcd does not answer */
export const readLastKnown = async (session: Session): Promise<number | null> => {
  const { ha } = session.database.topology;
  if (!ha) return null;
  const ask = await openEtcd(session);
  const text = await ask((client) => client.get(`/service/${ha.scope}/status`));
  const said = status.safeParse(text === null ? null : JSON.parse(text));
  return said.success ? said.data.optime : null;
};
