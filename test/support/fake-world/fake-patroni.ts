import { realComponents, type Components } from '../../../src/activities/dependencies.ts';
import type { PatroniClient } from '../../../src/components/patroni/index.ts';
import { PgrowError } from '../../../src/domain/errors.ts';
import type { PatroniState } from './etcd-cluster.ts';
import type { Machines } from './machines.ts';
import type { Server, Servers } from './postgres-servers.ts';

/** Patroni's REST API on the fake servers. */
export const fakePatroni = (machines: Machines, servers: Servers): Components['patroni'] => ({
  ...realComponents.patroni,
  createPatroniClient: ({ host }): PatroniClient => {
    const look = async (): Promise<{ readonly server: Server; readonly state: PatroniState }> => {
      const server = servers.on(await machines.at(host));
      const state = server && servers.patroni(server);
      if (!server || !state) throw new PgrowError('not_ready', `Patroni on ${host} does not answer.`);
      return { server, state };
    };
    const membersOf = (state: PatroniState) =>
      machines.running().flatMap((machine) => {
        const server = servers.on(machine);
        return server && servers.patroni(server) === state ? [server] : [];
      });

    return {
      async cluster() {
        const { state } = await look();
        const leader = servers.named(state.leader);
        const streaming = leader ? servers.followersOf(leader).map(({ name }) => name) : [];
        const members = membersOf(state).map(({ name }) => {
          if (name === state.leader)
            return { name, role: state.standbyOf ? 'standby_leader' : 'leader', state: 'running' };
          return { name, role: 'replica', state: streaming.includes(name) ? 'streaming' : 'starting' };
        });
        return { members };
      },
      async patchConfig(patch) {
        const { state } = await look();
        const leader = servers.named(state.leader);
        if (patch['standby_cluster'] === null && state.standbyOf !== null) {
          state.standbyOf = null;
          if (leader) servers.promote(leader);
        }
        for (const [slot, wanted] of Object.entries((patch['slots'] as Record<string, unknown> | undefined) ?? {})) {
          if (wanted === null) state.permanentSlots.delete(slot);
          else state.permanentSlots.add(slot);
          for (const { data } of membersOf(state)) data.slots[wanted === null ? 'delete' : 'add'](slot);
        }
      },
      async config() {
        const { state } = await look();
        return state.standbyOf ? { standby_cluster: state.standbyOf } : {};
      },
      async status() {
        const { server } = await look();
        return { state: 'running', patroni: { version: '4.0.7', scope: 'shop', name: server.name } };
      },
      isPrimary: async () => {
        const { server, state } = await look();
        return state.leader === server.name && state.standbyOf === null;
      },
      restart: notUsed,
      reinitialize: notUsed,
      close: async () => {},
    };
  },
});

const notUsed = async (): Promise<never> => {
  throw new Error('the fake Patroni does not answer this');
};
