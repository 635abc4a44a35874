import { messageOf, PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import { peerHostOf } from '../domain/peer-hosts.ts';
import type { Node } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { failIfExited, restartIfExited } from './exited-nodes.ts';
import { asideWhenLate } from './left-aside.ts';
import { runningOf } from '../nodes/running-nodes.ts';
import { openSession, type Session } from '../nodes/session.ts';
import type { Action } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

export const etcdQuorumActions = (dependencies: Dependencies) => {
  const { platform } = dependencies;

  const waitUntilEtcdQuorum: Action<'waitUntilEtcdQuorum'> = async ({ nodes, aside = [] }, step) => {
    const session = await openSession(dependencies, step.database);
    const failIfItExits = failIfExited(platform);
    const keep = restartIfExited(platform, step);
    const bounded = { ...step, patience_seconds: Math.min(step.patience_seconds, quorumPatienceSeconds) };
    // A member may need a few seconds longer than the others.
    const isLate = asideWhenLate(session.database, bounded, bounded.patience_seconds / 2);
    const mayBeLeft = (node: Node) => aside.some(({ name }) => name === node.name);
    const lookAt = async (node: Node): Promise<string | null> => {
      await (mayBeLeft(node) ? keep(node) : failIfItExits(node));
      const client = await session.connectEtcd(node);
      if (!(await client.isHealthy())) return `${node.name}:${ports.etcdClient} has no quorum`;
      // One that is left aside was a member before, and is counted among them whether it runs or not.
      if (aside.length > 0) return null;
      const peers = await client.memberNames();
      return peers.filter(Boolean).length < nodes.length ? `${node.name} sees ${peers.join(', ')}` : null;
    };
    await waitUntil({
      for: `${nodes.length} healthy etcd nodes`,
      step: bounded,
      look: async () => {
        const late: string[] = [];
        const wrong: string[] = [];
        for (const node of nodes) {
          const says = await (mayBeLeft(node) ? lookAt(node).catch(messageOf) : lookAt(node));
          const isLeft = mayBeLeft(node) && isLate(node.name, says === null ? null : { says });
          if (says !== null) (isLeft ? late : wrong).push(says);
        }
        const isMajority = late.length * 2 < nodes.length;
        const [observed] = isMajority ? wrong : [...wrong, ...late];
        return observed === undefined ? { found: true } : { observed };
      },
    }).catch(async (error: unknown) => {
      if (!(error instanceof PgrowError) || error.code !== 'not_ready') throw error;
      const seen = await Promise.all(nodes.map((node) => describe(session, node, nodes)));
      throw new PgrowError('not_ready', [error.message, ...seen].join('\n'), { cause: error });
    });
  };

  /** What an operator asks first: which node answers on which port, which peers it sees, and what its log says. */
  const describe = async (session: Session, node: Node, nodes: readonly Node[]): Promise<string> => {
    const healthy = await session
      .connectEtcd(node)
      .then((client) => client.isHealthy())
      .catch(messageOf);
    const answer = healthy === true ? 'healthy' : healthy === false ? 'answers, has no quorum' : healthy;
    const peers = nodes.filter((other) => other !== node).map(({ name }) => `${name}:${ports.etcdPeer}`);
    const seen = await platform
      .exec(node.container, ['pgrow-peers', ...peers], undefined, { timeoutMs: lookLimitMs })
      .then(({ stdout }) => stdout.trim().replaceAll('\n', ', '))
      .catch(messageOf);
    const log = await platform.readLogs(node.container, logLines).catch(messageOf);
    return (
      `${node.name}:${ports.etcdClient}: ${answer}; peers as ${node.name} sees them: ${seen}; ` +
      `end of its log: ${log.trim() || 'empty'}`
    );
  };

  /** Always removed first: a member that has lost its data must not vote again under its old id. */
  const readmitEtcdMember: Action<'readmitEtcdMember'> = async ({ node, others }, step) => {
    const session = await openSession(dependencies, step.database);
    const running = await runningOf(platform, others);
    const clients = await Promise.all(running.map((other) => session.connectEtcd(other)));
    const healthy = await Promise.all(clients.map((client) => client.isHealthy().catch(() => false)));
    const asked = clients.filter((_, index) => healthy[index]);
    // More than half of all members, counting this one, must answer. One that does not may answer a moment later.
    if (asked.length * 2 <= others.length + 1) {
      throw new PgrowError(
        'no_answer',
        `etcd has no quorum that could admit ${node.name}: of ${others.map(({ name }) => name).join(', ')} ` +
          `${asked.length} can vote.`,
      );
    }
    const [client] = asked;
    const host = peerHostOf(session.database.network, node);
    const present = (await client!.members()).filter((member) => [host, node.name].includes(member.host));
    for (const { id } of present) await client!.removeMember(id);
    await client!.addMember(host);
  };

  return { waitUntilEtcdQuorum, readmitEtcdMember };
};

/** An etcd cluster that has not formed by then never will: the next attempt begins with fresh volumes and another token. */
const quorumPatienceSeconds = 20;
/** Milliseconds a node has to name its peers, which is only for the error. */
const lookLimitMs = 10_000;
/** Of each node's log in the error. */
const logLines = 2;
