import { request } from 'undici';
import { z } from 'zod';
import { PgrowError } from '../../domain/errors.ts';
import { ports } from '../../domain/naming.ts';
import { schemeOf } from '../../domain/tls.ts';
import { agentOf, reasonOf, type Peer } from '../peer.ts';
import { peerUrl } from './etcd-yaml.ts';

const health = z.object({ health: z.string() });
const listed = z.object({
  name: z.string().default(''),
  ID: z.string(),
  peerURLs: z.array(z.string()).default([]),
});
const members = z.object({ members: z.array(listed).default([]) });
const status = z.object({
  version: z.string(),
  leader: z.string().default('0'),
  header: z.object({ member_id: z.string().default('') }).default({ member_id: '' }),
});
const range = z.object({ kvs: z.array(z.object({ key: z.string(), value: z.string().default('') })).default([]) });
const deleted = z.object({ deleted: z.string().default('0') });
const anything = z.unknown();
const decided = z.object({ succeeded: z.boolean().default(false) });

/** etcd's JSON gateway (etcd manual, gRPC gateway). Calls fail with PgrowError `no_answer`. */
export interface EtcdClient {
  /** True when this node answers and its cluster has a quorum. */
  isHealthy(): Promise<boolean>;
  memberNames(): Promise<readonly string[]>;
  /** Every member that the quorum counts, by the host where its peers look for it, whether it runs or not. */
  members(): Promise<readonly { readonly id: string; readonly host: string }[]>;
  removeMember(id: string): Promise<void>;
  /** Counts the node at this host as a member from now on; it has to start without data. */
  addMember(host: string): Promise<void>;
  /** `leads`: whether this node is the leader of its cluster. */
  status(): Promise<{ readonly version: string; readonly leader: string; readonly leads: boolean }>;
  /** Null when there is no such key. */
  get(key: string): Promise<string | null>;
  getPrefix(prefix: string): Promise<readonly { readonly key: string; readonly value: string }[]>;
  /** Gone already is success. */
  remove(key: string): Promise<void>;
  /** Returns the number of keys removed. */
  deletePrefix(prefix: string): Promise<number>;
  /** Removes the key only while it has this value, in one transaction; false when it has another or is gone. */
  compareAndDelete(key: string, value: string): Promise<boolean>;
}

export const createEtcdClient = ({
  peer,
  timeoutMs = 2000,
}: {
  readonly peer: Peer;
  readonly timeoutMs?: number;
}): EtcdClient => {
  const scheme = schemeOf(peer);
  const base = `${scheme}://${peer.name}:${ports.etcdClient}`;
  const dispatcher = agentOf(peer, timeoutMs);
  const call = async <T>(path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> => {
    try {
      const { statusCode, body: answer } = await request(`${base}${path}`, {
        dispatcher,
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      });
      // Without a leader it answers an error, which must not be taken for an empty answer; of its health it says so itself.
      if (statusCode >= 300 && path !== '/health') throw new Error(`it answered ${statusCode}`);
      return schema.parse(await answer.json());
    } catch (error) {
      throw new PgrowError('no_answer', `etcd on ${peer.name} does not answer ${path}: ${reasonOf(error)}.`, {
        cause: error,
      });
    }
  };
  return {
    isHealthy: async () => (await call('/health', health)).health === 'true',
    memberNames: async () => (await call('/v3/cluster/member/list', members, {})).members.map((member) => member.name),
    members: async () =>
      (await call('/v3/cluster/member/list', members, {})).members.map(({ ID, name, peerURLs }) => ({
        id: ID,
        // One that was added and never started has no name yet.
        host: peerURLs.flatMap((url) => (URL.canParse(url) ? [new URL(url).hostname] : []))[0] ?? name,
      })),
    removeMember: async (ID) => void (await call('/v3/cluster/member/remove', anything, { ID })),
    addMember: async (host) =>
      void (await call('/v3/cluster/member/add', anything, { peerURLs: [peerUrl(scheme, host)] })),
    async status() {
      const { version, leader, header } = await call('/v3/maintenance/status', status, {});
      return { version, leader, leads: leader === header.member_id };
    },
    get: async (key) => {
      const [found] = (await call('/v3/kv/range', range, { key: encode(key) })).kvs;
      return found ? decode(found.value) : null;
    },
    compareAndDelete: async (key, value) =>
      (
        await call('/v3/kv/txn', decided, {
          compare: [{ key: encode(key), target: 'VALUE', result: 'EQUAL', value: encode(value) }],
          success: [{ request_delete_range: { key: encode(key) } }],
        })
      ).succeeded,
    getPrefix: async (prefix) =>
      (await call('/v3/kv/range', range, prefixRange(prefix))).kvs.map(({ key, value }) => ({
        key: decode(key),
        value: decode(value),
      })),
    remove: async (key) => void (await call('/v3/kv/deleterange', deleted, { key: encode(key) })),
    deletePrefix: async (prefix) => Number((await call('/v3/kv/deleterange', deleted, prefixRange(prefix))).deleted),
  };
};

const encode = (bytes: Buffer | string): string => Buffer.from(bytes).toString('base64');
const decode = (text: string): string => Buffer.from(text, 'base64').toString();

/** etcd's way to say "everything that begins with": up to the prefix with its last byte raised by one. */
const prefixRange = (prefix: string) => {
  const end = Buffer.from(prefix);
  end[end.length - 1] = end[end.length - 1]! + 1;
  return { key: encode(prefix), range_end: encode(end) };
};
