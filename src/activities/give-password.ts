import { isSilence, messageOf, PgrowError, withoutStop } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import { hangOf } from '../domain/node-look.ts';
import type { Actions } from '../domain/step-actions.ts';
import { nodeNamed, nodesOf, type Node } from '../domain/topology.ts';
import type { StoredLogin } from '../components/postgres/index.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { readLeader } from '../nodes/leader.ts';
import { lookAtNode } from '../nodes/look-at-node.ts';
import { holdServers, listLoginPools, primePools, type LoginPool } from '../nodes/prime-poolers.ts';
import { openSession, type Session } from '../nodes/session.ts';
import { asideWhenLate } from './left-aside.ts';
import type { ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/** What the application's role is to have from now on. */
export interface Given {
  /** What logs in until then. */
  readonly present: string;
  /** What logs in from then on; null where it is not known, and no pooler can learn it from pgrow. */
  readonly password: string | null;
  /** Whether what a server stores is that already. */
  readonly isGiven: (verifier: string | null) => boolean;
  /** What is to be stored in the place of what the server that takes writes has now. */
  readonly make: (stored: string | null) => Promise<string | null>;
}

/** A server or a pool at one look. */
interface Look {
  readonly what: string;
  /** Name of the node. */
  readonly node: string;
  /** Null where it is as it should be. */
  readonly why: { readonly says: string; readonly known?: boolean } | null;
}

/** Gives the application's role a password, at the server that takes writes first, and at once to the poolers. */
export const passwordGiver = (dependencies: Dependencies) => {
  const { readLogin, storeVerifier } = dependencies.components.postgres;

  const leaderOf = async ({ database }: Session): Promise<Node> =>
    nodeNamed(database.topology, await readLeader(dependencies, database));

  const readAtLeader = async (session: Session, role: string): Promise<StoredLogin> => {
    const node = await leaderOf(session);
    const stored = await session.asSuperuser(node, (connection) => readLogin(connection, role));
    if (stored) return stored;
    throw new PgrowError('refused', `${node.name} has no role ${role} any longer, so it can be given no password.`);
  };

  /**
   * Pools that only read learn it for certain once all servers have it, and so all learn it twice: a login with the old password
   * may have been under way.
   */
  const give = async ({ role, poolers }: Actions['changePassword'], step: ActionStep, given: Given) => {
    const session = await openSession(dependencies, step.database);
    const isLate = asideWhenLate(session.database, step);
    const waitedFor = (looks: readonly Look[]): string | null => {
      const waited = looks.flatMap(({ what, node, why }) => {
        const isAside = isLate(what, why, [node]);
        return why === null || isAside ? [] : [`${what} ${why.says}`];
      });
      return waited.length === 0 ? null : waited.join(', ');
    };
    let primed = false;
    await waitUntil({
      for: `every server and pooler to have the password of ${role}`,
      step,
      look: async () => {
        const { verifier } = await readAtLeader(session, role);
        const { pools, looks } = await listPools(session, poolers, role);
        if (!given.isGiven(verifier)) {
          const hanging = waitedFor(looks);
          if (hanging !== null) return { observed: hanging };
          primed = areReady(await giveAtLeader(session, role, { pools, verifier, given }));
        } else if (!primed) primed = areReady(await primeAll(session, pools.filter(takesWrites), given));
        const servers = await lookAtServers(session, role, given);
        const lacking = waitedFor(servers);
        if (lacking !== null) return { observed: lacking };
        const now = await listPools(session, poolers, role);
        const logins = await primeAll(session, now.pools, given, { isBehind: !areReady(servers) });
        const unprimed = waitedFor([...now.looks, ...logins]);
        return unprimed === null ? { found: true } : { observed: unprimed };
      },
    });
  };

  /** A pooler that does not run has forgotten with what it logs in. */
  const listPools = async (session: Session, poolers: readonly Node[], role: string) => {
    const hangs = await Promise.all(
      poolers.map(async (pooler) => hangOf(await lookAtNode(dependencies, session, pooler))),
    );
    const up = poolers.filter((_, index) => hangs[index] === null);
    const { pools, processes } = await listLoginPools(session, up, role);
    const looks: readonly Look[] = [
      ...poolers.map(({ name }, index) => {
        const hang = hangs[index];
        return { what: name, node: name, why: hang ? { says: hang.says, known: hang.known || hang.exited } : null };
      }),
      ...processes.map(({ pooler, port, says }) => ({
        what: `${pooler.name}:${port}`,
        node: pooler.name,
        why: says === null ? null : { says: `does not answer (${says})` },
      })),
    ];
    return { pools, looks };
  };

  /**
   * Between the two the poolers open no server connections: nothing comes in between that needs one.
   * @returns the pools that take writes: the others may lead to a replica that has not replayed it
   */
  const giveAtLeader = async (
    session: Session,
    role: string,
    { pools, verifier, given }: Giving,
  ): Promise<readonly Look[]> => {
    const node = await leaderOf(session);
    const letGo = await holdServers(session, pools, given.present);
    try {
      const next = await given.make(verifier);
      await session.asSuperuser(node, (connection) => storeVerifier(connection, role, next));
      const [writing] = await Promise.all(
        [pools.filter(takesWrites), pools.filter((pool) => !takesWrites(pool))].map((some) =>
          primeAll(session, some, given),
        ),
      );
      return writing!;
    } finally {
      await letGo();
    }
  };

  /** Whether they have replayed the change; one that does not answer has it from its primary when it is back. */
  const lookAtServers = (session: Session, role: string, { isGiven }: Given): Promise<readonly Look[]> =>
    Promise.all(
      nodesOf(session.database.topology, 'postgres').map(async (node) => {
        const says = await session
          .asSuperuser(node, (connection) => readLogin(connection, role))
          .then((stored) => (isGiven(stored?.verifier ?? null) ? null : 'has not received it yet'))
          .catch((error: unknown) => {
            if (!isSilence(error)) throw error;
            return `does not answer (${withoutStop(messageOf(error))})`;
          });
        return { what: node.name, node: node.name, why: says === null ? null : { says } };
      }),
    );

  return { give, readAtLeader };
};

interface Giving {
  readonly pools: readonly LoginPool[];
  /** What the server that takes writes stores now. */
  readonly verifier: string | null;
  readonly given: Given;
}

const areReady = (looks: readonly Look[]): boolean => looks.every(({ why }) => why === null);

const takesWrites = ({ port }: LoginPool): boolean => port === ports.pooled;

/** `isBehind`: a server was left aside without it, so that a pool that only reads may not be able to take it. */
const primeAll = async (
  session: Session,
  pools: readonly LoginPool[],
  { password }: Given,
  { isBehind }: { readonly isBehind: boolean } = { isBehind: false },
): Promise<readonly Look[]> => {
  if (password === null) return [];
  const primed = await primePools(session, pools, password);
  return primed.map(({ says, ...pool }) => ({
    what: `${pool.pooler.name}:${pool.port} to ${pool.database}`,
    node: pool.pooler.name,
    why: says === null ? null : { says: `takes no login with it (${says})`, known: isBehind && !takesWrites(pool) },
  }));
};
