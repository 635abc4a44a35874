import type { AuditStore } from '../../../src/store/audit.ts';
import type { ChannelStore } from '../../../src/store/channels.ts';
import type { DeliveryStore } from '../../../src/store/deliveries.ts';
import type { IdempotencyStore } from '../../../src/store/idempotency.ts';
import type { ChangedDatabasesStore } from '../../../src/store/changed-databases.ts';
import type { FleetStore } from '../../../src/store/fleet.ts';
import type { ActivityStore } from '../../../src/store/activity.ts';
import type { ListStore } from '../../../src/store/lists.ts';
import type { NoticeStore } from '../../../src/store/notices.ts';
import type { OutdatedStore } from '../../../src/store/outdated.ts';
import type { SessionStore } from '../../../src/store/sessions.ts';
import type { TokenStore } from '../../../src/store/tokens.ts';
import type { UsualDurationStore } from '../../../src/store/usual-durations.ts';

type OutsideOfOperations = AuditStore &
  FleetStore &
  OutdatedStore &
  ChangedDatabasesStore &
  ListStore &
  ActivityStore &
  UsualDurationStore &
  TokenStore &
  SessionStore &
  IdempotencyStore &
  ChannelStore &
  NoticeStore &
  DeliveryStore;

/** What the API and the sending of notices ask for: no operation does. */
export const memoryAccess = (): OutsideOfOperations => ({
  ensureHomeToken: notHere,
  admitHomeToken: notHere,
  retireHomeTokens: notHere,
  createToken: notHere,
  replaceToken: notHere,
  authenticate: notHere,
  findToken: notHere,
  validTokens: notHere,
  createTicket: notHere,
  openSession: notHere,
  openSessionOf: notHere,
  authenticateSession: notHere,
  validSessions: notHere,
  listSessions: notHere,
  endSession: notHere,
  listOlderNodes: notHere,
  readFleet: notHere,
  readChangedDatabases: notHere,
  pageCheckpoints: notHere,
  pageDatabases: notHere,
  pageActivity: notHere,
  readUsualDurations: notHere,
  pageEvents: notHere,
  pageOperations: notHere,
  pageSnapshots: notHere,
  listRestored: notHere,
  pageTokens: notHere,
  revokeToken: notHere,
  recordAudit: notHere,
  findAcceptedRequest: notHere,
  listAudit: notHere,
  claimIdempotencyKey: notHere,
  findByIdempotencyKey: notHere,
  renewIdempotencyKey: notHere,
  addChannel: notHere,
  listChannels: notHere,
  findChannel: notHere,
  enableChannel: notHere,
  removeChannel: notHere,
  collectNotices: notHere,
  recordNotice: notHere,
  listUnstarted: notHere,
  readStartable: notHere,
  deliveryStarted: notHere,
  readDue: notHere,
  recordAttempt: notHere,
  pageDeliveries: notHere,
  findDelivery: notHere,
  redeliver: notHere,
  listSilent: notHere,
  buryLost: notHere,
});

const notHere = async (): Promise<never> => {
  throw new Error('the metadata in memory knows no tokens, audit, idempotency keys and notices');
};
