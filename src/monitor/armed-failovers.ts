import type { Database } from '../domain/database.ts';
import { messageOf } from '../domain/errors.ts';
import { nodeNamed, type Node, type Topology } from '../domain/topology.ts';
import type { MonitorDependencies } from './dependencies.ts';
import { everyDatabase } from './every-database.ts';
import { armFailover, type ArmedFailover } from './fail-over.ts';

const lookEveryMs = 1000;

/** For every database that Patroni leads a failover of its leader, armed before there is need of it. */
export interface ArmedFailovers {
  /** Armed now if it was not. The old leader may be dead by then. */
  of(database: Database, leader: Node): Promise<ArmedFailover>;
  /** One of its nodes has come or gone: what was connected may lead nowhere, and is connected again. */
  distrust(serviceId: string): void;
  /** Arms what is not, until `signal` aborts. */
  keep(signal: AbortSignal): Promise<void>;
}

export const createArmedFailovers = (
  dependencies: MonitorDependencies,
  onLeaderSilent: (failover: ArmedFailover) => void,
): ArmedFailovers => {
  const { store, log } = dependencies;
  const armed = new Map<string, ArmedFailover>();
  const distrusted = new Set<string>();

  const arm = async (database: Database, leader: Node): Promise<ArmedFailover> => {
    const failover = await armFailover({ dependencies, database, leader, onLeaderSilent });
    const present = armed.get(database.id);
    if (present?.isHolding()) {
      // A failover that has begun keeps its connections.
      await failover.close();
      return present;
    }
    forget(database.id);
    distrusted.delete(database.id);
    armed.set(database.id, failover);
    return failover;
  };
  const forget = (id: string) => {
    void armed
      .get(id)
      ?.close()
      .catch((error: unknown) => log.warn({ error: messageOf(error) }, 'failover not closed'));
    armed.delete(id);
  };
  const check = async (database: Database): Promise<void> => {
    const leader = nodeNamed(database.topology, database.topology.primary);
    const present = armed.get(database.id);
    if (present?.isHolding()) return;
    const trusted = present && !distrusted.has(database.id) && fits(present, database, leader);
    if (trusted && (await present.isReady())) return;
    // Half of what an operation is working on would be gone a moment later.
    if (await store.isBusy(database.id)) return forget(database.id);
    await arm(database, leader);
  };

  return {
    of: async (database, leader) => {
      const present = armed.get(database.id);
      return present && fits(present, database, leader) ? present : arm(database, leader);
    },
    distrust: (id) => void distrusted.add(id),
    async keep(signal) {
      const forgetThoseGone = (led: readonly Database[]) => {
        for (const id of armed.keys()) if (!led.some((database) => database.id === id)) forget(id);
      };
      const rounds = {
        otherwise: 'failover not prepared',
        everyMs: lookEveryMs,
        signal,
        stage: 3,
        onRound: forgetThoseGone,
      } as const;
      await everyDatabase(dependencies, rounds, check);
      for (const id of armed.keys()) forget(id);
    },
  };
};

const fits = (failover: ArmedFailover, { topology }: Database, leader: Node): boolean =>
  failover.leader.container === leader.container &&
  containersOf(failover.database.topology) === containersOf(topology) &&
  failover.database.topology.ha?.scope === topology.ha?.scope;

const containersOf = ({ nodes }: Topology): string => nodes.map(({ container }) => container).join();
