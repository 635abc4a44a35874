import type { NodeRef } from '../domain/topology.ts';
import { PgrowError, withoutStop } from '../domain/errors.ts';
import { exitRemedies, type ExitRemedy } from '../domain/remedies.ts';
import type { Platform } from '../platform/platform.ts';
import { createEscalation, type Escalation } from './escalation.ts';
import { lastWords } from '../nodes/last-words.ts';
import type { ActionStep } from './step-activity.ts';

/** How a wait treats a node whose container does not run; one of these runs at every look. */
type ContainerCalls = Pick<Platform, 'inspectContainer' | 'readLogs' | 'startContainer'>;

/**
 * For a node that has just been started, of which a new one is rebuilt with fresh volumes when it fails; one of these watches
 * over one wait. A crash from before it began is past: the engine counts restarts for as long as a container runs.
 * @throws PgrowError `node_failed` with the end of its log when it has exited, or has been restarted during this wait
 */
export const failIfExited = (platform: ContainerCalls) => {
  const restartsBefore = new Map<string, number>();
  return async (node: NodeRef): Promise<void> => {
    const state = await platform.inspectContainer(node.container);
    if (state?.running && state.restarts === (restartsBefore.get(node.name) ?? state.restarts)) {
      restartsBefore.set(node.name, state.restarts);
      return;
    }
    throw await failed(platform, node, state, '');
  };
};

/**
 * For permanent nodes: one that has exited is restarted, at most a few times during one wait.
 * @throws PgrowError `node_failed` with its exit code and the end of its log when that does not help, or when it is missing
 */
export const restartIfExited = (platform: ContainerCalls, step: Pick<ActionStep, 'patience_seconds' | 'note'>) => {
  const escalations = new Map<string, Escalation<ExitRemedy>>();
  const keepOne = async (node: NodeRef): Promise<void> => {
    const state = await platform.inspectContainer(node.container);
    if (state?.running) return;
    const escalation = escalations.get(node.name) ?? createEscalation(exitRemedies, step.patience_seconds, 'at once');
    escalations.set(node.name, escalation);
    const move = state ? escalation.faultSeen() : 'give up';
    if (move === 'give up') throw await failed(platform, node, state, timesStarted(escalation));
    if (move === 'wait') return;
    const remedy = `starting ${node.name} again`;
    step.note(`${node.name} has stopped (exit code ${state?.exitCode ?? '?'}); starting it again`, { remedy });
    await platform.startContainer(node.container);
  };
  return async (...nodes: readonly NodeRef[]): Promise<void> => {
    for (const node of nodes) await keepOne(node);
  };
};

const timesStarted = ({ applied: { length } }: Escalation<ExitRemedy>): string => `, again after ${length} restarts`;

export const goneError = ({ name, container }: NodeRef): PgrowError =>
  new PgrowError('node_failed', `${name} is gone: there is no container ${container}.`);

const failed = async (
  platform: ContainerCalls,
  { name, container }: NodeRef,
  state: Awaited<ReturnType<ContainerCalls['inspectContainer']>>,
  tried: string,
): Promise<PgrowError> => {
  if (!state) return goneError({ name, container });
  const log = await lastWords(platform, container, logLines);
  const end = log === '' ? '' : `: ${withoutStop(log.trim())}`;
  const what = state.running
    ? 'stopped and was restarted by the engine'
    : `stopped (exit code ${state.exitCode ?? '?'})`;
  return new PgrowError('node_failed', `${name} ${what}${tried}${end}.`);
};

const logLines = 5;
