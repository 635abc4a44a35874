import type { Ladder, Rung, Status } from '../../data/types.ts';
import { durationText } from '../../format/times.ts';
import { endpointTitles } from '../../plan/plan-text.ts';

interface RungText {
  readonly title: string;
  readonly gives: string;
  readonly pays: string;
}

/** What each stage is good for; what it costs and what it does comes from the API. */
export const rungTexts: Readonly<Record<Rung['name'], RungText>> = {
  ha: {
    title: 'High availability',
    gives: 'Automatic failover within seconds, and never two primaries: Patroni, etcd, three routers.',
    pays: 'for production',
  },
  replicas: {
    title: 'Read replicas',
    gives: 'Copies that answer reads, behind HAProxy. None takes over by itself.',
    pays: 'for read-heavy work',
  },
  pooling: {
    title: 'Pooling',
    gives: 'PgBouncer: many clients share few server connections.',
    pays: 'from about 50 concurrent connections',
  },
  single: {
    title: 'Single',
    gives: 'One server: no replica, no failover.',
    pays: 'for trials, and where an outage does no harm',
  },
};

type Outlook = NonNullable<Rung['plan']>;

type Effect = Outlook['endpoints'][number]['effect'];

/** What is said of an endpoint at length in the plan. */
const shortEffects: Readonly<Record<Exclude<Effect, 'waits' | 'unchanged'>, string>> = {
  new: 'new',
  reset: 'reset once',
  may_reset: 'may be reset once',
  leads_on: 'its address leads to what is left',
  down: 'down',
  up: 'up again',
  removed: 'removed',
};

/** `pooled: waits about 400 ms, none fails`, `direct, read-write: reset once`: by what clients notice. */
export const clientTexts = ({ endpoints, expected_stall_ms }: Outlook): readonly string[] => {
  const said = ({ effect }: Outlook['endpoints'][number]): string | null => {
    if (effect === 'waits') return `waits about ${durationText(expected_stall_ms)}, none fails`;
    return effect === 'unchanged' ? null : shortEffects[effect];
  };
  const byEffect = [...Map.groupBy(endpoints, said)].flatMap(([text, same]) =>
    text === null ? [] : [`${same.map(({ name }) => endpointTitles[name]).join(', ')}: ${text}`],
  );
  return byEffect.length === 0 ? ['notice nothing'] : byEffect;
};

/** How to get back from there. */
export const backText = (direction: Rung['direction'], { point_of_no_return }: Outlook): string => {
  const during = point_of_no_return === null ? 'undo until it ends' : 'undo until it cuts over';
  return `${during}, then roll back for a while; later ${direction === 'up' ? 'scale down' : 'expand again'}`;
};

/** What the database has at its present stage. */
export const presentText = (status: Status): string => {
  const { stage, pooling, replicas, ha } = status;
  if (stage === 1) return poolText(pooling);
  if (stage === 2) {
    const { replication_mode, load_balancing } = replicas.options ?? {};
    const how = [replication_mode, load_balancing?.replaceAll('_', ' ')].filter(Boolean).join(', ');
    return how === '' ? '' : `Replication ${how}.`;
  }
  if (stage < 3 || !ha.options) return '';
  return `Failover time ${ha.options.failover_time} s, replication ${ha.options.sync_mode.replaceAll('_', ' ')}.`;
};

export const poolText = ({ pool_mode, default_pool_size }: Status['pooling']): string =>
  pool_mode === undefined ? 'On.' : `Pool mode ${pool_mode}, ${default_pool_size} server connections.`;

/** One reason for all of them is said once. */
export const commonRefusal = ({ rungs, pooling }: Ladder): string | null => {
  const asked = [...rungs.filter(({ request }) => request !== null), ...(pooling ? [pooling] : [])];
  const reasons = new Set(asked.map(({ refused }) => refused?.message ?? null));
  return asked.length > 1 && reasons.size === 1 ? [...reasons][0]! : null;
};
