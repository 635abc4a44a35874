import type { NodeRef } from '../domain/topology.ts';
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../domain/database.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import type { SessionDependencies } from './dependencies.ts';
import { readVersions, type Versions } from './read-live-state.ts';
import { openSession, type Session } from './session.ts';

/** Milliseconds after which pgrow logs in again, to notice a login that is refused by now. */
const renewAfterMs = 60_000;

/** A session for repeated looks, with lasting logins. */
export interface LastingSession {
  readonly session: Session;
  /** Read once. */
  versions(): Promise<Versions>;
}

export interface LastingSessions {
  /** The same session until the record of the database changes, for a minute at most. */
  of(database: Database): Promise<LastingSession>;
  /** Ends those of all other databases. */
  keepOnly(databases: readonly Pick<Database, 'id'>[]): void;
  close(): void;
}

interface Held extends LastingSession {
  readonly database: Database;
  readonly until: number;
  end(): void;
}

/** For looking at all databases in rounds: logging in costs a hundred times as much as a query. */
export const createLastingSessions = (
  dependencies: SessionDependencies,
  now: () => number = () => performance.now(),
): LastingSessions => {
  const held = new Map<string, Held>();
  const drop = (id: string) => {
    held.get(id)?.end();
    held.delete(id);
  };
  const open = async (database: Database): Promise<Held> => {
    const opened = await openSession(dependencies, database.id);
    const logins = createLogins(opened);
    let versions: Promise<Versions> | null = null;
    return {
      database,
      until: now() + renewAfterMs,
      session: { ...opened, asSuperuser: logins.use },
      versions: () => (versions ??= readVersions(opened)),
      end: logins.end,
    };
  };
  return {
    async of(database) {
      const present = held.get(database.id);
      if (present && present.until > now() && isDeepStrictEqual(present.database, database)) return present;
      drop(database.id);
      const opened = await open(database);
      held.set(database.id, opened);
      return opened;
    },
    keepOnly(databases) {
      const ids = new Set(databases.map(({ id }) => id));
      for (const id of held.keys()) if (!ids.has(id)) drop(id);
    },
    close() {
      for (const id of held.keys()) drop(id);
    },
  };
};

interface Login {
  readonly address: string;
  readonly connection: PostgresConnection;
  ended: boolean;
  busy: boolean;
}

/** One login to each server, by its address: a server that came back at another address gets a new login. */
const createLogins = (session: Session) => {
  const logins = new Map<string, Login>();
  let over = false;
  const drop = (container: string, login: Login) => {
    if (logins.get(container) === login) logins.delete(container);
    login.connection.end().catch(() => undefined);
  };
  const logIn = async (node: NodeRef, address: string): Promise<Login> => {
    let ended = () => undefined as void;
    const connection = await session.connectSuperuser(node, { onEnd: () => ended() });
    const login: Login = { address, connection, ended: false, busy: false };
    ended = () => void (login.ended = true);
    return login;
  };
  const ask = async <T>(login: Login, use: (connection: PostgresConnection) => Promise<T>): Promise<T> => {
    login.busy = true;
    const answer = await use(login.connection);
    login.busy = false;
    return answer;
  };
  const use: Session['asSuperuser'] = async (node, asks) => {
    const { address } = await session.peer(node);
    const known = logins.get(node.container);
    if (known && !known.busy && !known.ended && known.address === address) {
      try {
        return await ask(known, asks);
      } catch {
        // A broken old connection says nothing about the server.
        drop(node.container, known);
      }
    }
    // On a busy connection a query would wait behind one that may never be answered.
    if (known?.busy) return session.asSuperuser(node, asks);
    if (known) drop(node.container, known);
    const login = await logIn(node, address);
    try {
      const answer = await ask(login, asks);
      if (over) drop(node.container, login);
      else logins.set(node.container, login);
      return answer;
    } catch (error) {
      drop(node.container, login);
      throw error;
    }
  };
  return {
    use,
    end() {
      over = true;
      for (const [container, login] of logins) drop(container, login);
    },
  };
};
