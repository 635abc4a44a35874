import { trialConfinement } from '../domain/confinement.ts';
import { resourcesOf } from '../domain/container-spec.ts';
import { PgrowError, withoutStop } from '../domain/errors.ts';
import { databaseLabels, labelNames, trialName } from '../domain/naming.ts';
import type { PrimaryConfig } from '../domain/node-config.ts';
import type { Node } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { nodeContainer } from '../nodes/node-container.ts';
import { nodeFiles } from '../nodes/node-files.ts';
import { openSession, type Session } from '../nodes/session.ts';
import type { ContainerSpec, NodeFile } from '../platform/platform.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { waitUntil, type Observation } from './wait-until.ts';

/** How `pgrow-try` ends. */
const started = 0;
const refused = 1;
/** Of an image that does not have the program. */
const noSuchProgram: readonly (number | null)[] = [126, 127];
/** By the engine, when it has used up its memory. */
const killed = 137;

/** Lines of what it says. */
const mostLines = 12;

/** The only files that its configuration consists of: it is given no secret. */
const configuration = /\/(?:postgresql|pg_hba)\.conf$/;

/** A server of a node's kind, on data of its own, in a container that runs once (`images/postgres/pgrow/trial.py`). */
export const tryServerAction = (dependencies: Dependencies) => {
  const { platform, components, images } = dependencies;

  const tryServer: Action<'tryServer'> = async ({ node }, step) => {
    const session = await openSession(dependencies, step.database);
    const container = trialName(node);
    // One that a dead worker has left may be of another kind.
    await platform.removeContainer(container);
    try {
      await platform.ensureContainer(trialOf(session, node, step));
      await platform.startContainer(container);
      const exitCode = await waitUntil({
        for: `a server like ${node.name} to start`,
        step,
        look: () => look(container),
      });
      await judge(session, node, exitCode, step);
    } finally {
      await platform.removeContainer(container);
    }
  };

  /** As the node's own, but without its data, its address and its names; what carries the operation's label is swept. */
  const trialOf = (session: Session, node: Node, { operation }: ActionStep): ContainerSpec => {
    const { database } = session;
    const labels = {
      ...databaseLabels(database),
      [labelNames.operation]: operation,
      [labelNames.kind]: 'trial',
    };
    const { image, network, environment } = nodeContainer(database, images, node, labels);
    return {
      name: trialName(node),
      image,
      hostname: 'trial',
      command: ['pgrow-try'],
      network,
      aliases: [],
      mounts: [],
      ports: [],
      labels,
      environment,
      files: filesOf(session, node),
      restart: 'no',
      ...resourcesOf(node),
      confinement: trialConfinement(node),
    };
  };

  /** Whatever runs it: Patroni gives its server the same. Without a certificate, which would be a secret. */
  const filesOf = (session: Session, { tls: _tls, ...node }: Node): readonly NodeFile[] => {
    const config: PrimaryConfig = { kind: 'postgres', mode: 'primary', synchronous_standbys: [] };
    const files = nodeFiles(components, session, { node, config }, { gateway: '', attempt: 1 });
    return files.filter(({ path }) => configuration.test(path));
  };

  const look = async (container: string): Promise<Observation<number>> => {
    const state = await platform.inspectContainer(container);
    if (!state)
      throw new PgrowError('node_failed', `Container ${container} was removed while its server was starting.`);
    return state.exitCode === null ? { observed: 'it is starting' } : { found: state.exitCode };
  };

  const judge = async (session: Session, node: Node, exitCode: number, step: ActionStep): Promise<void> => {
    if (exitCode === started) return;
    if (noSuchProgram.includes(exitCode))
      return step.note(`${node.name} keeps an image that cannot try a server: its first start shows whether it starts`);
    const log = await platform.readLogs(trialName(node), mostLines);
    const lines = log.split('\n').map((line) => withoutStop(line.trim()));
    const says = lines.filter(Boolean).join('; ');
    if (exitCode === killed)
      throw new PgrowError(
        'refused',
        `A server like ${node.name} needs more memory than it would have, and is killed.`,
      );
    if (exitCode !== refused)
      throw new PgrowError(
        'node_failed',
        `A server like ${node.name} could not be tried (exit code ${exitCode}): ${says}.`,
      );
    throw new PgrowError(
      'refused',
      `A server of ${session.database.name} would not start any more, and nothing was changed. It says: ${says}.`,
    );
  };

  return { tryServer };
};
