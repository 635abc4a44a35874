import type { Endpoint } from '../../src/workload/endpoint.ts';
import { openSession, type OpenSession, type Session } from '../../src/workload/session.ts';

/** The part of an address that differs between the hosts of one connection string. */
type Host = Pick<Endpoint, 'host' | 'port'>;

/**
 * As libpq connects with several hosts and `target_session_attrs=read-write`: one after the other in their order, and
 * the first that takes writes is it.
 *
 * @throws the last host's error, when none does
 */
export const readWriteOpener =
  (hosts: () => readonly Host[], open: OpenSession = openSession): OpenSession =>
  async (endpoint) => {
    let last: unknown = new Error('There is no host to connect to.');
    for (const host of hosts()) {
      try {
        return await openReadWrite(open, { ...endpoint, ...host });
      } catch (error) {
        last = error;
      }
    }
    throw last;
  };

const openReadWrite = async (open: OpenSession, endpoint: Endpoint): Promise<Session> => {
  const session = await open(endpoint);
  try {
    const { rows } = await session.query({
      text: "select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as read_only",
    });
    if (rows[0]?.['read_only'] === false) return session;
  } catch (error) {
    session.destroy();
    throw error;
  }
  await session.close();
  throw new Error(`${endpoint.host}:${endpoint.port} takes no writes.`);
};
