import { randomUUID } from 'node:crypto';
import type { World } from './world.ts';
import type { Deed, Resident } from './residents.ts';

type Place = Pick<World, 'store' | 'client' | 'worker' | 'looks' | 'sql'>;

/** Lets everything happen to the databases that has happened to them, then moves it to when it was. */
export const settle = async (place: Place, residents: readonly Resident[]): Promise<void> => {
  await Promise.all(residents.map((resident) => settleOne(place, resident)));
};

const settleOne = async (place: Place, { name, project = 'default', deeds, looks }: Resident): Promise<void> => {
  const service_id = randomUUID();
  for (const deed of deeds) {
    const making = deed.workflow === 'createDatabase' ? { name, project } : {};
    const operation = await perform(place, { service_id, name, deed, more: making });
    await backdate(place, operation, deed);
    if (deed !== deeds.at(-1) || deed.ago > 30) await closeWindows(place, service_id);
  }
  if (looks) place.looks.set(name, looks);
};

const perform = async (
  { client, worker }: Place,
  { service_id, name, deed, more }: { service_id: string; name: string; deed: Deed; more: object },
): Promise<string> => {
  const operation_id = randomUUID();
  const { workflow, input = {}, actor = 'cli', script = {} } = deed;
  worker.scripts.set(name, script);
  const asked = { service_id, operation_id, actor, ...more, ...input };
  await client.start(workflow as never, asked as never, { database: name, stage: null });
  if (deed.isOpen) await worker.hasPaused(service_id);
  else {
    await worker.ended(service_id);
    worker.scripts.delete(name);
  }
  return operation_id;
};

/** What its last operation has kept is gone, but for that of the newest one. */
const closeWindows = async ({ store }: Place, service_id: string): Promise<void> => {
  const open = await store.readOpenCheckpoint(service_id);
  if (!open || (await store.isBusy(service_id))) return;
  await store.closeCheckpoint(open.id);
  await store.dropKept(service_id);
};

/** To when it was, and as long as it took. Everything in it keeps its share of the time. */
const backdate = async ({ sql }: Place, id: string, { ago, took = 5, isOpen }: Deed): Promise<void> => {
  const began = `(now() - interval '${ago * 60} seconds')`;
  const actual = `greatest(extract(epoch FROM coalesce(o.ended_at, clock_timestamp()) - o.started_at), 0.001)`;
  const wanted = isOpen ? Math.min(took, ago * 60) : took;
  const moved = (column: string) =>
    `${began} + make_interval(secs => extract(epoch FROM ${column} - o.started_at) * ${wanted} / ${actual})`;
  await sql(`
    UPDATE operation_steps s SET started_at = ${moved('s.started_at')}, ended_at = ${moved('s.ended_at')}
      FROM operations o WHERE o.id = s.operation_id AND o.id = '${id}'`);
  await sql(`
    UPDATE postgres_expansion_events e SET created_at = ${moved('e.created_at')}
      FROM operations o WHERE e.metadata ->> 'operation_id' = o.id::text AND o.id = '${id}'`);
  await sql(`UPDATE snapshots s SET created_at = ${moved('s.created_at')}, verified_at = ${moved('s.verified_at')}
      FROM operations o WHERE s.operation_id = o.id AND o.id = '${id}'`);
  await sql(`UPDATE checkpoints c SET timestamp = ${moved('c.timestamp')}, rollback_available_until = rollback_available_until - interval '${ago * 60} seconds'
      FROM operations o WHERE c.operation_id = o.id AND o.id = '${id}'`);
  await sql(`UPDATE services SET created_at = least(services.created_at, ${began}) FROM operations o
      WHERE o.service_id = services.id AND o.id = '${id}'`);
  await sql(`UPDATE operations o SET started_at = ${began}, ended_at = ${moved('o.ended_at')} WHERE o.id = '${id}'`);
};

/** What has happened by itself, and who did what. */
export const tellStories = async ({ store, sql }: Place): Promise<void> => {
  const shop = await store.readDatabase('shop');
  const reports = await store.readDatabase('reports');
  const failedOver = reports ?? shop;
  if (!shop || !failedOver) return;
  const key = `${failedOver.id}-failover`;
  await store.recordEvent({
    service_id: failedOver.id,
    event_type: 'failover',
    from_stage: 3,
    to_stage: 3,
    metadata: {
      previous_leader: 'postgres-4',
      new_leader: failedOver.topology.primary,
      reason: 'postgres-4 has exited with code 137',
      lock_released_ms: 61,
      writable_ms: 320,
      routed_ms: 410,
      duration_ms: 505,
    },
    key,
  });
  await store.recordEvent({
    service_id: failedOver.id,
    event_type: 'node_unhealthy',
    from_stage: 3,
    to_stage: 3,
    metadata: { node: 'postgres-4', cause: 'its container has exited' },
    key: `${key}-node`,
  });
  await sql(`UPDATE postgres_expansion_events SET created_at = now() - interval '2 hours' WHERE key LIKE '${key}%'`);
  for (const [actor, action, details] of audited)
    await store.recordAudit({ actor, project: 'default', service_id: shop.id, action, details });
};

const audited = [
  ['cli:alice', 'create', { database: 'shop' }],
  ['deploy', 'expand', { database: 'shop', target: 'replicas' }],
  ['cli:alice', 'expand', { database: 'shop', target: 'ha' }],
  ['bob', 'read_connection_strings', { database: 'shop' }],
  ['cli', 'create_token', { name: 'deploy', role: 'operator' }],
] as const;
