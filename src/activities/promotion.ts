import { setTimeout as delay } from 'node:timers/promises';
import type { CutOver } from '../domain/step-actions.ts';
import { messageOf, PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import type { PrimaryConfig } from '../domain/node-config.ts';
import type { Node } from '../domain/topology.ts';
import { fenceFormerLeader } from './former-leaders.ts';
import type { Peer } from '../components/peer.ts';
import type { PostgresConnection } from '../components/postgres/index.ts';
import type { NodeDependencies } from '../nodes/dependencies.ts';
import { openLeaderLock, type LeaderLock } from '../nodes/leader-lock.ts';
import { nodeFiles } from '../nodes/node-files.ts';
import type { Session } from '../nodes/session.ts';
import { pollUntil } from '../nodes/deadlines.ts';

/** The one part in which hand-overs differ: how the successor comes to take writes. */
export interface Promotion {
  /** Before clients wait: Patroni must neither elect nor restart anything meanwhile, and no third member may be a primary. */
  prepare(check?: Check): Promise<Bystanders>;
  /** May be repeated: promoting what is promoted already is success. */
  promote(): Promise<void>;
  /**
   * Whatever becomes of the successor's process from now on, it comes back as a primary. No client waits for it: until
   * then no other is promoted, and a successor that fails is promoted again by the next attempt.
   */
  settle(): Promise<void>;
}

/** Throws where the hand-over must not go on: it runs once no member can be elected any more, and before any is killed. */
type Check = () => Promise<void>;

/** Members that take no part. */
export interface Bystanders {
  /** They hang or are out of reach, and are left aside. */
  readonly aside: readonly Node[];
  /** They were, or might have come back as, a primary. */
  readonly fenced: readonly Node[];
}

interface Inputs {
  readonly dependencies: NodeDependencies;
  readonly session: Session;
  readonly input: CutOver;
  /** A superuser's connection to the successor. */
  readonly successor: PostgresConnection;
  /** Looked up ahead: asking the engine for it would be time in which clients wait. */
  readonly successorPeer: Peer;
}

export const promotionOf = (inputs: Inputs): Promotion => {
  switch (inputs.input.promotion) {
    case 'standby_cluster':
      return ofStandbyCluster(inputs);
    case 'standby':
      return ofStandby(inputs);
    case 'member':
      return ofMember(inputs);
    default:
      return inputs.input.promotion satisfies never;
  }
};

/**
 * Ends the cluster's time as a standby and promotes its leader's PostgreSQL at once: Patroni, paused, finds it promoted.
 * That is faster than letting Patroni promote it. If we die in between, the promoted member leads, and the routers find it
 * by their own checks.
 */
const ofStandbyCluster = ({ dependencies, session, input, successor, successorPeer }: Inputs): Promotion => ({
  prepare: (check) => pausePatroni(dependencies, session, input, check),
  async promote() {
    const { patroni, postgres } = dependencies.components;
    const client = patroni.createPatroniClient({ peer: successorPeer });
    try {
      await Promise.all([client.patchConfig({ standby_cluster: null }), postgres.promote(successor)]);
    } finally {
      await client.close();
    }
  },
  async settle() {
    // A Patroni that saw the cluster led while its server was still a standby gave the lock away.
    await pollUntil(lockLimitMs, `Patroni of ${input.to.name}:${ports.health} to lead`, async () => {
      if (await session.asMember(input.to, (member) => member.isPrimary())) return true;
      // Again: the cluster may have missed a change made while its server was being promoted.
      await session.asMember(input.to, (member) => member.patchConfig({ pause: true, standby_cluster: null }));
      await delay(wakeEveryMs);
      return false;
    });
    await resumePatroni(session, input);
  },
});

/** A plain standby is promoted by itself, once no Patroni is left that could promote another. */
const ofStandby = ({ dependencies, session, input, successor }: Inputs): Promotion => {
  const { platform, components } = dependencies;
  return {
    prepare: (check) => pausePatroni(dependencies, session, input, check),
    promote: () => components.postgres.promote(successor),
    async settle() {
      const config: PrimaryConfig = { kind: 'postgres', mode: 'primary', synchronous_standbys: [] };
      const configured = { node: input.to, config };
      const files = nodeFiles(components, session, configured, { gateway: '', attempt: 1 });
      await platform.putFiles(input.to.container, files);
      await components.postgres.reloadConfiguration(successor);
    },
  };
};

/** Milliseconds for Patroni to take the lock for a leader that it finds promoted. */
const lockLimitMs = 2000;
const wakeEveryMs = 50;

/**
 * A member is promoted by itself as well; its Patroni, paused like all, then finds the lock free and takes it. That is
 * quicker than to ask Patroni for a switchover, and the same proof of the last position stands before it.
 */
const ofMember = ({ dependencies, session, input, successor }: Inputs): Promotion => {
  let lock: LeaderLock | null = null;
  const lockOf = async () => (lock ??= await openLeaderLock(session));
  return {
    async prepare(check) {
      const bystanders = await pausePatroni(dependencies, session, input, check);
      await pollUntil(lockLimitMs, 'etcd to say who leads', async () => (await lockOf()) !== null);
      return bystanders;
    },
    promote: () => dependencies.components.postgres.promote(successor),
    async settle() {
      const { holder, release } = await lockOf();
      // Before the promotion it would be in vain: a Patroni that finds the lock free and its server a standby sleeps on.
      await release(input.from.name);
      await wake(session, input.to);
      await pollUntil(lockLimitMs, `Patroni of ${input.to.name}:${ports.health} to take the lock`, async () => {
        const found = await holder();
        if (found === input.to.name) return true;
        // Only a server that takes writes gets it in a pause. The promoted member leads, and no other.
        const second = input.members.find(({ name }) => name === found && name !== input.from.name);
        if (second) await fenceFormerLeader(dependencies, session, second, bystanderLimitMs);
        // The old leader's may have been renewed by a Patroni that had not seen yet that its server is gone.
        if (found !== null && (await release(found))) await wake(session, input.to);
        return false;
      });
    },
  };
};

/** Its loop runs at once when its configuration is written, changed or not. */
const wake = (session: Session, member: CutOver['to']): Promise<void> =>
  session.asMember(member, (client) => client.patchConfig({ pause: true }));

/** Milliseconds until a member has seen the pause: each looks once in its loop. */
const pauseSeenLimitMs = 15_000;
/** For one that neither takes writes nor is to take them. */
const bystanderLimitMs = 5000;

/**
 * A paused Patroni elects no leader while the present one is stopped, and starts nothing. The members between which writes
 * move have to have seen the pause. Another member that hangs or is out of reach is left aside: once back, it learns of the
 * pause before it learns that the leader's lock is free, because etcd reports changes in order; without etcd it elects none.
 */
const pausePatroni = async (
  dependencies: Inputs['dependencies'],
  session: Session,
  input: CutOver,
  check?: Check,
): Promise<Bystanders> => {
  if (input.members.length === 0) {
    await check?.();
    return { aside: [], fenced: [] };
  }
  await tellPatroni(session, input, { pause: true });
  const seen = (member: Node, limitMs: number) =>
    pollUntil(limitMs, `Patroni of ${member.name}:${ports.health} to pause`, async () => {
      const state = await dependencies.platform.inspectContainer(member.container);
      if (!state?.running) return true;
      return session.asMember(member, async (client) => (await client.status()).pause === true);
    });
  const [concerned, bystanders] = divide(input);
  const seeing = Promise.all([
    Promise.all(concerned.map((member) => seen(member, pauseSeenLimitMs))),
    Promise.allSettled(bystanders.map((member) => seen(member, bystanderLimitMs))),
  ]);
  if (check) await seeing.then(check);
  const [[, looks], fences] = await Promise.all([
    seeing,
    Promise.all(bystanders.map((member) => fenceFormerLeader(dependencies, session, member, bystanderLimitMs))),
  ]);
  return {
    aside: bystanders.filter((_, index) => looks[index]?.status === 'rejected'),
    fenced: bystanders.filter((_, index) => fences[index]),
  };
};

/** Members between whom writes move, and all others. */
const divide = ({ members, from, to }: Pick<CutOver, 'members'> & Partial<Pick<CutOver, 'from' | 'to'>>) => {
  const isConcerned = ({ name }: Node) => name === from?.name || name === to?.name;
  return [members.filter(isConcerned), members.filter((member) => !isConcerned(member))] as const;
};

/** Instead of promoting: a paused Patroni starts its server on request. */
export const restartLeader = async (session: Session, input: CutOver): Promise<void> => {
  const leads = input.members.some(({ name }) => name === input.from.name);
  if (leads) await session.asMember(input.from, (client) => client.restart());
};

/**
 * A paused Patroni starts nothing by itself, also not what ran before the whole machine was restarted. A server that was
 * promoted comes up as a primary, one that was not as a standby.
 * @returns whether there was one to start
 */
export const startSuccessor = async (session: Session, { to, promotion }: CutOver): Promise<boolean> => {
  if (promotion === 'standby') return false;
  return session.asMember(to, async (client) => {
    const paused = (await client.status()).pause === true;
    if (paused) await client.restart();
    return paused;
  });
};

/** Patroni, if it was paused, watches over its cluster again. */
export const resumePatroni = async (session: Session, input: CutOver): Promise<void> => {
  if (input.members.length > 0) await tellPatroni(session, input, { pause: null });
};

/** Any member can tell the cluster. */
export const tellPatroni = async (
  session: Session,
  told: Pick<CutOver, 'members'> & Partial<Pick<CutOver, 'from' | 'to'>>,
  patch: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const reasons: string[] = [];
  // Those that have to answer anyway first: one that hangs takes seconds.
  for (const member of divide(told).flat()) {
    try {
      await session.asMember(member, (client) => client.patchConfig(patch));
      return;
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  throw new PgrowError('no_answer', `No Patroni member accepts ${JSON.stringify(patch)}: ${reasons.join(' ')}`);
};
