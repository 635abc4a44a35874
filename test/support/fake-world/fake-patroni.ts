import { setTimeout as delay } from 'node:timers/promises';
import type { PatroniClient } from '../../../src/components/patroni/index.ts';
import type { Peer } from '../../../src/components/peer.ts';
import { PgrowError } from '../../../src/domain/errors.ts';
import type { PatroniState } from './etcd-cluster.ts';
import type { Machine, Machines } from './machines.ts';
import type { PatroniClusters } from './patroni-clusters.ts';
import type { Servers } from './postgres-servers.ts';
import { spokenWith } from './spoken-with.ts';

interface Cast {
  readonly machines: Machines;
  readonly servers: Servers;
  readonly patroni: PatroniClusters;
}

/** Patroni's REST API, which answers also while its server is down. */
export const patroniClient = ({ machines, servers, patroni }: Cast, peer: Peer): PatroniClient => {
  const look = async (): Promise<{ readonly machine: Machine; readonly state: PatroniState }> => {
    const machine = await spokenWith(machines, peer);
    const state = machine.kind === 'postgres' ? servers.patroni(machine) : null;
    if (!state) throw new PgrowError('no_answer', `Patroni on ${peer.name} does not answer.`);
    return { machine, state };
  };
  const describe = (state: PatroniState, machine: Machine) => {
    const { name } = machine;
    if (!servers.on(machine)) {
      return { name, role: 'replica', state: servers.isStarting(machine) ? 'starting' : 'stopped' };
    }
    if (name === state.leader) return { name, role: state.standbyOf ? 'standby_leader' : 'leader', state: 'running' };
    const leader = servers.named(state.leader);
    const streams = leader && servers.followersOf(leader).some((follower) => follower.name === name);
    return { name, role: 'replica', state: streams ? 'streaming' : 'running' };
  };

  return {
    async cluster() {
      const { state } = await look();
      servers.lookAround();
      return { members: patroni.membersOf(state).map((machine) => describe(state, machine)), pause: state.paused };
    },
    async patchConfig(patch) {
      const { state } = await look();
      if (patch['standby_cluster'] === null) state.standbyOf = null;
      if ('member_slots_ttl' in patch) state.forgetful = patch['member_slots_ttl'] === 0;
      if ('pause' in patch) state.paused = patch['pause'] === true;
      const { parameters = {} } = (patch['postgresql'] ?? {}) as { parameters?: Record<string, string | null> };
      if (Object.keys(parameters).length > 0) {
        const merged = Object.entries({ ...state.parameters, ...parameters }).filter(([, value]) => value !== null);
        state.parameters = Object.fromEntries(merged) as Record<string, string>;
        for (const member of patroni.membersOf(state)) {
          const server = servers.on(member);
          if (server) servers.reload(server);
        }
      }
      for (const [slot, wanted] of Object.entries((patch['slots'] as Record<string, unknown> | undefined) ?? {})) {
        state.permanentSlots[wanted === null ? 'delete' : 'add'](slot);
      }
      patroni.settle();
    },
    async config() {
      const { state } = await look();
      return state.standbyOf ? { standby_cluster: state.standbyOf } : {};
    },
    async status() {
      const { machine, state } = await look();
      const { name } = machine;
      return { state: 'running', pause: state.paused, patroni: { version: '4.0.7', scope: 'shop', name } };
    },
    isPrimary: async () => {
      const { machine, state } = await look();
      return state.leader === machine.name && state.standbyOf === null && servers.on(machine) !== null;
    },
    async reload() {
      const { machine } = await look();
      const server = servers.on(machine);
      if (server) servers.reload(server);
    },
    async restart() {
      const { machine } = await look();
      const server = servers.on(machine);
      if (server) servers.shutDown(server);
      servers.serve(machine);
      servers.lookAround();
      while (servers.isStarting(machine)) await delay(startPollMs);
      if (!servers.on(machine)) throw new PgrowError('refused', `Patroni on ${peer.name} cannot start its server.`);
    },
    async switchover({ leader, candidate }) {
      const { state } = await look();
      if (state.leader !== leader) throw new PgrowError('refused', `Patroni on ${peer.name}: ${leader} does not lead.`);
      patroni.lead(candidate);
    },
    async failover({ candidate }) {
      const { state } = await look();
      if (state.locked) throw new PgrowError('refused', `Patroni on ${peer.name}: ${state.leader} leads.`);
      patroni.elect(state, candidate);
    },
    reinitialize: notUsed,
    close: async () => {},
  };
};

const startPollMs = 3;

const notUsed = async (): Promise<never> => {
  throw new Error('the fake Patroni does not answer this');
};
