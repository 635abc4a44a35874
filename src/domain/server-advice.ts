import { adviceLimits as limits } from './advice-limits.ts';
import { evidence, moreMemory, percent, whole, type Advise, type Seen } from './advice-kinds.ts';
import { formatBytes } from './format-bytes.ts';
import { memoryText } from './server-size.ts';
import { storageLevel, useText } from './storage-use.ts';
import { nodesOf } from './topology.ts';
import type { Trend } from './trend.ts';

export const replicas: Advise = (seen) => {
  const { primary, stage } = seen.topology;
  const load = stage >= 2 ? null : readLoad(seen);
  if (!load) return null;
  const { only, commits } = load;
  return {
    code: 'replicas',
    says: `At least ${percent(only.median)} of ${whole(commits.median)} transactions a second write nothing: a replica could serve those that may see data a moment late.`,
    evidence: [
      evidence('read_only', primary, only.median, 'share', only),
      evidence('commits', primary, commits.median, 'per_second', commits),
    ],
    request: { path: 'replicas', body: {} },
  };
};

/** Of a primary that mostly serves what a replica could serve as well; null of another. */
const readLoad = ({ topology: { primary }, trend }: Seen): { readonly only: Trend; readonly commits: Trend } | null => {
  const [only, commits] = [trend('read_only', primary), trend('commits', primary)];
  if (!only || !commits || commits.median < limits.commits_for_replicas) return null;
  return only.median >= limits.read_only_share ? { only, commits } : null;
};

export const reads: Advise = (seen) => {
  const { primary } = seen.topology;
  const [load, elsewhere] = [readLoad(seen), seen.trend('reads_on_replicas')];
  if (!load || !elsewhere || elsewhere.median >= limits.reads_on_replicas) return null;
  const { only } = load;
  return {
    code: 'reads',
    says: `At least ${percent(only.median)} of the primary's transactions write nothing, and the replicas serve ${percent(elsewhere.median)} of all: clients that only read could use the read-only endpoint.`,
    evidence: [
      evidence('read_only', primary, only.median, 'share', only),
      evidence('reads_on_replicas', null, elsewhere.median, 'share', elsewhere),
    ],
    request: null,
  };
};

export const lag: Advise = ({ topology, trend }) => {
  const behind = nodesOf(topology, 'postgres').flatMap(({ name }) => {
    const trendOf = trend('lag', name);
    return trendOf && trendOf.share((bytes) => bytes >= limits.lag_bytes) >= 0.9 ? [{ name, lag: trendOf }] : [];
  });
  if (behind.length === 0) return null;
  const each = behind.map(({ name, lag: { median } }) => `${name} is ${formatBytes(median)} behind`);
  return {
    code: 'lag',
    says: `For minutes ${each.join(', ')}: reads there are old, and a failover to it would lose what it lacks or be refused. See its log, and whether its disk or a long query holds it up.`,
    evidence: behind.map(({ name, lag: of }) => evidence('lag', name, of.median, 'bytes', of)),
    request: null,
  };
};

export const cache: Advise = ({ topology, trend }) => {
  const { primary } = topology;
  const [hits, commits] = [trend('cache_hits', primary), trend('commits', primary)];
  if (!hits || !commits || commits.median < limits.commits_for_cache) return null;
  if (hits.share((value) => value < limits.cache_hits) < 0.9) return null;
  return {
    code: 'cache',
    says: `${percent(hits.median)} of the blocks that are read come from shared buffers: what is read does not fit into them. Look for statements that read whole tables, or give the servers more memory.`,
    evidence: [evidence('cache_hits', primary, hits.median, 'share', hits)],
    request: moreMemory(topology).request,
  };
};

export const disk: Advise = ({ trend }) => {
  const [free, size] = [trend('disk_free'), trend('size')];
  if (!free) return null;
  const needed = Math.max(limits.disk_bytes, limits.copies * (size?.median ?? 0));
  if (free.median >= needed) return null;
  return {
    code: 'disk',
    says: `${formatBytes(free.median)} are free where Docker keeps its volumes; a new server and its snapshot would need ${formatBytes(needed)}. Make room there.`,
    evidence: [
      evidence('disk_free', null, free.median, 'bytes', free),
      ...(size ? [evidence('size', null, size.median, 'bytes', size)] : []),
    ],
    request: null,
  };
};

export const storage: Advise = ({ storage: use, now }) => {
  const level = storageLevel(use);
  if (level === null) return null;
  const next = level === 'nearly' ? 'Remove what is not needed, or raise the limit now' : 'Plan for more';
  return {
    code: 'storage',
    says: `The data take ${useText(use)} (${percent(use.used_bytes! / use.limit_bytes!)}). The limit is reported, not enforced. ${next}.`,
    evidence: [evidence('volume', null, use.used_bytes!, 'bytes', { at: now, over_ms: 0 })],
    request: { path: 'change', body: { storage: memoryText(2 * use.limit_bytes!) } },
  };
};

const dayMs = 86_400_000;

export const snapshot: Advise = ({ snapshots, exists_ms, now }) => {
  const whenTaken = snapshots.filter(({ damage }) => damage === null).map(({ created_at }) => Date.parse(created_at));
  const newest = whenTaken.length === 0 ? null : Math.max(...whenTaken);
  const days = Math.floor((newest === null ? exists_ms : now - newest) / dayMs);
  if (days < limits.snapshot_days) return null;
  const none = newest === null ? 'There is no snapshot' : `The newest snapshot is ${days} days old`;
  return {
    code: 'snapshot',
    says: `${none}: pgrow takes them before it grows a database and on request, on the same host. Take one, and see that the data are in a backup of your own.`,
    evidence: [evidence('snapshot_age', null, days, 'days', { at: now, over_ms: 0 })],
    request: { path: 'snapshots', body: {} },
  };
};

export const image: Advise = ({ topology, older_images, now }) => {
  const servers = nodesOf(topology, 'postgres').map(({ name }) => name);
  const older = servers.filter((name) => older_images.includes(name));
  if (older.length === 0) return null;
  return {
    code: 'image',
    says: `${older.join(', ')} ${older.length === 1 ? 'runs' : 'run'} another image than this pgrow would take now, which may have security updates. A change brings every server to it by one hand-over.`,
    evidence: [evidence('older_images', null, older.length, 'nodes', { at: now, over_ms: 0 })],
    request: { path: 'change', body: { image: 'newest' } },
  };
};
