import { messageOf, PgrowError } from '../domain/errors.ts';
import { nodesOf } from '../domain/topology.ts';
import type { EtcdClient } from '../components/etcd/index.ts';
import type { Session } from './session.ts';

/** Asks the first etcd node that answers; any node with a quorum answers for all. */
export type AskEtcd = <T>(question: (client: EtcdClient) => Promise<T>) => Promise<T>;

/** The etcd nodes of a database. Every call throws PgrowError `no_answer` when none of them answers. */
export const openEtcd = async (session: Session): Promise<AskEtcd> => {
  const { topology, name } = session.database;
  const clients = await Promise.all(
    nodesOf(topology, 'etcd').map((node) => session.connectEtcd(node).catch(() => null)),
  );
  return async (question) => {
    const reasons: string[] = [];
    for (const client of clients) {
      if (!client) continue;
      try {
        return await question(client);
      } catch (error) {
        reasons.push(messageOf(error));
      }
    }
    throw new PgrowError('no_answer', `No etcd node of ${name} answers: ${reasons.join(' ') || 'none runs'}`);
  };
};
