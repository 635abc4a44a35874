import type { World } from './world.ts';
import type { Looks } from './seen.ts';
import type { Script } from './played-run.ts';

/** Lets things happen in a world. What happens is on record, and so in the stream, at once. */
export interface Player {
  /** How a database looks from now on. */
  look(name: string, looks: Looks): Promise<void>;
  /** Its leader exits, and Patroni has another take over; the former one comes back as a replica that follows later. */
  killLeader(name: string): Promise<{ readonly before: string; readonly after: string }>;
  /** The former leader follows again. */
  rejoin(name: string, node: string): Promise<void>;
  /** How the operations of a database go on, or of all where none is named. */
  script(name: string | null, script: Script): void;
  /** A part of the control plane goes away, or comes back. */
  part(part: keyof World['parts'], state: 'up' | 'down'): Promise<void>;
  /** Every database is looked at. */
  observeAll(): Promise<void>;
}

export const playerOf = (world: World): Player => {
  const { store, looks, parts, worker } = world;
  const player: Player = {
    async look(name, changed) {
      looks.set(name, changed);
      await world.observe(name);
    },

    async killLeader(name) {
      const { id, topology } = await world.database(name);
      const before = topology.primary;
      const after = topology.nodes.find(({ kind, name: each }) => kind === 'postgres' && each !== before)?.name;
      if (!topology.ha || after === undefined) throw new Error(`${name} has no other server that could lead`);
      await store.setPrimary(id, before, after);
      await store.recordEvent({
        service_id: id,
        event_type: 'failover',
        from_stage: 3,
        to_stage: 3,
        metadata: {
          previous_leader: before,
          new_leader: after,
          reason: `${before} has exited with code 137`,
          lock_released_ms: 61,
          writable_ms: 320,
          routed_ms: 410,
          duration_ms: 505,
        },
      });
      await player.look(name, {
        health: 'degraded',
        notices: [`${before} is starting: it joins the cluster again as a replica.`],
        nodes: { [before]: { state: 'starting', detail: 're-joining as a replica', lag_bytes: null, position: null } },
      });
      return { before, after };
    },

    async rejoin(name) {
      looks.delete(name);
      await world.observe(name);
    },

    script(name, script) {
      if (name === null) worker.usual = script;
      else worker.scripts.set(name, script);
    },

    async part(part, state) {
      parts[part] = state;
      if (part === 'worker') {
        worker.isAway = state === 'down';
        world.client.worker = state === 'up';
        if (state === 'up') worker.resume();
      }
      if (part === 'metadata') return state === 'up' ? world.metadata.back() : world.metadata.cut();
      if (part === 'monitor' && state === 'down') {
        await world.sql(`DELETE FROM leases`);
        await world.sql(`UPDATE observed SET seen_at = seen_at - interval '1 minute'`);
      } else if (parts.monitor === 'up') await player.observeAll();
    },

    async observeAll() {
      for (const { name } of await store.listDatabases({})) await world.observe(name);
    },
  };
  return player;
};
