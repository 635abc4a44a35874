import { describe, expect, test } from 'vitest';
import { haTopology, pooledTopology, replicaTopology, sampleDatabase } from '../../test/support/sample-database.ts';
import type { Database } from '../domain/database.ts';
import { operationInputs } from '../domain/inputs.ts';
import { optionsOf } from '../domain/plan/plan-operation.ts';
import { requestAgain } from '../domain/request-again.ts';
import { requestOf } from '../domain/resumption.ts';
import { createBody, restoreBody } from './bodies.ts';
import {
  databaseChange,
  failoverChange,
  haChange,
  poolingChange,
  reinitializeChange,
  repairChange,
  replicasChange,
  rotateChange,
  scaleDownChange,
  snapshotChange,
  startDatabaseChange,
  stopChange,
  switchoverChange,
} from './choose-change.ts';
import { parseBody } from './parse-body.ts';
import type { Change } from './start-change.ts';

const choose: Readonly<Record<string, (body: unknown, database: Database) => Change>> = {
  pooling: poolingChange,
  replicas: replicasChange,
  ha: haChange,
  'scale-down': scaleDownChange,
  change: databaseChange,
  rotate: rotateChange,
  switchover: switchoverChange,
  failover: failoverChange,
  reinitialize: reinitializeChange,
  repair: repairChange,
  snapshots: snapshotChange,
  stop: stopChange,
  start: startDatabaseChange,
};

const single = sampleDatabase('shop');
const at = (topology: typeof haTopology) => ({ ...single, topology: topology(single) });
const about = { project: 'default', service_id: single.id, database: 'shop', grace_seconds: null };

/** What the worker records of it. */
const recorded = ({ workflow, input }: Change) => {
  const parsed = operationInputs[workflow].parse({ ...input, service_id: single.id });
  return { asked: requestOf(workflow, parsed), options: optionsOf(parsed) };
};

describe('the request that asks for the same', () => {
  test.each<[string, object, Database, number | null]>([
    ['pooling', { pool_mode: 'session', checkpoint_timeout: 600 }, single, null],
    ['pooling', { default_pool_size: 30 }, at(pooledTopology), null],
    ['pooling', { enabled: false, grace_period: 60 }, at(pooledTopology), 60],
    ['replicas', { count: 2, pooling: { default_pool_size: 7 } }, single, null],
    ['replicas', { count: 3 }, at(replicaTopology), null],
    ['replicas', { count: 0 }, at(replicaTopology), null],
    ['replicas', { count: 4 }, at(haTopology), null],
    ['ha', { sync_mode: 'sync_one', cutover: 'on_signal', patience: 90 }, at(pooledTopology), null],
    ['ha', { pooling: {} }, single, null],
    ['scale-down', { target: 'replicas', replicas: { count: 2 } }, at(haTopology), null],
    ['change', { memory: '4GiB', cpus: 2, storage: null, patience: 90 }, at(haTopology), null],
    ['change', { settings: { jit: false, work_mem: null }, extensions: ['vector'], image: 'newest' }, single, null],
    ['rotate', { how: 'at_once', patience: 90 }, at(haTopology), null],
    ['rotate', { what: 'certificates', patience: 90 }, at(haTopology), null],
    ['switchover', { target_node: 'postgres-5', on_obstacle: 'wait', cutover: 'on_signal' }, at(haTopology), null],
    ['failover', { target_node: 'postgres-5' }, at(haTopology), null],
    ['reinitialize', { node: 'postgres-5' }, at(haTopology), null],
    ['repair', {}, at(haTopology), null],
    ['snapshots', { keep_for: 7200, patience: 90 }, at(haTopology), null],
    ['stop', { patience: 90 }, at(haTopology), null],
    ['start', {}, at(haTopology), null],
  ])('POST …/%s %j', (path, body, database, grace_seconds) => {
    const before = recorded(choose[path]!(body, database));
    const again = requestAgain({ ...before, ...about, grace_seconds });
    expect(again?.method).toBe('POST');
    const [, below] = /^\/v1\/projects\/default\/services\/[0-9a-f-]+\/postgres\/(.+)$/.exec(again!.route)!;
    const change = choose[below!]!(again!.body, database);
    expect(recorded(change)).toEqual(before);
    if (grace_seconds !== null) expect(change.input).toMatchObject({ grace_period: grace_seconds });
  });

  test('to create a database, restore a snapshot and destroy one', () => {
    const asked = (workflow: 'createDatabase' | 'restoreSnapshot', input: object) =>
      requestOf(workflow, operationInputs[workflow].parse({ ...input, service_id: single.id }));
    const created = requestAgain({
      asked: asked('createDatabase', { name: 'shop', memory: '2GiB', project: 'a b' }),
      options: null,
      ...about,
      project: 'a b',
    });
    expect(created?.route).toBe('/v1/projects/a%20b/services');
    expect(parseBody(createBody, created?.body).database).toMatchObject({ name: 'shop', postgres_major: 17 });
    const source_service_id = '7c0ffee5-0000-4000-8000-000000000001';
    const restored = requestAgain({
      asked: asked('restoreSnapshot', { name: 'copy', snapshot: 'snap-1', source_service_id }),
      options: null,
      ...about,
    });
    expect(restored?.route).toBe(`/v1/projects/default/services/${source_service_id}/postgres/restore`);
    expect(parseBody(restoreBody, restored?.body).restore).toMatchObject({ name: 'copy', snapshot: 'snap-1' });
    const destroyed = requestAgain({ asked: { workflow: 'destroyDatabase', input: {} }, options: null, ...about });
    expect(destroyed).toEqual({
      method: 'DELETE',
      route: `/v1/projects/default/services/${single.id}?confirm=shop`,
      body: null,
    });
  });

  test('is not known where it was not recorded, or where no route takes it', () => {
    expect(requestAgain({ asked: undefined, options: null, ...about })).toBeNull();
    const asked = { workflow: 'expand', input: { target: 'ha', ha: {}, replicas: { count: 2 } } } as const;
    expect(requestAgain({ asked, options: null, ...about })).toBeNull();
  });
});
