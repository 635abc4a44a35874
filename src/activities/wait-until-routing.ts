import { isSilence, PgrowError } from '../domain/errors.ts';
import { ports } from '../domain/naming.ts';
import type { ConfiguredRouter, RouterConfig } from '../domain/node-config.ts';
import { routerRemedies, type RouterRemedy } from '../domain/remedies.ts';
import {
  compareChecks,
  faultOf,
  healthPaths,
  type ExpectedServers,
  type Misjudged,
  type RouterBackend,
} from '../domain/router-view.ts';
import type { Node } from '../domain/topology.ts';
import type { RuntimeApi } from '../components/haproxy/index.ts';
import { createEscalation, type Escalation } from './escalation.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { restartIfExited } from './exited-nodes.ts';
import { leaveAside } from './left-aside.ts';
import { openSession, type Session } from '../nodes/session.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { toObservation, waitUntil, type Observation } from './wait-until.ts';

interface Configure {
  readonly configureNode: Action<'configureNode'>;
}

/** One look at one router. */
interface Look {
  readonly node: Node;
  readonly config: RouterConfig | null;
  readonly escalation: Escalation<RouterRemedy>;
  readonly session: Session;
  readonly expected: ExpectedServers;
  readonly step: ActionStep;
}

interface Told extends Pick<Look, 'session' | 'node' | 'step'> {
  readonly config: RouterConfig;
}

/** A router that cannot reach what the worker reaches gets its configuration again. */
export const waitUntilRoutingAction = (dependencies: Dependencies, { configureNode }: Configure) => {
  const { platform, components, log } = dependencies;
  const { haproxy } = components;

  const waitUntilRouting: Action<'waitUntilRouting'> = async ({ routers, aside = [], ...servers }, step) => {
    const session = await openSession(dependencies, step.database);
    const watched = routers.map((router) => ({
      ...withConfig(router),
      escalation: createEscalation(routerRemedies, step.patience_seconds),
    }));
    const keep = restartIfExited(platform, step);
    const without = leaveAside(dependencies, session, step);
    const { primary } = servers;
    await waitUntil({
      for: `${watched.map(({ node }) => node.name).join(', ')} to see ${primary} and ${servers.replicas.join(', ')}`,
      step,
      look: async () => {
        const hanging = await without(aside);
        const expected = { primary, replicas: servers.replicas.filter((name) => !hanging.includes(name)) };
        await keep(...watched.map(({ node }) => node), ...[primary, ...expected.replicas].map(session.nodeRef));
        const looks: Observation<true>[] = [];
        for (const router of watched)
          looks.push(await lookAt({ ...router, session, expected, step }).catch(toObservation));
        return worstOf(looks);
      },
    });
  };

  const lookAt = async ({ node, config, escalation, session, expected, step }: Look): Promise<Observation<true>> => {
    const fault = faultOf(await onRouter(session, node, haproxy.readServers), expected);
    if (!fault) {
      escalation.faultGone();
      return { found: true };
    }
    const checks = await Promise.all(fault.misjudged.map((server) => checkFromHere(session, server)));
    const details = checks.map(({ server, says }) => compareChecks(node.name, server, says)).join('; ');
    const misled = checks.filter(({ contradicts }) => contradicts).map(({ server }) => server);
    const observed = () => `${node.name}: ${fault.says}${toldTimes(escalation)}`;
    if (misled.length === 0 || config === null) {
      escalation.faultGone();
      return { observed: observed(), details };
    }
    const move = escalation.faultSeen();
    if (move === 'give up') return { hopeless: `${observed()}; ${details}. Check the network between the two.` };
    if (move === 'reconfigure') {
      const time = `${escalation.applied.length} of ${routerRemedies.length}`;
      step.note(`${node.name}: ${fault.says}; rewriting its servers (${time})`);
      log.warn({ operation: step.operation, router: node.name, fault: fault.says, details }, 'router reconfigured');
      await tellAnew({ session, node, config, step }, misled);
    }
    return { observed: observed(), details };
  };

  /** Contradicts the router when the node itself answers the worker as it should answer the router. */
  const checkFromHere = async (session: Session, server: Misjudged) => {
    const peer = await session.peer(session.nodeRef(server.server)).catch(() => null);
    if (!peer) return { server, contradicts: false, says: 'is not possible: it does not run' };
    const { passes, says } = await haproxy.checkServer({ peer, backend: server.backend });
    return { server, contradicts: passes === server.shouldBeUp, says };
  };

  /** Files and reload bring back every name and port; the addresses follow at once, whatever its resolver knows. */
  const tellAnew = async ({ session, node, config, step }: Told, misled: readonly Misjudged[]) => {
    await configureNode({ node, config }, step);
    await session.asRouter(node, async (api) => {
      for (const server of new Set(misled.map((each) => each.server))) {
        const { address: host } = await session.peer(session.nodeRef(server));
        for (const backend of Object.keys(healthPaths) as RouterBackend[])
          await haproxy.setAddress(api, { backend, server, host });
      }
    });
  };

  const onRouter = async <T>(session: Session, router: Node, use: (api: RuntimeApi) => Promise<T>): Promise<T> => {
    try {
      return await session.asRouter(router, use);
    } catch (error) {
      if (!isSilence(error)) throw error;
      throw new PgrowError('not_ready', `${router.name}:${ports.runtime} does not answer: ${error.message}`);
    }
  };

  return { waitUntilRouting };
};

/**
 * Plans recorded by version 0.1 name routers without their configuration: those are only waited for. To be removed when
 * operations of that version can no longer be resumed.
 */
const withConfig = (router: ConfiguredRouter | Node): { readonly node: Node; readonly config: RouterConfig | null } =>
  'node' in router ? router : { node: router, config: null };

const toldTimes = ({ applied: { length } }: Escalation<RouterRemedy>): string =>
  length === 0 ? '' : `, its servers were rewritten ${length === 1 ? 'once' : `${length} times`}`;

/** All routers have to be as they should; one that will never be ends the wait. */
const worstOf = (looks: readonly Observation<true>[]): Observation<true> =>
  looks.find((look) => 'hopeless' in look) ?? looks.find((look) => 'observed' in look) ?? { found: true };
