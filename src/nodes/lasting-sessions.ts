import type { NodeRef } from '../domain/topology.ts';
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../domain/database.ts';
import type { LiveState } from '../domain/live-state.ts';
import type { FactsByNode } from '../domain/observed-facts.ts';
import type { PoolerAdmin } from '../components/pgbouncer/index.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import type { SessionDependencies } from './dependencies.ts';
import { createNodeFactsReader } from './read-node-facts.ts';
import { readVersions, type Versions } from './read-live-state.ts';
import { openSession, type Session } from './session.ts';

/** Milliseconds after which pgrow logs in again, to notice a login that is refused by now. */
const renewAfterMs = 60_000;

/** A session for repeated looks, with lasting logins. */
export interface LastingSession {
  readonly session: Session;
  /** The same for what has time: it waits for the answer that another waits for, instead of logging in beside it. */
  readonly patient: Session;
  /** Read once. */
  versions(): Promise<Versions>;
  /** Of its nodes, beside their state; read again once they are `everyMs` old. */
  facts(live: LiveState, everyMs: number): Promise<FactsByNode>;
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
  const opening = new Map<string, Promise<Held>>();
  const drop = (id: string) => {
    held.get(id)?.end();
    held.delete(id);
  };
  const open = async (database: Database): Promise<Held> => {
    const opened = await openSession(dependencies, database.id);
    const servers = keepLogins<PostgresConnection>(opened);
    const poolers = keepLogins<PoolerAdmin>(opened);
    let versions: Promise<Versions> | null = null;
    const sessionOf = (patient: boolean): Session => ({
      ...opened,
      asSuperuser: (node, asks) =>
        servers.use(
          { node, key: node.container, patient, logIn: (onEnd) => opened.connectSuperuser(node, { onEnd }) },
          asks,
        ),
      asPoolerAdmin: (node, port, asks) =>
        poolers.use(
          { node, key: `${node.container}:${port}`, patient, logIn: () => opened.connectPooler(node, port) },
          asks,
        ),
    });
    const session = sessionOf(false);
    const reader = createNodeFactsReader(dependencies, session);
    const facts = { at: -Infinity, known: new Map() as FactsByNode };
    return {
      database,
      until: now() + renewAfterMs,
      session,
      patient: sessionOf(true),
      async facts(live, everyMs) {
        if (now() - facts.at >= everyMs) {
          facts.at = now();
          facts.known = await reader.read(live);
        }
        return facts.known;
      },
      versions: () => (versions ??= readVersions(opened)),
      end() {
        servers.end();
        poolers.end();
      },
    };
  };
  const renew = async (database: Database): Promise<Held> => {
    drop(database.id);
    const opened = await open(database);
    held.set(database.id, opened);
    return opened;
  };
  return {
    async of(database) {
      const present = held.get(database.id);
      if (present && present.until > now() && isDeepStrictEqual(present.database, database)) return present;
      // Two that ask at the same time share it: the logins of one that nothing holds would never end.
      const begun = opening.get(database.id) ?? renew(database).finally(() => opening.delete(database.id));
      opening.set(database.id, begun);
      return begun;
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

interface Login<C> {
  readonly address: string;
  readonly connection: C;
  ended: boolean;
  busy: boolean;
}

/** How a node is logged in to. `key`: of this way among all. */
interface Way<C> {
  readonly node: NodeRef;
  readonly key: string;
  readonly patient: boolean;
  logIn(onEnd: () => void): Promise<C>;
}

/** One login for each way, by the node's address: a node that came back at another address gets a new login. */
const keepLogins = <C extends { end(): Promise<void> }>(session: Pick<Session, 'peer'>) => {
  const logins = new Map<string, Login<C>>();
  const underWay = new Map<string, Promise<unknown>>();
  let over = false;
  const drop = (key: string, login: Login<C>) => {
    if (logins.get(key) === login) logins.delete(key);
    login.connection.end().catch(() => undefined);
  };
  const logIn = async (way: Way<C>, address: string): Promise<Login<C>> => {
    let ended = () => undefined as void;
    const connection = await way.logIn(() => ended());
    const login: Login<C> = { address, connection, ended: false, busy: false };
    ended = () => void (login.ended = true);
    return login;
  };
  const ask = async <T>(login: Login<C>, asks: (connection: C) => Promise<T>): Promise<T> => {
    login.busy = true;
    const answer = await asks(login.connection);
    login.busy = false;
    return answer;
  };
  /** Who waits has a time limit of its own. */
  const use = async <T>(way: Way<C>, asks: (connection: C) => Promise<T>): Promise<T> => {
    if (way.patient) await underWay.get(way.key)?.catch(() => undefined);
    const used = useNow(way, asks);
    underWay.set(way.key, used);
    const forget = () => {
      if (underWay.get(way.key) === used) underWay.delete(way.key);
    };
    used.then(forget, forget);
    return used;
  };
  const useNow = async <T>(way: Way<C>, asks: (connection: C) => Promise<T>): Promise<T> => {
    const { node, key } = way;
    const { address } = await session.peer(node);
    const known = logins.get(key);
    if (known && !known.busy && !known.ended && known.address === address) {
      try {
        return await ask(known, asks);
      } catch {
        // A broken old connection says nothing about the node.
        drop(key, known);
      }
    }
    // On a busy connection a query would wait behind one that may never be answered.
    const isKept = !known?.busy;
    if (known && isKept) drop(key, known);
    const login = await logIn(way, address);
    try {
      const answer = await ask(login, asks);
      // Another may have been kept meanwhile.
      if (over || !isKept || logins.has(key)) drop(key, login);
      else logins.set(key, login);
      return answer;
    } catch (error) {
      drop(key, login);
      throw error;
    }
  };
  return {
    use,
    end() {
      over = true;
      for (const [key, login] of logins) drop(key, login);
    },
  };
};
