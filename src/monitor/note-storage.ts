import type { Database } from '../domain/database.ts';
import type { LiveState } from '../domain/live-state.ts';
import { storageLevel, storageUse, useText } from '../domain/storage-use.ts';
import type { EventStore } from '../store/events.ts';

interface Looks {
  readonly before: LiveState | null;
  readonly seen: LiveState;
  /** ISO 8601. */
  readonly seen_at: string;
}

/** Records it when the data of a database come near their limit: once a day at most, as they may go up and down there. */
export const noteStorage = async (
  store: Pick<EventStore, 'recordEvent'>,
  database: Database,
  { before, seen, seen_at }: Looks,
): Promise<void> => {
  const { id, topology } = database;
  const use = storageUse(database, seen);
  const wasNear = before !== null && storageLevel(storageUse(database, before)) === 'nearly';
  if (storageLevel(use) !== 'nearly' || wasNear) return;
  await store.recordEvent({
    service_id: id,
    event_type: 'storage_nearly_full',
    from_stage: topology.stage,
    to_stage: topology.stage,
    metadata: { ...use, reason: useText(use) },
    key: `${id}-storage-${use.limit_bytes}-${seen_at.slice(0, 10)}`,
  });
};
