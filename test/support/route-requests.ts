import { randomUUID } from 'node:crypto';
import type { ApiUnderTest } from './api-under-test.ts';

/** Everything on record but the audit, and when a token was used. */
export const everythingOnRecord = async (api: ApiUnderTest): Promise<Readonly<Record<string, unknown>>> => {
  const tables = await api.sql(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  const kept: Record<string, unknown> = {};
  for (const { name } of tables as readonly { name: string }[]) {
    if (name === 'audit') continue;
    kept[name] = await api.sql(`SELECT to_jsonb(t) - 'last_used_at' AS row FROM "${name}" t ORDER BY 1`);
  }
  return kept;
};

/** What has been sent to Temporal. */
export const sentBy = ({ client }: ApiUnderTest) => {
  const { started, signals, windows, deliveries, verified } = client;
  return structuredClone({ started, signals, windows, deliveries, verified });
};

/** What each route takes where that is not nothing. */
export const bodies: Readonly<Record<string, object>> = {
  '/v1/projects/:projectId/services': { name: 'other' },
  '/v1/tokens': { name: 'ci', project: 'default', role: 'viewer' },
  '/v1/sessions': { ticket: 'none' },
  '/v1/notifications/channels': { name: 'ops', project: 'default', kind: 'webhook', url: 'https://example.com/' },
  '/v1/notifications/announcements': { project: 'default', message: 'New disks.' },
  '/v1/projects/:projectId/services/:serviceId': { protected: true },
  '/v1/projects/:projectId/services/:serviceId/postgres/password': { password: 'on record' },
};

/** A route's address with these names, and for all else an id: that of nothing unless one is given. */
export const addressOf = (
  url: string,
  { project, service, id = randomUUID() }: { readonly project: string; readonly service: string; readonly id?: string },
): string => url.replace(':projectId', project).replace(':serviceId', service).replaceAll(/:\w+/g, id);
