import { createHash, randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { invalidInput } from '../domain/input-problems.ts';
import type { KeyedRequest } from '../store/idempotency.ts';
import type { Store } from '../store/store.ts';
import { serviceParams } from './lookup.ts';
import { isDryRun } from './query-parameters.ts';

/** The ids that a change works under. The same `Idempotency-Key` gets the same ids, hence the same operation. */
export interface OperationIds {
  readonly operation_id: string;
  readonly service_id: string;
}

/** @throws PgrowError `invalid_input` when the key was used for another request */
export const claimUnlessDryRun = async (
  store: Store,
  request: FastifyRequest,
  /** Of the database; a new one where it is to be created. */
  serviceId: string = randomUUID(),
): Promise<OperationIds> => {
  const fresh = { operation_id: randomUUID(), service_id: serviceId };
  const key = readKey(request);
  if (key === null || isDryRun(request)) return fresh;
  const { projectId: project } = serviceParams(request);
  return refuseOther(
    request,
    await store.claimIdempotencyKey({ ...fresh, project, key, request_hash: hashOf(request) }),
  );
};

/** What an earlier request with this key was given; null where there was none. */
export const findEarlier = async (store: Store, request: FastifyRequest): Promise<OperationIds | null> => {
  const key = readKey(request);
  if (key === null || isDryRun(request)) return null;
  const earlier = await store.findByIdempotencyKey(serviceParams(request).projectId, key);
  return earlier && refuseOther(request, earlier);
};

const readKey = (request: FastifyRequest): string | null => {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && key.length > 0 && key.length <= 200) return key;
  throw invalidInput('The request', [{ path: 'Idempotency-Key', value: key, allowed: '1 to 200 characters' }]);
};

const refuseOther = (request: FastifyRequest, { key, request_hash, ...ids }: KeyedRequest): OperationIds => {
  if (request_hash === hashOf(request)) return ids;
  throw invalidInput('The request', [
    { path: 'Idempotency-Key', value: key, allowed: 'a key that was not used for another request' },
  ]);
};

const hashOf = ({ method, url, body }: FastifyRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([method, url, body ?? null]))
    .digest('hex');
