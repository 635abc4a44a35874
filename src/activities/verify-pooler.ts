import { messageOf, PgrowError, withoutStop } from '../domain/errors.ts';
import { labelNames, ports, roles } from '../domain/naming.ts';
import type { ConfiguredNode, PoolerConfig, Upstream } from '../domain/node-config.ts';
import { poolerRemedies, type PoolerRemedy } from '../domain/remedies.ts';
import type { Node, NodeRef } from '../domain/topology.ts';
import { createEscalation } from './escalation.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { restartIfExited } from './exited-nodes.ts';
import { asideWhenLate, dispensableSeconds, leftAsideText } from './left-aside.ts';
import { openSession, type Session } from '../nodes/session.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

interface Nodes {
  readonly configureNode: Action<'configureNode'>;
  readonly restartNode: Action<'restartNode'>;
}

/** A pooler that rejects a login which its servers accept gets its files again, then a restart if it is new. */
export const verifyPoolerAction = (dependencies: Dependencies, { configureNode, restartNode }: Nodes) => {
  const { platform, log } = dependencies;

  const verifyPooler: Action<'verifyPooler'> = async ({ can_do_without = false, ...configured }, step) => {
    if (!can_do_without) return verify(configured, step, false);
    const { node } = configured;
    const patience_seconds = Math.min(step.patience_seconds, dispensableSeconds(step));
    await verify(configured, { ...step, patience_seconds }, true).catch(async (error: unknown) => {
      if (!(error instanceof PgrowError) || (error.code !== 'not_ready' && error.code !== 'node_failed')) throw error;
      const { database } = await openSession(dependencies, step.database);
      step.remark(node.name, leftAsideText(database, node.name, error.message));
    });
  };

  /** `canSpare`: a way whose servers do not take the application from here either is no fault of the pooler's. */
  const verify = async ({ node, config }: ConfiguredNode, step: ActionStep, canSpare: boolean): Promise<void> => {
    if (config.kind !== 'pgbouncer') throw new PgrowError('internal', `${node.name} is not a pooler.`);
    const session = await openSession(dependencies, step.database);
    const escalation = createEscalation(
      poolerRemedies({ mayHaveClients: !(await isNew(node, step)) }),
      step.patience_seconds,
    );
    const keep = restartIfExited(platform, step);
    // What is behind it is named by the waits for that.
    const isSpared = asideWhenLate(session.database, { ...step, remark: () => undefined });
    await waitUntil({
      for: `a query through ${routesOf(config)
        .map(({ port }) => `${node.name}:${port}`)
        .join(' and ')}`,
      step,
      look: async () => {
        await keep(node);
        const refusal = await refusalOf(session, node, config);
        if (!refusal) return { found: true };
        const observed = () => `${refusal.says}${tried(escalation.applied)}`;
        const { takes, says: details } = await askBehind(session, refusal.upstream);
        if (!takes) {
          escalation.faultGone();
          return canSpare && isSpared(node.name, { says: details })
            ? { found: true }
            : { observed: observed(), details };
        }
        isSpared(node.name, null);
        const move = escalation.faultSeen();
        if (move === 'give up') return { hopeless: `${observed()}; ${details}.` };
        if (move !== 'wait') {
          step.note(`${refusal.says}; ${announcement[move]}`, { remedy: `${node.name}: ${announcement[move]}` });
          log.warn({ operation: step.operation, pooler: node.name, fault: refusal.says, move }, 'pooler remedied');
          await (move === 'restart' ? restartNode : configureNode)({ node, config }, step);
        }
        return { observed: observed(), details };
      },
    });
  };

  /** Made by this very operation, which has not published it yet. */
  const isNew = async (node: Node, { operation }: ActionStep): Promise<boolean> =>
    (await platform.inspectContainer(node.container))?.labels[labelNames.operation] === operation;

  /** The first refusal, in the words of PgBouncer or of the server behind it. */
  const refusalOf = async (session: Session, node: Node, config: PoolerConfig) => {
    for (const { port, upstream } of routesOf(config)) {
      const says = await refused(session, node, port);
      if (says !== null) return { says, upstream };
    }
    return null;
  };

  /** Whether any server behind a pooler takes the application from here: then it is the pooler that refuses. */
  const askBehind = async (session: Session, { nodes, port }: Upstream) => {
    const answers: string[] = [];
    for (const name of nodes) {
      const says = await refused(session, session.nodeRef(name), port);
      if (says === null) return { takes: true, says: `${name}:${port} behind it accepts the same login` };
      answers.push(says);
    }
    return { takes: false, says: `behind it ${answers.join(', ')}` };
  };

  const refused = async (session: Session, node: NodeRef, port: number) => {
    try {
      const peer = await session.peer(node);
      await session.asProbe({ peer, port }, (connection) => connection.query('SELECT 1'));
      return null;
    } catch (error) {
      return `${node.name}:${port} refuses ${roles.probe}: ${withoutStop(messageOf(error))}`;
    }
  };

  return { verifyPooler };
};

const routesOf = ({ read_write, read_only }: PoolerConfig): readonly { port: number; upstream: Upstream }[] => [
  { port: ports.pooled, upstream: read_write },
  ...(read_only ? [{ port: ports.pooledReadOnly, upstream: read_only }] : []),
];

const announcement: Record<PoolerRemedy, string> = {
  reload: 'rewriting its files and reloading it',
  restart: 'restarting it',
};
const done: Record<PoolerRemedy, string> = {
  reload: 'its files were rewritten and reloaded',
  restart: 'restarted',
};

const tried = (applied: readonly PoolerRemedy[]): string =>
  applied.length === 0 ? '' : `; ${applied.map((remedy) => done[remedy]).join(', then ')}`;
