import { PgrowError } from '../../../src/domain/errors.ts';
import type { WalSender } from '../../../src/domain/left-out.ts';
import { slotName } from '../../../src/domain/naming.ts';
import type { EtcdClusters, PatroniState } from './etcd-cluster.ts';
import type { Machine, Machines } from './machines.ts';
import { replay, rewind, type PostgresData } from './postgres-data.ts';
import { createVolumes } from './postgres-volumes.ts';
import { createSlowStarts } from './slow-starts.ts';
import { createRunningSettings, type RunningSettings } from './running-settings.ts';
import { readSynchronousStandbys, readTold, type Told } from './node-files.ts';

/** A PostgreSQL server that takes connections. */
export interface Server {
  readonly machine: Machine;
  readonly name: string;
  readonly data: PostgresData;
}

/** All PostgreSQL servers of a database: who is primary, who follows whom, what has arrived where. */
export interface Servers {
  /** Null while its container does not run, it is starting, is fenced or was stopped. */
  named(name: string): Server | null;
  on(machine: Machine): Server | null;
  /** Its data, whether it runs or not. */
  dataOf(machine: Machine): PostgresData | null;
  /** Nodes that stream from this one. */
  followersOf(server: Server): readonly Server[];
  /** Everybody it sends WAL. */
  sendersOf(server: Server): readonly WalSender[];
  /** Someone who is sent WAL by this node, and confirms none of it. */
  attach(node: string, name: string): void;
  /** From now on a stop of this node does not end by itself, nor a promotion of it until the result is called. */
  hangStops(name: string, times?: number): void;
  hangPromotions(name: string): () => void;
  stopHangs(name: string): boolean;
  /** All that follow have what it has. */
  catchUp(server: Server): void;
  /** An end without a word to anybody. */
  crash(server: Server): void;
  /** Whom it is told to follow and through which slot; null for one that follows no one. */
  upstreamOf(server: Server): Upstream | null;
  isPrimary(server: Server): boolean;
  /** What the Patroni on this machine has agreed on with others; null without Patroni, or without a quorum. */
  patroni(machine: Machine): PatroniState | null;
  /** Who must confirm a commit, as it was loaded last. */
  synchronousStandbys(server: Server): readonly string[];
  /** Takes the files that it was given meanwhile. */
  reload(server: Server): void;
  readonly settings: RunningSettings;
  /** Since it started. */
  timesLoaded(server: Server): number;
  /**
   * All that follow have it when this returns. @throws PgrowError `not_ready` when no one is there who has to confirm it, unless it is
   * written `locally`
   */
  write(server: Server, row: string, how?: { readonly locally: boolean }): void;
  /** All that follow have it when this returns. */
  setPassword(server: Server, role: string, password: string): void;
  /** Takes writes a moment later, unless it is stopped before. */
  orderPromotion(server: Server): void;
  promote(server: Server): void;
  /** A clean end: everything has reached everyone who follows. */
  shutDown(server: Server): void;
  /** Starts the server as its files now say; it takes connections a moment later. */
  serve(machine: Machine): void;
  isStarting(machine: Machine): boolean;
  /** By its Patroni, which knows that it is being restarted: it stays what it is. False of a server without one, or that is down. */
  restartByPatroni(machine: Machine): boolean;
  /** Its supervisor is ordered to keep it down, or to run it again; that holds for as long as its container exists. */
  stopNode(machine: Machine): void;
  startNode(machine: Machine): void;
  isStopped(machine: Machine): boolean;
  /** Someone sees which servers are starting, and may wait for them: from then on that does not take long. */
  lookAround(): void;
  /** Hears when any server begins or ends, or becomes something else. */
  onChange(hear: () => void): void;
  /** The next `times` clones of this node end with an error. */
  failClone(name: string, times: number): void;
  /** The next `times` snapshots end with an error. */
  failSnapshots(times: number): void;
  /** The next `times` restorations end with this error. */
  failRestorations(error: string, times: number): void;
  /** From now on a verification of this volume finds that; null for nothing any more. */
  damage(volume: string, what: string | null): void;
  /** What a volume holds that no one here has filled. */
  seed(volume: string, data: PostgresData): void;
  /** From now on nothing reaches this node, until the result is called. */
  cutOff(name: string): () => void;
  /** What must never be: two primaries of the same data. */
  readonly violations: string[];
}

interface Upstream {
  /** Null while it does not run. */
  readonly from: Server | null;
  readonly slot: string;
}

/** Milliseconds until a standby that was told to promote takes writes. */
const promotionDelayMs = 4;
const walBytes = 120;

export const createServers = (machines: Machines, etcd: EtcdClusters): Servers => {
  const running = new Map<string, { readonly machine: Machine; synchronous: readonly string[]; loads: number }>();
  const starting = createSlowStarts();
  const restarting = new Set<Machine['spec']>();
  const violations: string[] = [];
  const lost = new Set<string>();
  /** How often a stop still hangs. */
  const stuck = new Map<string, number>();
  const slow = new Set<string>();
  const attached: { readonly node: string; readonly name: string }[] = [];
  const listeners: (() => void)[] = [];
  const changed = () => {
    for (const hear of listeners) hear();
  };

  const toldTo = (machine: Machine): Told => readTold(machines, machine);
  /** By the description of their container, which is another one once that is made again. */
  const stopped = new WeakSet<Machine['spec']>();
  const clusterOf = (machine: Machine): PatroniState | null => {
    if (stopped.has(machine.spec)) return null;
    const told = toldTo(machine);
    return told.mode === 'patroni' ? (etcd.scopes(told.etcd)?.get(told.scope) ?? null) : null;
  };

  const settings = createRunningSettings(machines, clusterOf);

  const on = (machine: Machine): Server | null => {
    const data = volumes.of(machine);
    if (!data || running.get(machine.container)?.machine !== machine) return null;
    return { machine, name: machine.name, data };
  };
  const named = (name: string): Server | null => {
    const machine = machines.named(name);
    return machine && on(machine);
  };
  const at = (host: string): Server | null => {
    const machine = machines.resolve(host);
    return machine && on(machine);
  };
  const all = () => machines.running().flatMap((machine) => on(machine) ?? []);

  const upstreamOf = ({ machine, name, data }: Server): Upstream | null => {
    if (!data.inRecovery) return null;
    const told = toldTo(machine);
    if (told.mode === 'primary') return null;
    if (told.mode === 'replica') {
      const candidates = told.follow.flatMap((host) => at(host) ?? []);
      const from = told.follow.length > 1 ? candidates.find((candidate) => !candidate.data.inRecovery) : candidates[0];
      return { from: from ?? null, slot: told.slot };
    }
    const cluster = clusterOf(machine);
    if (!cluster) return null;
    if (cluster.leader !== name) return { from: named(cluster.leader), slot: slotName(name) };
    return cluster.standbyOf && { from: at(cluster.standbyOf.host), slot: cluster.standbyOf.slot };
  };
  const followersOf = (server: Server): readonly Server[] =>
    all().filter((candidate) => {
      const upstream = upstreamOf(candidate);
      if (lost.has(candidate.name) || machines.hangs(candidate.machine)) return false;
      if (upstream?.from?.machine !== server.machine || !server.data.slots.has(upstream.slot)) return false;
      // One that has what its upstream never had cannot follow it.
      return candidate.data.systemIdentifier === server.data.systemIdentifier && candidate.data.lsn <= server.data.lsn;
    });
  const stream = (server: Server): void => {
    for (const follower of followersOf(server)) {
      replay(server.data, follower.data);
      stream(follower);
    }
  };
  const volumes = createVolumes({ machines, etcd, named, at });

  const expectNoOther = (server: Server, what: string) => {
    const other = all().find(
      ({ machine, data }) => machine !== server.machine && !data.inRecovery && !machines.hangs(machine),
    );
    if (other) violations.push(`${server.name} ${what} while ${other.name} took writes`);
  };

  const begin = (machine: Machine, data: PostgresData): void => {
    const { mode } = toldTo(machine);
    data.shutDownAt = null;
    data.promotionOrdered = false;
    if (mode === 'replica') data.inRecovery = true;
    if (mode === 'patroni') {
      const cluster = clusterOf(machine);
      data.inRecovery = cluster?.leader !== machine.name || cluster.standbyOf !== null;
      const leader = cluster && data.inRecovery ? named(cluster.leader)?.data : null;
      if (leader && leader.timeline > data.timeline && leader.lsn < data.lsn) rewind(data, leader);
    }
    running.set(machine.container, { machine, synchronous: readSynchronousStandbys(machines, machine), loads: 1 });
    settings.begin(machine, data);
    const server = on(machine)!;
    if (!data.inRecovery) expectNoOther(server, 'started');
    const upstream = upstreamOf(server)?.from;
    if (upstream) stream(upstream);
    changed();
  };
  const serve = (machine: Machine): void => {
    const data = volumes.of(machine);
    if (!data || data.fenced || stopped.has(machine.spec) || starting.has(machine) || on(machine)) return;
    starting.begin(machine, () => {
      if (!data.fenced) begin(machine, data);
    });
  };

  const boot = (machine: Machine): number | undefined => {
    if (stopped.has(machine.spec)) return undefined;
    const exitCode = volumes.prepare(machine, toldTo(machine));
    if (exitCode !== null) return exitCode;
    serve(machine);
    changed();
    return undefined;
  };
  machines.onBoot('postgres', boot);
  machines.onGone((machine) => {
    if (machine.kind !== 'postgres') return;
    starting.callOff(machine);
    running.delete(machine.container);
    changed();
  });

  const promote = (server: Server): void => {
    expectNoOther(server, 'was promoted');
    server.data.inRecovery = false;
    server.data.promotionOrdered = false;
    server.data.timeline += 1;
    stream(server);
    changed();
  };

  const shutDown = (server: Server): void => {
    const followers = followersOf(server);
    server.data.shutDownAt = server.data.lsn;
    // Only a primary writes a checkpoint as it ends.
    if (!server.data.inRecovery) server.data.lsn += walBytes;
    for (const follower of followers) {
      replay(server.data, follower.data);
      stream(follower);
    }
    running.delete(server.machine.container);
    changed();
  };

  return {
    named,
    on,
    dataOf: volumes.of,
    followersOf,
    sendersOf: (server) => {
      const senders = [
        ...followersOf(server).map(({ name }) => ({ name, unconfirmed_bytes: 0 })),
        ...attached.filter(({ node }) => node === server.name).map(({ name }) => ({ name, unconfirmed_bytes: null })),
      ];
      const rest = { user: 'replicator', address: null, state: 'streaming', slot: null };
      return senders.map((sender, index) => ({ ...sender, ...rest, pid: 100 + index }));
    },
    catchUp: stream,
    hangStops: (name, times = Infinity) => void stuck.set(name, times),
    stopHangs: (name) => (stuck.get(name) ?? 0) > 0,
    hangPromotions(name) {
      slow.add(name);
      return () => {
        slow.delete(name);
        const server = named(name);
        if (server?.data.promotionOrdered) promote(server);
      };
    },
    crash(server) {
      running.delete(server.machine.container);
      changed();
    },
    attach: (node, name) => void attached.push({ node, name }),
    upstreamOf,
    isPrimary: (server) => !server.data.inRecovery,
    patroni: clusterOf,
    timesLoaded: ({ machine }) => running.get(machine.container)?.loads ?? 0,
    synchronousStandbys: ({ machine }) => running.get(machine.container)?.synchronous ?? [],
    settings,
    reload({ machine, data }) {
      settings.reload(machine, data);
      const server = running.get(machine.container);
      if (server) {
        server.synchronous = readSynchronousStandbys(machines, machine);
        server.loads += 1;
      }
      const upstream = server && upstreamOf(on(machine)!)?.from;
      if (upstream) stream(upstream);
    },
    write(server, row, { locally } = { locally: false }) {
      const confirming = locally ? [] : running.get(server.machine.container)!.synchronous;
      const present = followersOf(server).map(({ name }) => name);
      if (confirming.length > 0 && !confirming.some((name) => present.includes(name))) {
        throw new PgrowError('not_ready', `A commit on ${server.name} waits for one of ${confirming.join(', ')}.`);
      }
      server.data.rows.add(row);
      server.data.lsn += walBytes;
      stream(server);
    },
    setPassword(server, role, password) {
      server.data.passwords.set(role, password);
      server.data.lsn += walBytes;
      stream(server);
    },
    orderPromotion(server) {
      if (!server.data.inRecovery) return;
      server.data.promotionOrdered = true;
      setTimeout(() => {
        if (on(server.machine) && server.data.promotionOrdered && !slow.has(server.name)) promote(server);
      }, promotionDelayMs);
    },
    promote,
    shutDown,
    stopNode(machine) {
      stopped.add(machine.spec);
      starting.callOff(machine);
      const server = on(machine);
      const hangs = stuck.get(machine.name) ?? 0;
      if (server && hangs > 0) stuck.set(machine.name, hangs - 1);
      if (server && hangs > 0) running.delete(machine.container);
      else if (server) shutDown(server);
      changed();
    },
    startNode(machine) {
      if (!stopped.delete(machine.spec)) return;
      const exitCode = boot(machine);
      if (exitCode !== undefined) machines.platform.kill(machine.container, exitCode);
    },
    isStopped: ({ spec }) => stopped.has(spec),
    serve,
    isStarting: (machine) => restarting.has(machine.spec) || starting.has(machine),
    restartByPatroni(machine) {
      const server = on(machine);
      if (!server || stopped.has(machine.spec) || toldTo(machine).mode !== 'patroni') return false;
      restarting.add(machine.spec);
      shutDown(server);
      serve(machine);
      restarting.delete(machine.spec);
      return true;
    },
    lookAround: starting.lookAround,
    onChange: (hear) => void listeners.push(hear),
    failClone: volumes.failClone,
    failSnapshots: volumes.failSnapshots,
    failRestorations: volumes.failRestorations,
    damage: volumes.damage,
    seed: volumes.seed,
    cutOff(name) {
      lost.add(name);
      return () => void lost.delete(name);
    },
    violations,
  };
};
