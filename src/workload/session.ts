import { Client } from 'pg';
import { driverOptions, type Endpoint } from './endpoint.ts';

/** One connection of one client. A query on a session whose server is gone rejects; it never hangs beyond `destroy`. */
export interface Session {
  query(query: SessionQuery): Promise<SessionResult>;
  /** Says goodbye to the server; never throws. */
  close(): Promise<void>;
  /** Cuts the connection at once; whatever runs on it rejects. */
  destroy(): void;
}

export interface SessionQuery {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Prepares the statement under this name on first use. */
  readonly name?: string;
}

export interface SessionResult {
  /** The server's command tag: `INSERT`, `COMMIT`, or `ROLLBACK` where a commit was not one. */
  readonly command: string;
  readonly rows: readonly Record<string, unknown>[];
}

export type OpenSession = (endpoint: Endpoint) => Promise<Session>;

const goodbyeTimeoutMs = 1_000;

/** Opens connections with the `pg` driver; one that has not come about after `connectTimeoutMs` is refused. */
export const sessionOpener =
  (connectTimeoutMs: number): OpenSession =>
  (endpoint) =>
    connectSession(endpoint, connectTimeoutMs);

/** As applications commonly do it. */
export const openSession = sessionOpener(5_000);

const connectSession = async (endpoint: Endpoint, connectTimeoutMs: number): Promise<Session> => {
  const client = new Client({
    ...driverOptions(endpoint),
    application_name: 'pgrow-workload',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  // Without a listener an idle connection that the server cuts would end the process; and only here is it said why.
  let cutBy: Error | null = null;
  client.on('error', (error) => {
    cutBy ??= error;
  });
  try {
    await client.connect();
  } catch (error) {
    void client.end().catch(() => undefined);
    throw error;
  }
  return {
    query: async ({ text, values, name }) => {
      if (cutBy) throw cutBy;
      const { command, rows } = await client.query({
        text,
        ...(values && { values: [...values] }),
        ...(name !== undefined && { name }),
      });
      return { command, rows: rows as Record<string, unknown>[] };
    },
    close: async () => {
      const cut = setTimeout(() => destroy(client), goodbyeTimeoutMs);
      await client.end().catch(() => undefined);
      clearTimeout(cut);
    },
    destroy: () => destroy(client),
  };
};

/** The driver has no call of its own for it; its socket has. */
const destroy = (client: Client): void => {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
};
