import type { Ladder, Rung, Status } from '../../data/types.ts';
import { effectText, endpointTitles } from '../../plan/plan-text.ts';

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

/** `pooled: waits about 400 ms; no transaction fails`: those that notice something, grouped by what they notice. */
export const clientTexts = (plan: Outlook): readonly string[] => {
  const noticing = plan.endpoints.filter(({ effect }) => effect !== 'unchanged');
  const byEffect = Map.groupBy(noticing, ({ effect }) => effect);
  const stalling = { type: 'expand', expected_stall_ms: plan.expected_stall_ms } as const;
  const texts = [...byEffect].map(
    ([effect, endpoints]) =>
      `${endpoints.map(({ name }) => endpointTitles[name]).join(', ')}: ${effectText(effect, stalling)}`,
  );
  return texts.length === 0 ? ['notice nothing'] : texts;
};

/** How to get back from there. */
export const backText = (direction: Rung['direction'], { point_of_no_return }: Outlook): string => {
  const during = point_of_no_return === null ? 'can be undone until it ends' : 'can be undone until it cuts over';
  return `${during}, then rolled back for a while; later ${direction === 'up' ? 'scale down' : 'expand again'}`;
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
