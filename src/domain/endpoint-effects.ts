import { formatMs } from './format-duration.ts';
import { endpointNames, endpointsAt, type EndpointName } from './endpoints.ts';
import type { Plan } from './plan.ts';

/**
 * What clients of an endpoint notice. `waits`: statements wait as long as writes are held. `reset`: its connections end once, and
 * the next connect succeeds. `may_reset`: those that lead to a node which is stopped, removed or promoted do. `leads_on`: it is no
 * endpoint of its own any longer, and its address leads to the others. `down`: until the database is started.
 */
export const endpointEffects = [
  'new',
  'unchanged',
  'waits',
  'reset',
  'may_reset',
  'leads_on',
  'down',
  'up',
  'removed',
] as const;
export type EndpointEffect = (typeof endpointEffects)[number];

export interface AffectedEndpoint {
  readonly name: EndpointName;
  readonly effect: EndpointEffect;
  /** The same for people. */
  readonly says: string;
}

type Affecting = Pick<Plan, 'type' | 'from' | 'to' | 'steps' | 'expected_stall_ms' | 'nodes_removed'>;

/** Of every endpoint that there is before or after. */
export const effectsOnEndpoints = (plan: Affecting): AffectedEndpoint[] => {
  const before = plan.from && endpointsAt(plan.from);
  const after = plan.to && endpointsAt(plan.to);
  return endpointNames.flatMap((name) => {
    if (!before?.[name] && !after?.[name]) return [];
    const effect = effectOn(plan, name, { before: before?.[name] ?? false, after: after && after[name] });
    return [{ name, effect, says: sayEffect(effect, plan) }];
  });
};

type Stalling = Pick<Plan, 'type' | 'expected_stall_ms'>;

/** For how long writes wait, in words. */
export const sayStall = ({ type, expected_stall_ms }: Stalling): string => {
  if (type === 'stop') return 'until it is started again';
  return expected_stall_ms === 0 ? 'none' : `about ${formatMs(expected_stall_ms)}`;
};

const sayEffect = (effect: EndpointEffect, plan: Stalling): string => {
  switch (effect) {
    case 'new':
      return 'new';
    case 'unchanged':
      return 'as before';
    case 'waits':
      return plan.type === 'failover'
        ? `waits ${sayStall(plan)}; transactions on the old primary fail`
        : `waits ${sayStall(plan)}; no transaction fails`;
    case 'reset':
      return 'connections end once; the next connect succeeds';
    case 'may_reset':
      return 'connections to nodes that stop or change roles end; the next connect succeeds';
    case 'leads_on':
      return 'goes; its address leads to what is left';
    case 'down':
      return 'down until it is started again';
    case 'up':
      return 'up again';
    case 'removed':
      return 'removed';
    default:
      return effect satisfies never;
  }
};

/** `after`: null where nothing of the database remains. */
const effectOn = (
  plan: Affecting,
  name: EndpointName,
  { before, after }: { readonly before: boolean; readonly after: boolean | null },
): EndpointEffect => {
  if (after === null) return 'removed';
  if (!before) return 'new';
  if (!after) return 'leads_on';
  if (plan.steps.length === 0) return 'unchanged';
  switch (plan.type) {
    case 'stop':
      return 'down';
    case 'start':
      return 'up';
    case 'repair':
    case 'reinitialize':
      return mayLose(plan, name);
    default:
      return plan.expected_stall_ms > 0 ? inHandOver(plan, name) : mayLose(plan, name);
  }
};

const isForReaders = (name: EndpointName): boolean => ['pooled_read_only', 'read_only', 'any_node'].includes(name);

/** Where the server that takes writes changes. */
const inHandOver = ({ from }: Affecting, name: EndpointName): EndpointEffect => {
  if (isForReaders(name)) return 'may_reset';
  return name === 'pooled' && from?.pooling?.pool_mode !== 'session' ? 'waits' : 'reset';
};

/** Where it stays: connections end with the nodes that they lead to. Poolers find the server again before a router goes. */
const mayLose = ({ type, from, nodes_removed }: Affecting, name: EndpointName): EndpointEffect => {
  if (type === 'repair') return 'may_reset';
  const loses = (kind: string): boolean => nodes_removed.some((node) => node.startsWith(`${kind}-`));
  if (isForReaders(name))
    return type === 'reinitialize' || loses('postgres') || loses('haproxy') ? 'may_reset' : 'unchanged';
  const isHeld = name === 'pooled' && from?.pooling?.pool_mode !== 'session';
  return loses('haproxy') && !isHeld ? 'may_reset' : 'unchanged';
};
