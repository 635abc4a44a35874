import type { Endpoint } from './endpoint.ts';
import type { OpenSession, Session, SessionQuery, SessionResult } from './session.ts';

/** For tests: a server that keeps committed rows in memory and can be made to fail. */
export interface FakeServer {
  readonly open: OpenSession;
  /** Ports that sessions were opened on, in order. */
  readonly openedPorts: readonly number[];
  readonly openSessions: number;
  /** Rows committed and not deleted, as `run client sequence`. */
  readonly rows: Set<string>;
  refusing: boolean;
  /** Cuts this many of the next commits: `after` they took effect or `before`. */
  cutCommits: { count: number; when: 'before' | 'after' };
  /** Answers this many of the next commits with a rollback. */
  rollBackCommits: number;
}

export const fakeEndpoint = (port = 1): Endpoint => ({
  host: 'fake',
  port,
  user: 'shop',
  password: 'secret',
  database: 'shop',
});

export const createFakeServer = (): FakeServer => {
  const openedPorts: number[] = [];
  const rows = new Set<string>();
  let openSessions = 0;
  const server: FakeServer = {
    open: async ({ port }) => {
      if (server.refusing) throw withCode('connect ECONNREFUSED', 'ECONNREFUSED');
      openedPorts.push(port);
      openSessions += 1;
      return createSession(server, () => (openSessions -= 1));
    },
    openedPorts,
    rows,
    get openSessions() {
      return openSessions;
    },
    refusing: false,
    cutCommits: { count: 0, when: 'before' },
    rollBackCommits: 0,
  };
  return server;
};

const createSession = (server: FakeServer, onEnd: () => void): Session => {
  let pending: string | null = null;
  let ended = false;
  const end = (): void => {
    if (!ended) onEnd();
    ended = true;
  };
  return {
    query: async ({ text, values }) => {
      await Promise.resolve();
      if (text === 'commit') return commit(server, pending);
      if (text.startsWith('insert')) pending = (values ?? []).join(' ');
      return answer(server, { text, ...(values && { values }) });
    },
    close: async () => end(),
    destroy: end,
  };
};

const commit = (server: FakeServer, row: string | null): SessionResult => {
  if (server.rollBackCommits > 0) {
    server.rollBackCommits -= 1;
    return { command: 'ROLLBACK', rows: [] };
  }
  const cut = server.cutCommits.count > 0;
  if (cut) server.cutCommits.count -= 1;
  if (row !== null && (!cut || server.cutCommits.when === 'after')) server.rows.add(row);
  if (cut) throw withCode('read ECONNRESET', 'ECONNRESET');
  return { command: 'COMMIT', rows: [] };
};

/** What the look-up asks is answered from the rows kept. */
const answer = (server: FakeServer, { text, values = [] }: SessionQuery): SessionResult => {
  if (text.startsWith('delete')) server.rows.clear();
  if (!text.includes('generate_series')) return { command: 'OK', rows: [] };
  const [run, client, last, from, to] = values as [string, number, number, number[], number[]];
  const inGap = (sequence: number): boolean => from.some((first, gap) => sequence >= first && sequence <= to[gap]!);
  const missing = Array.from({ length: last }, (_, index) => index + 1).filter(
    (sequence) => !inGap(sequence) && !server.rows.has(`${run} ${client} ${sequence}`),
  );
  return { command: 'SELECT', rows: missing.map((sequence) => ({ sequence })) };
};

const withCode = (message: string, code: string): Error => Object.assign(new Error(message), { code });
