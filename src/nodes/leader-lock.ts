import { PgrowError } from '../domain/errors.ts';
import { openEtcd } from './etcd.ts';
import type { Session } from './session.ts';

/** The key in etcd whose holder leads the Patroni cluster of a database. */
export interface LeaderLock {
  /** Null if it is free. */
  holder(): Promise<string | null>;
  /** Takes it from exactly this member, in one transaction; false if another member holds it, or none. */
  release(from: string): Promise<boolean>;
}

/** @throws PgrowError `no_answer` when no etcd node of the database answers */
export const openLeaderLock = async (session: Session): Promise<LeaderLock> => {
  const { topology, name } = session.database;
  if (!topology.ha) throw new PgrowError('internal', `${name} is not led by Patroni.`);
  const key = `/service/${topology.ha.scope}/leader`;
  const ask = await openEtcd(session);
  const lock: LeaderLock = {
    holder: () => ask((client) => client.get(key)),
    release: (from) => ask((client) => client.compareAndDelete(key, from)),
  };
  // Connects now, and fails at once if there is no quorum.
  await lock.holder();
  return lock;
};
