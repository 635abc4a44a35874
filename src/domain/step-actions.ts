import type { OnObstacle } from './inputs.ts';
import type { ConfiguredNode, ConfiguredRouter } from './node-config.ts';
import type { HaOptions } from './options.ts';
import type { Node, Topology } from './topology.ts';

/**
 * What a step of a plan can do: one activity each, with one plain JSON object as its input. Each is idempotent and may die
 * at any line. `ensure` creates what is missing, `remove` succeeds if absent, `wait` observes, `verify` refuses.
 */
export interface Actions {
  ensureNetwork: Record<string, never>;
  removeNetwork: Record<string, never>;

  /** Volume, container, files, start; then waits until the node answers as its kind does. */
  ensureNode: ConfiguredNode;
  /** Rewrites the files of a running node of any kind and makes it take them without dropping a client. */
  configureNode: ConfiguredNode & CanDoWithout;
  /** Stops a node, gives it new files and starts it, so that it becomes something else on the same volume. */
  restartNode: ConfiguredNode;
  /**
   * Makes a server's container again around its volume, where it is not as the node is to be made, and starts it with its
   * files. Replicas only: with `unless_primary`, one that takes writes by now is left as it is, with a remark.
   */
  remakeNode: ConfiguredNode & { readonly unless_primary?: boolean };
  /** Gives a running container the CPUs of its node. */
  limitNode: { readonly node: Node };
  /**
   * Its program and its container, which the engine does not bring back; the volume stays. Absent is success. `in_order`: a server has to be shut down in order, with
   * everything on disk; one that is not is started and stopped again.
   */
  stopNode: { readonly node: Node; readonly in_order?: boolean };
  /**
   * Starts a node that was stopped, with the files that the record implies, and waits until it answers as its kind does. A
   * container that is gone is created again around its volume, never around an empty one.
   */
  startNode: ConfiguredNode & CanDoWithout;
  /** Container and volume. */
  removeNode: { readonly node: Node };

  /** Roles, application database and the functions pooling needs, on a new primary. */
  ensureRoles: { readonly node: Node };

  ensureReplicationSlot: { readonly on: Node; readonly slot: string };
  removeReplicationSlot: { readonly on: Node; readonly slot: string };
  /** Drops every slot of our nodes but these: what a cluster that is gone has left would keep WAL forever. */
  pruneReplicationSlots: { readonly on: Node; readonly keep: readonly string[] };
  /** A slot that Patroni keeps on the leader; without it Patroni drops slots it does not know. */
  ensurePermanentSlot: { readonly on: Node; readonly members: readonly Node[]; readonly slot: string };
  forgetMembers: { readonly members: readonly Node[]; readonly scope: string; readonly gone: readonly string[] };
  removePermanentSlot: { readonly members: readonly Node[]; readonly slot: string };
  /** Everything a Patroni cluster keeps in etcd, so that the next attempt bootstraps again. */
  removePatroniScope: { readonly etcd: readonly Node[]; readonly scope: string };
  /** Base backup with manifest into a volume of its own, verified. */
  takeSnapshot: {
    readonly of: Node;
    readonly snapshot: string;
    readonly volume: string;
    /** From the moment at which it is verified; absent of one that a rollback window keeps. */
    readonly keep_for_seconds?: number;
  };
  /**
   * Fills a new node's volume with a copy of a snapshot, under its own passwords and its own names.
   * `renamed`: the application's role and database, from what they were called to what they are to be called.
   */
  restoreSnapshot: {
    readonly node: Node;
    readonly volume: string;
    readonly renamed: { readonly from: string; readonly to: string };
  };
  removeSnapshot: { readonly snapshot: string; readonly volume: string };

  /** Until `node` streams from `from` and is less than `lag_limit_bytes` behind. */
  waitUntilStreaming: { readonly node: Node; readonly from: Node; readonly lag_limit_bytes: number };
  /** Until every replica has received what the primary had written when the wait began. */
  waitUntilCaughtUp: {
    readonly primary: Node;
    readonly replicas: readonly Node[];
    /** Of the replicas, those that may be left aside when they hang. */
    readonly aside?: readonly Node[];
  };
  /** Takes an etcd node that has lost its data out of the quorum of the others and in again, as one without data. */
  readmitEtcdMember: { readonly node: Node; readonly others: readonly Node[] };
  /** Of a Patroni cluster without a leader: lets this member lead, whatever it lacks. Refused once another leads or is further. */
  electMember: { readonly candidate: Node; readonly members: readonly Node[] };
  /** `aside`: of these nodes, those that may be left aside while the others are a majority. */
  waitUntilEtcdQuorum: { readonly nodes: readonly Node[]; readonly aside?: readonly Node[] };
  /**
   * Until every router sees exactly `primary` as writable and exactly `replicas` as readable. One that misses a server
   * which answers is configured again as it was.
   */
  waitUntilRouting: {
    readonly routers: readonly ConfiguredRouter[];
    readonly primary: string;
    readonly replicas: readonly string[];
    /** Of replicas and routers, those that may be left aside when they hang; one router has to be there. */
    readonly aside?: readonly Node[];
  } & CanDoWithout;
  /** Until all members stream, one leads, and `/cluster` shows them all. */
  waitUntilClusterHealthy: {
    readonly nodes: readonly Node[];
    readonly standbys: number;
    readonly ha: HaOptions;
    /** Of these nodes, those that may be left aside when they hang. */
    readonly aside?: readonly Node[];
  } & CanDoWithout;

  /** Login and query, through this pooler, as the application. */
  verifyPooler: ConfiguredNode & CanDoWithout;
  /** Writes a probe through each route and reads it back. */
  verifyRoutes: {
    readonly topology: Topology;
    /** Where no replica is there to answer readers. Default false. */
    readonly writes_only?: boolean;
    /** Of replicas, routers and poolers, those that may be left aside when they hang; one router has to be there. */
    readonly aside?: readonly Node[];
  };
  /** System identifier, position and rows of the standby cluster against the running primary. */
  verifyStandbyCluster: { readonly primary: Node; readonly leader: Node };

  /**
   * What ALTER SYSTEM has set on `from` is set on the next primary, and on followers that have nothing of their own
   * in its place. One that has to be restarted to be able to replay what its primary writes is restarted.
   */
  carrySettings: { readonly from: Node; readonly to: Node; readonly followers: readonly Node[] };
  /** Refuses with reasons what would break the promise of a cut-over: long transactions, lag, session pooling. */
  preflightCutOver: CutOver;
  /** The hand-over, PAUSE to RESUME. */
  cutOver: CutOver;
  /**
   * In a cluster without a primary: waits until the successor has everything that any member holds, streamed from the most
   * advanced one. A member that cannot report its WAL position may hold writes that no other has.
   */
  gatherWrites: { readonly members: readonly Node[]; readonly successor: Node; readonly slot: string };
  /** After that: the successor takes writes, and routes lead to it. There is no server to stop and no client to hold. */
  takeOver: CutOver;
  /** Refuses once the loss that was confirmed is no longer the one at hand: a server takes writes that did not, or the successor is silent. */
  preflightFailOver: FailOver;
  /** Kills the old primary, on the engine's word that it has exited, fences its volume, and lets the successor take over. */
  failOver: FailOver;
  /** The old primary, stopped by the cut-over, comes back as a standby of the new one. */
  followNewPrimary: {
    readonly old: ConfiguredNode;
    readonly members: readonly Node[];
    /** Unused slots on the old primary: they would keep WAL forever. */
    readonly obsolete_slots: readonly string[];
  };

  /** The old leader, stopped by a switchover, comes back as a replica of the new one; Patroni watches over all again. */
  rejoinCluster: { readonly old: Node; readonly leader: Node; readonly members: readonly Node[] } & CanDoWithout;

  /** Gives a server back to the health checks of every router, after a hand-over took it out. */
  readmitServer: { readonly routers: readonly Node[]; readonly server: string };
  /** Waits for the grace period's end; done early by `confirm`, called off by `abort`. In the workflow, not in a worker. */
  gracePeriod: { readonly seconds: number };
  /** Verifies that a plain primary takes writes and its replicas stream. */
  waitUntilReplicated: {
    readonly primary: Node;
    readonly replicas: readonly Node[];
    /** Of the replicas, those that may be left aside when they hang. */
    readonly aside?: readonly Node[];
  } & CanDoWithout;

  /** Containers, volumes and networks that carry the database's label, then its records. */
  removeEverything: Record<string, never>;

  /** Of a Patroni cluster: what its members take from etcd alone, as a server like `like` is to have it. */
  agreeOnSettings: { readonly members: readonly Node[]; readonly like: Node };
  /** ALTER SYSTEM for each, where the server takes writes; null takes a setting back. */
  alterSystem: { readonly node: Node; readonly changes: Readonly<Record<string, string | null>> };
  /** Starts a server of this kind, without data of the database, in a container that is removed again: it refuses what it would not start with. */
  tryServer: ConfiguredNode;
  /** Restarts the server that takes writes while its clients wait. */
  restartHeld: RestartHeld;
  /** Refuses unless each server runs with what its node was given, and none has to be restarted for it. */
  verifySettings: { readonly nodes: readonly Node[] };
  /** In the application's database. Present already is success. */
  ensureExtension: { readonly node: Node; readonly extension: string };
  /** Refused by the server while anything depends on it; with `unless_needed` it stays then, with a remark. Absent is success. */
  removeExtension: { readonly node: Node; readonly extension: string; readonly unless_needed?: true };
  /** Records the password that the application's role is to have, sealed. */
  makeNextPassword: OfRole;
  /** Absent is success. Where a worker that was held up gives it to the role all the same, it is still known. */
  forgetNextPassword: OfRole;
  /**
   * Records what the server stores for the role, sealed, gives the role that password, and logs in with it through every pooler at
   * once: until then those open no server connections.
   */
  changePassword: OfRole & { readonly poolers: readonly Node[] };
  /** What the server stored for the role before, and the same logins with the password on record. */
  restorePassword: OfRole & OfDatabase & { readonly poolers: readonly Node[] };
  /** The next password is the one on record from now on. */
  adoptPassword: OfRole;
  /** The one of before is on record again; not adopted is success. */
  disownPassword: OfRole & OfDatabase;
  /** Another certificate for a node, which it shows from then on; one that does not run takes it when it starts. */
  renewCertificate: { readonly node: Node };
  /** Replaces one node on record, and nothing else; not the one that takes writes, which has been left as it was made. */
  recordNode: { readonly node: Node };

  /** Writes the new topology, the endpoints and the event. */
  recordTopology: { readonly topology: Topology };
}

interface OfRole {
  /** The application's. */
  readonly role: string;
}

interface OfDatabase {
  /** Its name, for what an operator is left to do. */
  readonly database: string;
}

interface CanDoWithout {
  /**
   * What is continuing does not need this node, or those of a wait that may be left aside: one that is not as it should be after a
   * while is left aside, whatever keeps it. Default false.
   */
  readonly can_do_without?: boolean;
}

export interface CutOver {
  readonly from: Node;
  readonly to: Node;
  /**
   * `standby_cluster`: the successor leads a Patroni standby cluster. `standby`: it is a plain standby. `member`: it
   * belongs to the Patroni cluster that `from` leads. Such a cluster is paused first, so that it elects none.
   */
  readonly promotion: 'standby_cluster' | 'standby' | 'member';
  /** All members of the Patroni cluster that takes over or is left; none if there is no Patroni. */
  readonly members: readonly Node[];
  readonly poolers: readonly Node[];
  readonly routers: readonly Node[];
  /** What is done about what would break the promise; without it, a better moment is waited for. */
  readonly on_obstacle?: OnObstacle;
}

/** A restart of the server that takes writes, its clients held as in a hand-over. */
export interface RestartHeld extends ConfiguredNode {
  /** All members of its Patroni cluster; none if there is no Patroni. */
  readonly members: readonly Node[];
  readonly poolers: readonly Node[];
  readonly routers: readonly Node[];
}

/** A hand-over from a primary that is killed. Its `members` are those of the Patroni cluster besides the old primary. */
export interface FailOver extends CutOver {
  /** Other servers of the database. */
  readonly others: readonly Node[];
  /** Whether the old primary took writes when the loss was confirmed. One that does again since is not killed. */
  readonly takes_writes: boolean;
}

export type ActionName = keyof Actions;

/** Actions that are activities; the others the workflow performs itself, as durable timers. */
export type ActivityName = Exclude<ActionName, 'gracePeriod'>;

/** A call of one action: plain JSON, part of the plan. */
export type ActionCall<N extends ActionName = ActionName> = {
  readonly [A in N]: { readonly action: A; readonly input: Actions[A] };
}[N];

export type ActivityCall<N extends ActivityName = ActivityName> = ActionCall<N>;

/** Compensations that the sweep by label repeats at the end; only what the sweep leaves behind counts as left over. */
export const sweptActions: readonly ActionName[] = ['removeNode', 'removeSnapshot', 'removeNetwork'];

/** Actions that only read: an operation that has done nothing else has touched nothing. */
export const looks: readonly ActionName[] = [
  'preflightCutOver',
  'preflightFailOver',
  'verifyPooler',
  'verifyRoutes',
  'verifyStandbyCluster',
  'waitUntilStreaming',
  'waitUntilCaughtUp',
  'waitUntilEtcdQuorum',
  'waitUntilRouting',
  'waitUntilClusterHealthy',
  'waitUntilReplicated',
  'tryServer',
  'verifySettings',
  'gracePeriod',
];

/** What an action returns to the engine. */
export interface ActionResult {
  /** Milliseconds during which this action held or cut off writes. */
  readonly stall_ms?: number;
}

/** The one parameter of every activity that is a step. */
export interface StepCall<A extends ActivityName = ActivityName> {
  readonly context: ActionContext;
  readonly input: Actions[A];
}

/** Passed to every activity, so that it can name its step in logs, labels and progress. */
export interface ActionContext {
  readonly operation: string;
  /** Service id. */
  readonly database: string;
  /** Index in the plan. */
  readonly step: number;
  /** `run`: forward. `undo`: compensation. `close`: at the end of a checkpoint's window. */
  readonly direction: 'run' | 'undo' | 'close';
  /** 1 for the first attempt with fresh volumes, slots and tokens. */
  readonly attempt: number;
  /** Seconds without progress after which a wait gives up. */
  readonly patience_seconds: number;
  /** Whether the point of no return lies behind, so that giving up calls for an operator. Default false. */
  readonly committed?: boolean;
  /** Of a `close`: whether an operation waits for it, so that it has to end. Default false: it continues until it succeeds. */
  readonly gives_up?: boolean;
}
