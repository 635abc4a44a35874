import type { NodeRef } from '../domain/topology.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import { maintenanceDatabase, type Session } from './session.ts';

/**
 * The same session for one look at several nodes: each is logged in to once, however many ask, at the same time as well. To
 * be used for reading, not for transactions: all share one session of the server. Closed when `use` has ended, without waiting.
 */
export const withSharedLogins = async <T>(session: Session, use: (shared: Session) => Promise<T>): Promise<T> => {
  const connections = new Map<string, Promise<PostgresConnection>>();
  const connected = (node: NodeRef): Promise<PostgresConnection> => {
    const known = connections.get(node.container) ?? session.connectSuperuser(node);
    connections.set(node.container, known);
    return known;
  };
  try {
    return await use({
      ...session,
      asSuperuser: async (node, ask) => ask(await connected(node)),
      asSuperuserIn: async (node, database, ask) =>
        database === maintenanceDatabase ? ask(await connected(node)) : session.asSuperuserIn(node, database, ask),
    });
  } finally {
    for (const known of connections.values()) known.then((connection) => connection.end()).catch(() => undefined);
  }
};
