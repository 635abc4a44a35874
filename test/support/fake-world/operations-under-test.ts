import { sampleDatabase } from '../sample-database.ts';
import type { Deed } from './without-temporal.ts';
import { keepSnapshot, restoration, snapshotId, snapshotVolume, source } from './kept-snapshot.ts';
import type { Shop } from './operator.ts';
import { creation, foreseeOne, story, type Story } from './story.ts';

/** Every operation, from every stage that it begins at. */

type Wish<W extends Deed['workflow']> = Extract<Deed, { readonly workflow: W }>['wish'];

const expand = (wish: Wish<'expand'>): Deed => ({ workflow: 'expand', wish });
const scaleDown = (target: Wish<'scaleDown'>['target'], replicas: Wish<'scaleDown'>['replicas'] = {}): Deed => ({
  workflow: 'scaleDown',
  wish: { target, replicas, grace_period: 0, confirm: true },
});
const setReplicas = (count: number): Deed => ({ workflow: 'setReplicas', wish: { count } });
const setPooling = (default_pool_size: number): Deed => ({
  workflow: 'setPooling',
  wish: { pooling: { default_pool_size } },
});
const switchover = (target_node: string): Deed => ({ workflow: 'switchover', wish: { target_node } });
const reinitialize = (node: string): Deed => ({ workflow: 'reinitialize', wish: { node } });
const repair: Deed = { workflow: 'repair', wish: {} };
const rollback: Deed = { workflow: 'rollback', wish: {} };
const takeSnapshot: Deed = { workflow: 'takeSnapshot', wish: {} };
const stop: Deed = { workflow: 'stopDatabase', wish: { confirm: true } };
const start: Deed = { workflow: 'startDatabase', wish: {} };
const destroy: Deed = { workflow: 'destroyDatabase', wish: {} };

const renew: Deed = { workflow: 'rotateDatabase', wish: { what: 'certificates' } };
const rotate: Deed = { workflow: 'rotateDatabase', wish: { how: 'at_once', confirm: true } };

const pooled = expand({ target: 'pooling' });
const replicated = expand({ target: 'replicas', pooling: {} });
const plain = expand({ target: 'replicas', replicas: { count: 1, enable_haproxy: false }, pooling: {} });
const confirmed = expand({ target: 'replicas', replicas: { count: 2, replication_mode: 'sync' }, pooling: {} });
const ha = expand({ target: 'ha' });
const pooledHa = expand({ target: 'ha', pooling: {} });

export const create = (shop: Shop) => shop.run('createDatabase', { name: 'shop' });

/** Closed at once, so that what is measured begins without an open way back. */
export const settle = async (shop: Shop): Promise<void> => {
  await shop.checkpoint.signal('confirm');
  await shop.checkpoint.result();
};

const snapshot = { id: snapshotId, volume: snapshotVolume, bytes: null, created_at: '2026-01-01T10:00:00.000Z' };

export const creations: Readonly<Record<'empty' | 'restored', Story>> = {
  empty: {
    name: 'create',
    plan: foreseeOne(sampleDatabase('shop'), creation),
    deed: creation,
    leader: null,
    lost: [],
    frozen: false,
    prepare: async () => {},
  },
  restored: {
    name: 'restore of a snapshot',
    plan: foreseeOne(
      sampleDatabase('shop'),
      { workflow: 'restoreSnapshot', wish: restoration },
      { restored: { source: source.name, postgres_major: source.postgres_major, snapshot } },
    ),
    deed: { workflow: 'restoreSnapshot', wish: restoration },
    leader: null,
    lost: [],
    frozen: false,
    prepare: keepSnapshot,
  },
};

export const expansions = {
  pooling: story('expand to pooling', pooled),
  replicas: story('expand to replicas', expand({ target: 'replicas' })),
  ha: story('expand to ha from replicas behind a pooler', ha, { before: [replicated] }),
  jump: story('jump to ha with pooling', pooledHa),
} as const;

/** Of a database with TLS, whose nodes take no one in plain text. */
export const encrypted = {
  jump: story('jump to ha with pooling, with TLS', pooledHa, { tls: 'require' }),
  haToReplicas: story('ha to one replica, with TLS', scaleDown('replicas'), { tls: 'require', before: [pooledHa] }),
} as const;

export const reductions = {
  haToReplicas: story('ha to one replica, behind a pooler', scaleDown('replicas'), { before: [pooledHa] }),
  haToSync: story(
    'ha to three synchronous replicas, another node leading',
    scaleDown('replicas', { count: 3, replication_mode: 'sync' }),
    { before: [ha], leader: 'postgres-3' },
  ),
  // A worker that died while it opened this found its own window where it looked for the one to close: the old primary stayed.
  haToPooling: story('ha to pooling, the window still open', scaleDown('pooling'), {
    before: [pooledHa],
    windowOpen: true,
  }),
  haToSingle: story('ha to single, with a pooler', scaleDown('single'), { before: [pooledHa] }),
  directHaToSingle: story('ha to single, without a pooler', scaleDown('single'), { before: [ha] }),
  haUnpooled: story('ha without its pooler', scaleDown('unpooled'), { before: [pooledHa] }),
  replicasToPooling: story('two synchronous replicas to pooling', scaleDown('pooling'), { before: [confirmed] }),
  replicasToSingle: story('replicas to single, with a pooler', scaleDown('single'), { before: [replicated] }),
  plainToSingle: story('replicas without HAProxy to single', scaleDown('single'), { before: [plain] }),
  directToSingle: story('replicas to single, without a pooler', scaleDown('single'), {
    before: [expand({ target: 'replicas' })],
  }),
  poolingToSingle: story('pooling to single', scaleDown('single'), { before: [pooled] }),
} as const;

export const adjustments = {
  moreReplicas: story('two replicas more', setReplicas(3), { before: [replicated] }),
  morePlain: story('a replica more without HAProxy', setReplicas(2), { before: [plain] }),
  // The new replica never confirmed a commit, and one that had gone was still waited for.
  moreConfirming: story('a synchronous replica more', setReplicas(3), { before: [confirmed] }),
  fewerConfirming: story('a synchronous replica less', setReplicas(1), { before: [confirmed] }),
  fewerPlain: story('a replica less without HAProxy', setReplicas(1), { before: [plain, setReplicas(2)] }),
  moreMembers: story('a member more', setReplicas(3), { before: [pooledHa], windowOpen: true }),
  fewerMembers: story('a member less', setReplicas(2), { before: [pooledHa, setReplicas(3)] }),
  pooling: story('other pooling options', setPooling(7), { before: [pooled] }),
  // The record named the old primary again, which closing the window had just removed; so after a member was made again.
  poolingAtHa: story('other pooling options at ha, the window still open', setPooling(7), {
    before: [pooledHa],
    windowOpen: true,
  }),
  snapshot: story('a snapshot at ha, the window still open', takeSnapshot, { before: [pooledHa], windowOpen: true }),
  replicaAnew: story('a replica anew', reinitialize('postgres-2'), { before: [replicated] }),
  memberAnew: story('a member anew, the window still open', reinitialize('postgres-4'), {
    before: [pooledHa],
    windowOpen: true,
  }),
} as const;

const change = (wish: Wish<'changeDatabase'>): Deed => ({ workflow: 'changeDatabase', wish });
const live = change({ cpus: 1, settings: { work_mem: '8MB' } });
const larger = change({ memory: '2GiB', extensions: ['pg_trgm'] });
const fewerConnections = change({ settings: { max_connections: '120' } });

/** Other servers at the same stage. */
export const changes = {
  live: story('settings and CPUs, live', live, { before: [replicated] }),
  beside: story('more memory by a server beside the old one, behind a pooler', larger, { before: [pooled] }),
  besideDirect: story('more memory by a server beside the old one, without a pooler', larger),
  confirming: story('more memory, two synchronous replicas', larger, { before: [confirmed] }),
  plain: story('more memory without HAProxy', larger, { before: [plain] }),
  ha: story('more memory at ha, the window still open', larger, { before: [pooledHa], windowOpen: true }),
  fewerConnections: story('fewer connections at ha', fewerConnections, { before: [pooledHa] }),
} as const;

/** Other certificates, of a database that has them. */
export const renewals = {
  pooled: story('renewal of the certificates behind a pooler', renew, { tls: 'require', before: [pooled] }),
  ha: story('renewal of the certificates at ha, the window still open', renew, {
    tls: 'require',
    before: [pooledHa],
    windowOpen: true,
  }),
} as const;

/** Another password of the application. */
export const rotations = {
  single: story('rotation of the password', rotate),
  pooled: story('rotation of the password behind a pooler', rotate, { before: [pooled] }),
  ha: story('rotation of the password at ha, the window still open', rotate, {
    before: [pooledHa],
    windowOpen: true,
  }),
} as const;

export const repairs = {
  ha: story('repair at ha, the window still open', repair, {
    before: [pooledHa],
    windowOpen: true,
    lost: ['etcd-1', 'haproxy-2', 'postgres-4'],
  }),
  replicas: story('repair of all but the primary, behind a pooler', repair, {
    before: [replicated],
    lost: ['postgres-2', 'haproxy-1', 'pgbouncer-1', 'front'],
  }),
} as const;

const repairAnyway: Deed = { workflow: 'repair', wish: { confirm: true } };

/** Whoever took writes is gone with the data. */
export const replacements = {
  ha: story('repair of a lost leader', repairAnyway, { before: [pooledHa], lost: ['postgres-2', 'haproxy-1'] }),
  confirming: story('repair of a lost primary and a router', repairAnyway, {
    before: [confirmed],
    lost: ['postgres-1', 'haproxy-1'],
  }),
  plain: story('repair of a lost primary without HAProxy', repairAnyway, {
    before: [plain, setReplicas(2)],
    lost: ['postgres-1'],
  }),
} as const;

export const switchovers = {
  members: story('switchover at ha, the window still open', switchover('postgres-3'), {
    before: [pooledHa],
    windowOpen: true,
  }),
  confirming: story('switchover among synchronous replicas', switchover('postgres-3'), { before: [confirmed] }),
  plain: story('switchover without HAProxy', switchover('postgres-2'), { before: [plain] }),
} as const;

const failover = (target_node: string): Deed => ({ workflow: 'failover', wish: { target_node, confirm: true } });

/** Whoever took writes is killed. */
export const failovers = {
  members: story('failover at ha from a frozen leader, the window still open', failover('postgres-3'), {
    before: [pooledHa],
    windowOpen: true,
    frozen: true,
  }),
  confirming: story('failover among synchronous replicas from a frozen primary', failover('postgres-3'), {
    before: [confirmed],
    frozen: true,
  }),
  plain: story('failover without HAProxy from a primary that takes writes', failover('postgres-2'), {
    before: [plain],
  }),
} as const;

const back = (of: string, ...before: readonly Deed[]) =>
  story(`rollback of ${of}`, rollback, { before, windowOpen: true });

export const rollbacks = {
  pooling: back('pooling', pooled),
  replicas: back('synchronous replicas and a pooler', confirmed),
  ha: back('ha, to replicas behind a pooler', replicated, ha),
  jump: back('the jump to ha', pooledHa),
  haToReplicas: back('ha to replicas', pooledHa, scaleDown('replicas')),
  replicasToSingle: back('replicas to single', replicated, scaleDown('single')),
  poolingToSingle: back('pooling to single', pooled, scaleDown('single')),
  live: back('settings and CPUs', replicated, live),
  beside: back('more memory by a server beside the old one', pooled, larger),
  inPlace: back('more memory at ha', pooledHa, larger),
  fewerConnections: back('fewer connections of replicas', replicated, fewerConnections),
} as const;

export const stops = {
  single: story('stop', stop),
  plain: story('stop of replicas without HAProxy', stop, { before: [plain] }),
  confirming: story('stop of synchronous replicas', stop, { before: [confirmed] }),
  ha: story('stop at ha, another node leading', stop, { before: [pooledHa], leader: 'postgres-3' }),
} as const;

export const startsAgain = {
  single: story('start', start, { before: [stop] }),
  plain: story('start of replicas without HAProxy', start, { before: [plain, stop] }),
  confirming: story('start of synchronous replicas', start, { before: [confirmed, stop] }),
  ha: story('start at ha', start, { before: [pooledHa, stop] }),
} as const;

export const destructions = {
  pooling: story('destroy', destroy, { before: [pooled] }),
  ha: story('destroy at ha, the window still open', destroy, { before: [pooledHa], windowOpen: true }),
} as const;
