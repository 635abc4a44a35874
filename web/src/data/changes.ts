import { postgresPath, servicePath } from './api.ts';
import type { Role } from './types.ts';

/**
 * Everything that the console can change. Each goes through the plan sheet, which is open while the address names the change:
 * `?do=ha&enabled=true`. A link only shows a change; nothing happens before its last button.
 */
export interface Change {
  readonly kind: ChangeKind;
  /** As the API takes it. */
  readonly body: Readonly<Record<string, unknown>>;
}

interface Kind {
  readonly method: 'POST' | 'DELETE';
  readonly role: Role;
  /** Of the sheet. */
  readonly title: string;
  readonly url: (project: string, name: string) => string;
}

const below = (rest: string) => (project: string, name: string) => postgresPath(project, name, rest);
const changing = (rest: string, title: string): Kind => ({ method: 'POST', role: 'operator', title, url: below(rest) });

export const changeKinds = {
  pooling: changing('pooling', 'Connection pooling'),
  replicas: changing('replicas', 'Read replicas'),
  ha: changing('ha', 'High availability'),
  'scale-down': changing('scale-down', 'Scale down'),
  change: changing('change', 'Change'),
  switchover: changing('switchover', 'Switch over'),
  failover: changing('failover', 'Fail over'),
  reinitialize: changing('reinitialize', 'Rebuild a node'),
  repair: changing('repair', 'Repair'),
  rollback: changing('rollback', 'Roll back'),
  snapshots: changing('snapshots', 'Take a snapshot'),
  stop: changing('stop', 'Stop'),
  start: changing('start', 'Start'),
  restore: changing('restore', 'Restore a snapshot'),
  create: {
    method: 'POST',
    role: 'operator',
    title: 'New database',
    url: (project) => `/v1/projects/${encodeURIComponent(project)}/services`,
  },
  destroy: {
    method: 'DELETE',
    role: 'admin',
    title: 'Destroy',
    url: (project, name) => `${servicePath(project, name)}?confirm=${encodeURIComponent(name)}`,
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type ChangeKind = keyof typeof changeKinds;

const parameter = 'do';

/** `?do=switchover&target_node=postgres-5`, to be added to the address of a database's page. */
export const changeSearch = ({ kind, body }: Change): string => {
  const search = new URLSearchParams({ [parameter]: kind });
  for (const [name, value] of Object.entries(body))
    search.set(name, typeof value === 'string' && !isJson(value) ? value : JSON.stringify(value));
  return `?${search.toString()}`;
};

/** Null where the address names none. */
export const changeOf = (search: URLSearchParams): Change | null => {
  const kind = search.get(parameter);
  if (kind === null || !Object.hasOwn(changeKinds, kind)) return null;
  const entries = [...search.entries()].filter(([name]) => name !== parameter);
  return { kind: kind as ChangeKind, body: Object.fromEntries(entries.map(([name, text]) => [name, valueOf(text)])) };
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const valueOf = (text: string): unknown => (isJson(text) ? JSON.parse(text) : text);
