import { request } from 'undici';
import { z } from 'zod';
import { PgrowError } from '../../domain/errors.ts';
import { ports } from '../../domain/naming.ts';
import { schemeOf } from '../../domain/tls.ts';
import { agentOf, type Peer } from '../peer.ts';

const member = z.object({
  name: z.string(),
  role: z.string(),
  state: z.string(),
  timeline: z.number().optional(),
  /** Bytes; Patroni writes `unknown` where it does not know. */
  lag: z.union([z.number(), z.string()]).optional(),
});
const cluster = z.object({ members: z.array(member), scope: z.string().optional(), pause: z.boolean().optional() });
const configuration = z.looseObject({ standby_cluster: z.unknown().optional(), slots: z.unknown().optional() });
const status = z.looseObject({
  state: z.string(),
  role: z.string().optional(),
  pause: z.boolean().optional(),
  patroni: z.object({ version: z.string(), scope: z.string(), name: z.string().optional() }).optional(),
});

export type PatroniMember = z.infer<typeof member>;

/** Patroni's REST API (Patroni manual, REST API), over one connection kept open. */
export interface PatroniClient {
  cluster(): Promise<z.infer<typeof cluster>>;
  config(): Promise<z.infer<typeof configuration>>;
  /** Null removes a key. Wakes the leader's loop at once. */
  patchConfig(patch: Readonly<Record<string, unknown>>): Promise<void>;
  status(): Promise<z.infer<typeof status>>;
  /** Whether GET /primary answers 200. True before PostgreSQL is writable: ask it by SQL as well. */
  isPrimary(): Promise<boolean>;
  /** Makes this member read its file again; answers before it has. */
  reload(): Promise<void>;
  /** Restarts PostgreSQL on this member, also while the cluster is paused, and waits for it. */
  restart(): Promise<void>;
  /** From the leader to another member, also of a standby cluster; answers when that leads. */
  switchover(request: { readonly leader: string; readonly candidate: string }): Promise<void>;
  /** In a cluster without a leader: lets a member lead, however far it lags; answers when it does. */
  failover(request: { readonly candidate: string }): Promise<void>;
  /** Throws this member's data away and copies the leader's; answers when that has begun. */
  reinitialize(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds: Patroni answers such a request only when it is done. */
const actionLimitMs = 60_000;

/** Every call fails with PgrowError `no_answer` when the node does not answer in time, or cannot at the moment. */
export const createPatroniClient = ({
  peer,
  timeoutMs = 3000,
}: {
  readonly peer: Peer;
  readonly timeoutMs?: number;
}): PatroniClient => {
  const agent = agentOf(peer, timeoutMs, { keepAliveTimeout: 30_000 });
  const call = async (method: 'GET' | 'PATCH' | 'POST', path: string, body?: unknown, limitMs = timeoutMs) => {
    try {
      const response = await request(`${schemeOf(peer)}://${peer.name}:${ports.health}${path}`, {
        method,
        dispatcher: agent,
        signal: AbortSignal.timeout(limitMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      return { status: response.statusCode, text: await response.body.text() };
    } catch (error) {
      throw new PgrowError(
        'no_answer',
        `Patroni on ${peer.name} does not answer ${path}: ${(error as Error).message}.`,
        {
          cause: error,
        },
      );
    }
  };
  const read = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const { status: code, text } = await call('GET', path);
    try {
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw new PgrowError(
        codeOf(code),
        `Patroni on ${peer.name} gave an unexpected answer to ${path}: ${text.slice(0, 200)}.`,
        { cause: error },
      );
    }
  };
  const act = async (path: string, body: unknown, done = 200) => {
    const { status: code, text } = await call('POST', path, body, actionLimitMs);
    if (code !== done)
      throw new PgrowError('refused', `Patroni on ${peer.name} refused ${path} (${code}): ${text.slice(0, 200)}.`);
  };
  return {
    cluster: () => read('/cluster', cluster),
    config: () => read('/config', configuration),
    async patchConfig(patch) {
      const { status: code, text } = await call('PATCH', '/config', patch);
      if (code !== 200)
        throw new PgrowError(
          codeOf(code),
          `Patroni on ${peer.name} refused PATCH /config (${code}): ${text.slice(0, 200)}.`,
        );
    },
    status: () => read('/patroni', status),
    reload: () => act('/reload', {}, 202),
    restart: () => act('/restart', {}),
    switchover: (wanted) => act('/switchover', wanted),
    failover: (wanted) => act('/failover', wanted),
    reinitialize: () => act('/reinitialize', { force: true }),
    isPrimary: async () => (await call('GET', '/primary')).status === 200,
    close: () => agent.close(),
  };
};

/** Without its consensus store it answers 5xx, which passes when that has a leader again. */
const codeOf = (httpStatus: number) => (httpStatus >= 500 ? 'no_answer' : 'not_ready');
