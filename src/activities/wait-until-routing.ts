import { CancelledFailure } from '@temporalio/activity';
import { isSilence, messageOf, PgrowError } from '../domain/errors.ts';
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
import { asideWhenLate, dispensableSeconds, leaveAside } from './left-aside.ts';
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

  const waitUntilRouting: Action<'waitUntilRouting'> = async (
    { routers, aside = [], can_do_without = false, ...servers },
    step,
  ) => {
    const session = await openSession(dependencies, step.database);
    const watched = routers.map((router) => ({
      ...withConfig(router),
      escalation: createEscalation(routerRemedies, step.patience_seconds),
    }));
    const keep = restartIfExited(platform, step);
    const without = leaveAside(dependencies, session, step);
    const isLate = asideWhenLate(session.database, step);
    const isUnfit = asideWhenLate(session.database, step, dispensableSeconds(step));
    const unfit = new Set<string>();
    /** Of replicas that answer, those that do not let routers lead readers to them. */
    const findUnfit = async (replicas: readonly Node[]): Promise<void> => {
      for (const { name } of replicas) {
        const asked = { server: name, backend: 'replicas', shouldBeUp: true } as const;
        const { contradicts: passes, says } = await checkFromHere(session, asked);
        unfit[isUnfit(name, passes ? null : { says: `its check ${says}` }) ? 'add' : 'delete'](name);
      }
    };
    const { primary } = servers;
    await waitUntil({
      for: `${watched.map(({ node }) => node.name).join(', ')} to see ${primary} and ${servers.replicas.join(', ')}`,
      step,
      look: async () => {
        const dispensable = aside.filter(({ kind }) => kind === 'postgres');
        const hanging = await without(dispensable);
        const isExpected = (name: string) => !hanging.includes(name) && !unfit.has(name);
        const expected = { primary, replicas: servers.replicas.filter(isExpected) };
        await keep(...[primary, ...expected.replicas].map(session.nodeRef));
        const looks: Observation<true>[] = [];
        const late: Observation<true>[] = [];
        for (const router of watched) {
          const { name } = router.node;
          const mayBeLeft = aside.some((node) => node.name === name);
          const { look, why } = await keep(router.node)
            .then(() => lookAt({ ...router, session, expected, step }))
            .then(withHopelessness, mayBeLeft ? withSilence : toSeen);
          (mayBeLeft && isLate(name, why) ? late : looks).push(look);
        }
        const seen = worstOf(looks.length > 0 ? looks : late);
        if (can_do_without && !('found' in seen))
          await findUnfit(dispensable.filter(({ name }) => !hanging.includes(name)));
        return seen;
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
      const remedy = `rewriting the servers of ${node.name} (${time})`;
      step.note(`${node.name}: ${fault.says}; rewriting its servers (${time})`, { remedy });
      log.warn({ operation: step.operation, router: node.name, fault: fault.says, details }, 'router reconfigured');
      await tellAnew({ session, node, config, step }, misled);
    }
    return { observed: observed(), details };
  };

  /** Contradicts the router when the node itself answers the worker as it should answer the router. */
  const checkFromHere = async <S extends Pick<Misjudged, 'server' | 'backend' | 'shouldBeUp'>>(
    session: Session,
    server: S,
  ) => {
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

/** A look at a router, and why the others might do without it. */
interface SeenRouter {
  readonly look: Observation<true>;
  readonly why: { readonly says: string; readonly known?: boolean } | null;
}

/** One that answers has all the remedies there are. */
const withHopelessness = (look: Observation<true>): SeenRouter => ({
  look,
  why: 'hopeless' in look ? { says: look.hopeless, known: true } : null,
});

/** No error of its own ends the wait. */
const withSilence = (error: unknown): SeenRouter => {
  if (error instanceof CancelledFailure) throw error;
  return { look: { observed: messageOf(error) }, why: { says: messageOf(error) } };
};

const toSeen = (error: unknown): SeenRouter => ({ look: toObservation(error), why: null });

/** All routers have to be as they should; one that will never be ends the wait. */
const worstOf = (looks: readonly Observation<true>[]): Observation<true> =>
  looks.find((look) => 'hopeless' in look) ?? looks.find((look) => 'observed' in look) ?? { found: true };
