import type { Database } from '../domain/database.ts';
import type { Facts } from '../domain/facts.ts';
import type { Leadership } from '../domain/live.ts';
import type { ServerSettings } from '../domain/settings.ts';
import { nodeNamed } from '../domain/topology.ts';
import type { Dependencies } from './dependencies.ts';
import { readLeadership } from './leader.ts';
import { readFacts } from './read-facts.ts';
import { openSession } from './session.ts';
import { withSharedLogins } from './shared-logins.ts';

/** What an operation is planned by. */
export interface Circumstances {
  readonly leadership: Leadership;
  /** What the server that takes writes holds besides rows; null where no server takes writes, or it was not requested. */
  readonly facts: Facts | null;
  /** What it is set to; null as well where it does not answer. */
  readonly settings: ServerSettings | null;
}

/** Looks once at every node, and asks the one that leads whatever else is `wanted`. */
export const readCircumstances = async (
  dependencies: Pick<Dependencies, 'platform' | 'store' | 'components'>,
  database: Database,
  wanted: { readonly facts: boolean; readonly settings: boolean },
): Promise<Circumstances> =>
  withSharedLogins(await openSession(dependencies, database.id), async (session) => {
    const leadership = await readLeadership(dependencies, session);
    // Without a leader there is no server to ask, and nothing that writes could leave behind.
    if (leadership.leaderless) return { leadership, facts: null, settings: null };
    const { leader } = leadership;
    const { readServerSettings } = dependencies.components.postgres;
    const [facts, settings] = await Promise.all([
      wanted.facts ? readFacts(dependencies, session, leader) : null,
      wanted.settings
        ? session.asSuperuser(nodeNamed(database.topology, leader), readServerSettings).catch(() => null)
        : null,
    ]);
    return { leadership, facts, settings };
  });
