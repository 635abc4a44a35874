import type { AuditStore } from '../../../src/store/audit.ts';
import type { IdempotencyStore } from '../../../src/store/idempotency.ts';
import type { FleetStore } from '../../../src/store/fleet.ts';
import type { ListStore } from '../../../src/store/lists.ts';
import type { TokenStore } from '../../../src/store/tokens.ts';

/** What the API alone asks for: no workflow does. */
export const memoryAccess = (): AuditStore & FleetStore & ListStore & TokenStore & IdempotencyStore => ({
  ensureHomeToken: notHere,
  createToken: notHere,
  authenticate: notHere,
  findToken: notHere,
  validTokens: notHere,
  readFleet: notHere,
  pageCheckpoints: notHere,
  pageDatabases: notHere,
  pageEvents: notHere,
  pageOperations: notHere,
  pageSnapshots: notHere,
  pageTokens: notHere,
  revokeToken: notHere,
  recordAudit: notHere,
  findAcceptedRequest: notHere,
  listAudit: notHere,
  claimIdempotencyKey: notHere,
  findByIdempotencyKey: notHere,
  renewIdempotencyKey: notHere,
});

const notHere = async (): Promise<never> => {
  throw new Error('the metadata in memory knows no tokens, audit and idempotency keys');
};
