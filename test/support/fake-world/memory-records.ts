import { randomBytes, randomUUID } from 'node:crypto';
import type { Event, EventStore, NewEvent } from '../../../src/store/events.ts';
import type { ObservedStore } from '../../../src/store/observed.ts';
import type { SecretStore } from '../../../src/store/secrets.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import type { SnapshotStore } from '../../../src/store/snapshots.ts';

/** Secrets, snapshots, events, and nothing observed: no monitor looks at a fake world. */
export const memoryRecords = (): SecretStore & SnapshotStore & EventStore & ObservedStore => {
  const secrets = new Map<string, Record<string, string>>();
  const snapshots: Snapshot[] = [];
  const events: (NewEvent & Event)[] = [];

  return {
    async ensureSecrets<N extends string>(serviceId: string, names: readonly N[]) {
      const known = secrets.get(serviceId) ?? {};
      for (const name of names) known[name] ??= randomBytes(24).toString('base64url');
      secrets.set(serviceId, known);
      return Object.fromEntries(names.map((name) => [name, known[name]])) as Record<N, string>;
    },
    async keepSecrets(serviceId, kept) {
      secrets.set(serviceId, { ...kept, ...secrets.get(serviceId) });
    },
    readSecrets: async (serviceId) => secrets.get(serviceId) ?? {},
    async replaceSecret(serviceId, name, secret) {
      secrets.set(serviceId, { ...secrets.get(serviceId), [name]: secret });
    },
    async changeSecrets(serviceId, change) {
      const known = secrets.get(serviceId) ?? {};
      const changed = Object.entries({ ...known, ...change(known) });
      secrets.set(
        serviceId,
        Object.fromEntries(changed.flatMap(([name, secret]) => (secret === null ? [] : [[name, secret]]))),
      );
    },
    async removeSecrets(serviceId) {
      secrets.delete(serviceId);
    },
    resealSecrets: async () => 0,

    async recordSnapshot({ bytes = null, expires_at = null, verified_at = null, damage = null, ...snapshot }) {
      const index = snapshots.findIndex(
        ({ id, service_id }) => id === snapshot.id && service_id === snapshot.service_id,
      );
      const known = snapshots[index];
      if (known) snapshots[index] = { ...known, bytes, expires_at };
      else
        snapshots.push({ created_at: new Date().toISOString(), ...snapshot, bytes, expires_at, verified_at, damage });
    },
    async recordVerification({ service_id, id, ...found }) {
      const index = snapshots.findIndex((snapshot) => snapshot.id === id && snapshot.service_id === service_id);
      if (snapshots[index]) snapshots[index] = { ...snapshots[index], ...found };
    },
    async removeSnapshot(serviceId, id) {
      const index = snapshots.findIndex((snapshot) => snapshot.id === id && snapshot.service_id === serviceId);
      if (index >= 0) snapshots.splice(index, 1);
    },
    listSnapshots: async (serviceId) => snapshots.filter(({ service_id }) => service_id === serviceId).toReversed(),

    async recordEvent(event) {
      if (event.key !== undefined && events.some(({ key }) => key === event.key)) return;
      events.push({ ...event, id: randomUUID(), created_at: new Date().toISOString() });
    },
    readClock: async () => new Date().toISOString(),
    recordObserved: async () => {},
    doubtObserved: async () => {},
    readObserved: async () => null,
    listObserved: async () => [],

    listEvents: async (serviceId, limit) =>
      events
        .filter(({ service_id }) => service_id === serviceId)
        .toReversed()
        .slice(0, limit),
  };
};
