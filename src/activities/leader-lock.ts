import { messageOf, PgrowError } from '../domain/errors.ts';
import { nodesOf } from '../domain/topology.ts';
import type { EtcdClient } from '../components/etcd/index.ts';
import type { Dependencies } from './dependencies.ts';
import type { Session } from './session.ts';

/** The key in etcd whose holder leads the Patroni cluster of a database. */
export interface LeaderLock {
  /** Null while nobody holds it. */
  holder(): Promise<string | null>;
  /** Takes it from exactly this member, in one transaction; false when another holds it, or nobody. */
  release(from: string): Promise<boolean>;
}

/** @throws PgrowError `not_ready` when no etcd node of the database answers */
export const openLeaderLock = async (
  { components }: Pick<Dependencies, 'components'>,
  session: Session,
): Promise<LeaderLock> => {
  const { topology, name } = session.database;
  if (!topology.ha) throw new PgrowError('internal', `${name} is not led by Patroni.`);
  const key = `/service/${topology.ha.scope}/leader`;
  const clients = await Promise.all(
    nodesOf(topology, 'etcd').map((node) =>
      session
        .addressOf(node)
        .then((host) => components.etcd.createEtcdClient({ host }))
        .catch(() => null),
    ),
  );
  // Any node that has a quorum answers for all.
  const ask = async <T>(question: (client: EtcdClient) => Promise<T>): Promise<T> => {
    const reasons: string[] = [];
    for (const client of clients) {
      if (!client) continue;
      try {
        return await question(client);
      } catch (error) {
        reasons.push(messageOf(error));
      }
    }
    throw new PgrowError('not_ready', `No etcd node of ${name} answers: ${reasons.join(' ') || 'none runs'}`);
  };
  const lock: LeaderLock = {
    holder: () => ask((client) => client.get(key)),
    release: (from) => ask((client) => client.compareAndDelete(key, from)),
  };
  // Connects now, and says at once when there is no quorum.
  await lock.holder();
  return lock;
};
