import { slotName } from '../../../src/domain/naming.ts';
import type { PatroniState } from './etcd-cluster.ts';
import type { Machine, Machines } from './machines.ts';
import type { Servers } from './postgres-servers.ts';

/** What Patroni's members do by themselves: keep slots, take the lock, elect, start a server again. */
export interface PatroniClusters {
  membersOf(cluster: PatroniState): readonly Machine[];
  /** As after a loop of every member. */
  settle(): void;
  /** Whoever could lead lags too much from now on: no one is elected. */
  electNobody(): void;
  /** As after a failover that someone asked for: lets this member lead, however far it lags. */
  elect(cluster: PatroniState, name: string): void;
  /** As after a switchover to this member. */
  lead(name: string): void;
}

export const createPatroniClusters = (machines: Machines, servers: Servers): PatroniClusters => {
  const members = () => machines.running().filter(({ kind }) => kind === 'postgres');
  const membersOf = (cluster: PatroniState) => members().filter((machine) => servers.patroni(machine) === cluster);
  const serversOf = (cluster: PatroniState) => membersOf(cluster).flatMap((machine) => servers.on(machine) ?? []);
  const clusters = () => new Set(members().flatMap((machine) => servers.patroni(machine) ?? []));

  /**
   * Slots for all other members, those that were and the permanent ones, on every member (Patroni 4); unless paused,
   * others are dropped.
   */
  const keepSlots = (cluster: PatroniState): void => {
    for (const { name } of membersOf(cluster)) cluster.members.add(name);
    if (cluster.forgetful) cluster.remembered.clear();
    for (const name of cluster.members) cluster.remembered.add(name);
    const present = [...cluster.remembered].map(slotName);
    for (const { name, data } of serversOf(cluster)) {
      const wanted = [...present, ...cluster.permanentSlots].filter((slot) => slot !== slotName(name));
      for (const slot of wanted) data.slots.add(slot);
      if (cluster.paused) continue;
      for (const slot of data.slots) if (!wanted.includes(slot)) data.slots.delete(slot);
    }
  };

  const follow = (cluster: PatroniState, leader: string): void => {
    cluster.leader = leader;
    cluster.locked = true;
  };
  let timid = false;
  const elect = (cluster: PatroniState): boolean => {
    if (timid) cluster.locked = false;
    if (timid) return false;
    const [best] = serversOf(cluster)
      .filter(({ name, data }) => name !== cluster.leader && data.inRecovery)
      .toSorted((a, b) => b.data.lsn - a.data.lsn);
    if (!best) return false;
    follow(cluster, best.name);
    if (!cluster.standbyOf) servers.promote(best);
    return true;
  };
  /** Paused, no one is elected: a member that finds itself promoted takes the lock if it is free. */
  const takeLock = (cluster: PatroniState): void => {
    const primary = serversOf(cluster).find(({ data, machine }) => !data.inRecovery && !machines.hangs(machine));
    if (!cluster.locked && primary) follow(cluster, primary.name);
  };
  /** A leader that is down is replaced, or started again where no one else could lead. */
  const lead = (cluster: PatroniState): void => {
    const machine = membersOf(cluster).find(({ name }) => name === cluster.leader);
    if (!machine) return void elect(cluster);
    if (servers.isStarting(machine)) return;
    const server = servers.on(machine);
    if (!server) {
      if (servers.dataOf(machine) && !elect(cluster)) servers.serve(machine);
      return;
    }
    cluster.locked = true;
    if (server.data.inRecovery && !cluster.standbyOf) servers.promote(server);
  };
  /** A member that was shut down while another leads starts its server again. */
  const rejoin = (cluster: PatroniState): void => {
    for (const machine of membersOf(cluster)) if (machine.name !== cluster.leader) servers.serve(machine);
  };
  /** One that led before and finds that another does. Paused, it continues as it is. */
  const demote = (cluster: PatroniState): void => {
    for (const { name, data, machine } of serversOf(cluster))
      if (name !== cluster.leader && !machines.hangs(machine)) data.inRecovery = true;
  };

  let settling = false;
  const settle = (): void => {
    if (settling) return;
    settling = true;
    for (const cluster of clusters()) {
      if (cluster.paused) takeLock(cluster);
      else {
        lead(cluster);
        rejoin(cluster);
        demote(cluster);
      }
      keepSlots(cluster);
    }
    settling = false;
  };
  servers.onChange(settle);

  return {
    membersOf,
    settle,
    electNobody() {
      timid = true;
    },
    elect(cluster, name) {
      follow(cluster, name);
      servers.promote(servers.named(name)!);
    },
    lead(name) {
      const cluster = servers.patroni(servers.named(name)!.machine)!;
      const before = servers.named(cluster.leader)!;
      follow(cluster, name);
      servers.shutDown(before);
    },
  };
};
