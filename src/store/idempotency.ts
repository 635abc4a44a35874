import type { Queries } from './connection.ts';

export interface IdempotencyStore {
  /** Keeps the key for this request unless another has it; returns the request that has it. */
  claimIdempotencyKey(request: KeyedRequest): Promise<KeyedRequest>;
  findByIdempotencyKey(project: string, key: string): Promise<KeyedRequest | null>;
  /** Gives the key to a new attempt at its request, unless another has it by now; returns the one that has it. */
  renewIdempotencyKey(request: KeyedRequest, earlierOperation: string): Promise<KeyedRequest>;
}

export interface KeyedRequest {
  readonly project: string;
  readonly key: string;
  /** SHA-256 of what was asked, hexadecimal: a key serves one request, not another. */
  readonly request_hash: string;
  readonly operation_id: string;
  readonly service_id: string;
}

export const idempotencyStore = (queries: Queries): IdempotencyStore => {
  const find = (project: string, key: string) =>
    queries
      .selectFrom('idempotency_keys')
      .select(['project', 'key', 'request_hash', 'operation_id', 'service_id'])
      .where('project', '=', project)
      .where('key', '=', key);
  return {
    async claimIdempotencyKey(request) {
      await queries
        .insertInto('idempotency_keys')
        .values(request)
        .onConflict((conflict) => conflict.columns(['project', 'key']).doNothing())
        .execute();
      return find(request.project, request.key).executeTakeFirstOrThrow();
    },
    async renewIdempotencyKey({ project, key, operation_id, service_id }, earlier) {
      await queries
        .updateTable('idempotency_keys')
        .set({ operation_id, service_id })
        .where('project', '=', project)
        .where('key', '=', key)
        .where('operation_id', '=', earlier)
        .execute();
      return find(project, key).executeTakeFirstOrThrow();
    },
    async findByIdempotencyKey(project, key) {
      return (await find(project, key).executeTakeFirst()) ?? null;
    },
  };
};
