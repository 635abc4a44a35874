import { createHash, randomUUID } from 'node:crypto';
import { PgrowError } from '../domain/errors.ts';
import { invalidInput } from '../domain/input-problems.ts';
import type { OperationDocument } from '../domain/operation.ts';
import type { KeyedRequest } from '../store/idempotency.ts';
import type { Store } from '../store/store.ts';
import type { ChangeRequest, KeyedPart } from './change-request.ts';

/** The ids that a change works under. The same `Idempotency-Key` gets the same ids, hence the same operation. */
export interface OperationIds {
  readonly operation_id: string;
  readonly service_id: string;
}

/** @throws PgrowError `invalid_input` when the key was used for another request */
export const claimUnlessDryRun = async (
  store: Store,
  request: ChangeRequest,
  /** Of the database; a new one where it is to be created. */
  serviceId: string = randomUUID(),
): Promise<OperationIds> => {
  const fresh = { operation_id: randomUUID(), service_id: serviceId };
  const { key, project } = request;
  if (key === null || request.isDryRun) return fresh;
  const keyed = { ...fresh, project, key, request_hash: hashOf(request) };
  const claimed = await store.claimIdempotencyKey(keyed);
  const ids = refuseOther(request, claimed);
  if (!isUndone(await store.readOperation(ids.operation_id))) return ids;
  return refuseOther(request, await store.renewIdempotencyKey(keyed, ids.operation_id));
};

/**
 * What an earlier request with this key has done or is doing; null if there was none, or nothing has come of it.
 * @throws PgrowError `refused` when what it did is gone
 */
export const findEarlier = async (
  store: Store,
  request: ChangeRequest,
): Promise<{ readonly ids: OperationIds; readonly operation: OperationDocument | null } | null> => {
  if (request.key === null) return null;
  const earlier = await store.findByIdempotencyKey(request.project, request.key);
  if (!earlier) return null;
  // A dry run uses no key up: that of another request is planned like one without a key.
  if (request.isDryRun && !isDryRunOf(request, earlier)) return null;
  const ids = request.isDryRun ? earlier : refuseOther(request, earlier);
  const operation = await store.readOperation(ids.operation_id);
  if (isUndone(operation)) return null;
  if (operation?.status === 'done' && operation.type !== 'destroy' && !(await store.readDatabase(ids.service_id)))
    throw new PgrowError('refused', destroyedSince(operation));
  const { operation_id, service_id } = ids;
  return { ids: { operation_id, service_id }, operation };
};

/** It was not done, so the same may be repeated under the same key. */
const isUndone = (operation: OperationDocument | null): boolean =>
  operation !== null && operation.status !== 'running' && operation.status !== 'done';

const destroyedSince = ({ type, database, id, ended_at }: OperationDocument): string =>
  `With this Idempotency-Key ${type.replaceAll('_', ' ')} ${database} was done (operation ${id}, ${ended_at}), and the database ` +
  'has been destroyed since. Use another key to request it again.';

const refuseOther = (request: KeyedPart, { key, request_hash, ...ids }: KeyedRequest): OperationIds => {
  if (request_hash === hashOf(request)) return ids;
  throw invalidInput('The request', [
    { path: 'Idempotency-Key', value: key, allowed: 'a key that was not used for another request' },
  ]);
};

/** Whether it asks for the plan of a request, which may have been confirmed since. */
const isDryRunOf = ({ method, url, body }: KeyedPart, { request_hash }: KeyedRequest): boolean => {
  const asked = {
    method,
    url: url.replaceAll(/(?<=[?&])(?:dry_run|preflight)=[^&]*&?/g, '').replace(/[?&]$/, ''),
    body,
  };
  return [asked, { ...asked, body: { ...(body as object | null), confirm: true } }].some(
    (each) => hashOf(each) === request_hash,
  );
};

const hashOf = ({ method, url, body }: KeyedPart): string =>
  createHash('sha256')
    .update(JSON.stringify([method, url, body ?? null]))
    .digest('hex');
