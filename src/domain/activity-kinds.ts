import type { ActivityName } from './step-actions.ts';
import type { OperationActivities } from './operation-activities.ts';
import { longestWaitSeconds } from './wait-progress.ts';

/**
 * What an activity is, by how long one attempt of it may take. `read`: asks or writes the record, seconds. `act`: changes
 * something by calls that each have a limit, minutes. `wait`: ends when something holds, which can take days.
 */
export type ActivityKind = 'read' | 'act' | 'wait';

/** The actions of plans. One that calls `waitUntil` is a wait, whatever else it does. */
export const stepKinds: Readonly<Record<ActivityName, ActivityKind>> = {
  ensureNetwork: 'act',
  removeNetwork: 'act',
  ensureNode: 'wait',
  configureNode: 'wait',
  restartNode: 'wait',
  stopNode: 'wait',
  startNode: 'wait',
  removeNode: 'act',
  ensureRoles: 'act',
  ensureReplicationSlot: 'act',
  removeReplicationSlot: 'act',
  pruneReplicationSlots: 'wait',
  ensurePermanentSlot: 'wait',
  removePermanentSlot: 'act',
  forgetMembers: 'wait',
  removePatroniScope: 'act',
  takeSnapshot: 'wait',
  restoreSnapshot: 'wait',
  removeSnapshot: 'act',
  waitUntilStreaming: 'wait',
  waitUntilCaughtUp: 'wait',
  readmitEtcdMember: 'act',
  electMember: 'wait',
  waitUntilEtcdQuorum: 'wait',
  waitUntilRouting: 'wait',
  waitUntilClusterHealthy: 'wait',
  waitUntilReplicated: 'wait',
  verifyPooler: 'wait',
  verifyRoutes: 'wait',
  verifyStandbyCluster: 'wait',
  carrySettings: 'wait',
  preflightCutOver: 'wait',
  // A server that recovers first is promoted when it is through. A second attempt beside the first is what must not be.
  cutOver: 'wait',
  takeOver: 'wait',
  preflightFailOver: 'act',
  failOver: 'wait',
  gatherWrites: 'wait',
  followNewPrimary: 'wait',
  rejoinCluster: 'wait',
  readmitServer: 'act',
  removeEverything: 'act',
  remakeNode: 'wait',
  limitNode: 'act',
  agreeOnSettings: 'wait',
  alterSystem: 'act',
  tryServer: 'wait',
  restartHeld: 'wait',
  verifySettings: 'wait',
  ensureExtension: 'wait',
  removeExtension: 'act',
  makeNextPassword: 'act',
  forgetNextPassword: 'act',
  changePassword: 'wait',
  restorePassword: 'wait',
  adoptPassword: 'act',
  disownPassword: 'act',
  renewCertificate: 'wait',
  recordNode: 'act',
  recordTopology: 'act',
};

export const isStep = (activity: string): activity is ActivityName => activity in stepKinds;

/** What an operation does around its steps. */
export const aroundKinds: Readonly<Record<keyof OperationActivities, ActivityKind>> = {
  openOperation: 'act',
  findCutOff: 'read',
  noteStep: 'read',
  noteStepDone: 'read',
  noteRelease: 'read',
  readStanding: 'read',
  sweepOperation: 'act',
  endOperation: 'act',
  waitUntilCheckpointClosed: 'wait',
  closeCheckpoint: 'act',
  verifySnapshot: 'wait',
  watchHealth: 'wait',
};

const readSeconds = 60;
const actSeconds = 1800;
/** An action may wait for one thing after another, or begin again what it waited for. */
const waitsInARow = 3;

/**
 * Seconds that one attempt may take. A limit for what has been forgotten: a wait ends by its own patience long before, and
 * beside an attempt that still runs there must be no second one.
 */
export const attemptLimitSeconds = (kind: ActivityKind, patienceSeconds: number): number => {
  if (kind === 'read') return readSeconds;
  return kind === 'act' ? actSeconds : waitsInARow * longestWaitSeconds(patienceSeconds) + actSeconds;
};
