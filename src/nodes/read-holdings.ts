import { z } from 'zod';
import type { Holding, Holdings } from '../domain/holdings.ts';
import { nodesOf, type Node } from '../domain/topology.ts';
import type { NodeDependencies } from './dependencies.ts';
import { openEtcd } from './etcd.ts';
import { runningOf } from './running-nodes.ts';
import type { Session } from './session.ts';

/** What each server of a database holds, and the last known position of its leader. */
export const readHoldings = async (dependencies: NodeDependencies, session: Session): Promise<Holdings> => {
  const { topology } = session.database;
  const running = await runningOf(dependencies.platform, nodesOf(topology, 'postgres'));
  const [said, last_known, synchronous] = await Promise.all([
    Promise.all(running.map((node) => readHolding(dependencies, session, node).catch(() => null))),
    readLastKnown(session).catch(() => null),
    readSynchronous(session).catch(() => null),
  ]);
  return {
    heard: said.filter((holding) => holding !== null),
    unheard: running.flatMap(({ name }, index) => (said[index] ? [] : [name])),
    last_known,
    ...(synchronous ? { synchronous } : {}),
  };
};

/** @throws PgrowError when the node does not answer */
export const readHolding = async (
  { components: { postgres } }: Pick<NodeDependencies, 'components'>,
  session: Session,
  node: Node,
): Promise<Holding> => {
  const { in_recovery, lsn, receive_lsn, timeline } = await session.asSuperuser(node, postgres.readPosition);
  const ends = [lsn, receive_lsn].flatMap((end) => (end === null ? [] : [Number(postgres.parseLsn(end))]));
  const held = { name: node.name, timeline, position: Math.max(...ends) };
  return in_recovery ? held : { ...held, takes_writes: true };
};

/** Patroni's leader writes it to etcd in every loop. */
const status = z.object({ optime: z.number() });

/** Patroni, synchronous mode: names separated by commas, null for none. It is written before a commit may rely on it. */
const confirmers = z.object({ leader: z.string(), sync_standby: z.string().nullable() });

/** Null without a synchronous mode. @throws when etcd does not answer */
const readSynchronous = async (session: Session): Promise<Holdings['synchronous'] | null> => {
  const { ha } = session.database.topology;
  if (!ha || ha.sync_mode === 'async') return null;
  const ask = await openEtcd(session);
  const text = await ask((client) => client.get(`/service/${ha.scope}/sync`));
  const said = confirmers.safeParse(text === null ? null : JSON.parse(text));
  if (!said.success) return null;
  const { leader, sync_standby } = said.data;
  return { leader, standbys: (sync_standby ?? '').split(',').filter((name) => name !== '') };
};

/** Bytes of WAL: the last known position of Patroni's leader; null if unknown. @throws when etcd does not answer */
export const readLastKnown = async (session: Session): Promise<number | null> => {
  const { ha } = session.database.topology;
  if (!ha) return null;
  const ask = await openEtcd(session);
  const text = await ask((client) => client.get(`/service/${ha.scope}/status`));
  const said = status.safeParse(text === null ? null : JSON.parse(text));
  return said.success ? said.data.optime : null;
};
