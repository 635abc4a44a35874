import type { AccessStore } from '../../../src/store/access.ts';
import type { IdempotencyStore } from '../../../src/store/idempotency.ts';

/** What the API alone asks for: no workflow does. */
export const memoryAccess = (): AccessStore & IdempotencyStore => ({
  ensureToken: notHere,
  authenticate: notHere,
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
