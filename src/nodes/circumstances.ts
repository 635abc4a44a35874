import type { Database } from '../domain/database.ts';
import type { Circumstances, Wanted } from '../domain/looks.ts';
import { nodeNamed } from '../domain/topology.ts';
import type { Dependencies, SessionDependencies } from './dependencies.ts';
import { readLeadership } from './leader.ts';
import { readChangeFacts } from './read-change-facts.ts';
import { readFacts } from './read-facts.ts';
import { readRotationFacts } from './read-rotation-facts.ts';
import { openSession } from './session.ts';
import { withSharedLogins } from './shared-logins.ts';

/** Looks once at every node, and asks the leader for whatever else is `wanted`. */
export const readCircumstances = async (
  dependencies: SessionDependencies & Pick<Dependencies, 'images'>,
  database: Database,
  wanted: Wanted,
): Promise<Circumstances> =>
  withSharedLogins(await openSession(dependencies, database.id), async (session) => {
    const leadership = await readLeadership(dependencies, session, wanted);
    // Without a leader there is no server to ask, and no data that moved writes could leave behind.
    if (leadership.leaderless)
      return {
        leadership,
        facts: null,
        settings: null,
        ...(wanted.change && { change: null }),
        ...(wanted.rotation && { rotation: null }),
      };
    const { leader } = leadership;
    const { readServerSettings } = dependencies.components.postgres;
    const [facts, settings, change, rotation] = await Promise.all([
      wanted.facts ? readFacts(dependencies, session, leader) : null,
      wanted.settings
        ? session.asSuperuser(nodeNamed(database.topology, leader), readServerSettings).catch(() => null)
        : null,
      wanted.change ? readChangeFacts(dependencies, session, leader, wanted.change) : undefined,
      wanted.rotation ? readRotationFacts(dependencies, session, leader) : undefined,
    ]);
    return { leadership, facts, settings, ...(change && { change }), ...(rotation && { rotation }) };
  });
