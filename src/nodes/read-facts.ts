import { messageOf, withoutStop } from '../domain/errors.ts';
import { joinLists, type Facts, type Listed } from '../domain/facts.ts';
import { nodeNamed } from '../domain/topology.ts';
import type { Dependencies } from './dependencies.ts';
import type { Session } from './session.ts';
import { withTimeLimit } from './deadlines.ts';

/** Milliseconds, for everything together. Catalogs answer at once; a server that does not is not waited for. */
const limitMs = 5000;

/** What the primary holds, over all its databases. Never an error: what cannot be read is named. */
export const readFacts = async (
  { components: { postgres } }: Pick<Dependencies, 'components'>,
  session: Session,
  leader: string,
): Promise<Facts> => {
  const deadline = performance.now() + limitMs;
  const unknown: string[] = [];
  const known = async <T>(what: string, read: Promise<T>): Promise<T | null> => {
    const left = Math.max(1, Math.round(deadline - performance.now()));
    return withTimeLimit(left, 'no answer in time', read).catch((error: unknown) => {
      unknown.push(`${what} (${withoutStop(messageOf(error))})`);
      return null;
    });
  };
  const node = nodeNamed(session.database.topology, leader);
  const server = await known(
    `slots, tablespaces and unlogged tables of ${leader}`,
    session.asSuperuser(node, async (connection) => ({
      ...(await postgres.readServerFacts(connection)),
      databases: await postgres.listDatabases(connection),
    })),
  );
  const unlogged: Listed[] = [];
  for (const name of server?.databases ?? []) {
    const found = await known(`unlogged tables of ${name}`, session.asSuperuserIn(node, name, postgres.readUnlogged));
    if (found) unlogged.push(found);
  }
  return {
    server: leader,
    unlogged: joinLists(unlogged),
    logical_slots: server?.logical_slots ?? [],
    guest_slots: server?.guest_slots ?? [],
    tablespaces: server?.tablespaces ?? [],
    connections: server?.connections ?? null,
    unknown,
  };
};
