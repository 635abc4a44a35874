import type { OperationWorkflow } from './inputs.ts';
import { operationOptions, type OperationOptions } from './options.ts';
import type { RequestAgain } from './operation.ts';
import type { RecordedRequest } from './plan.ts';

interface Asked {
  readonly asked: RecordedRequest | undefined;
  readonly options: OperationOptions | null;
  readonly project: string;
  readonly service_id: string;
  /** Name of the database. */
  readonly database: string;
  /** Of a grace period that it has; null if it has none. */
  readonly grace_seconds: number | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** The request of the REST API that asks for the same; null where none does, or what was asked is not on record. */
export const requestAgain = ({ asked, options, ...about }: Asked): RequestAgain | null => {
  if (!asked) return null;
  const services = `/v1/projects/${encodeURIComponent(about.project)}/services`;
  const service = `${services}/${about.service_id}`;
  const { input, workflow } = asked;
  const post = (path: string, body: Fields | null): RequestAgain | null =>
    body && { method: 'POST', route: path, body: { ...body, ...chosen(workflow, options) } };
  const below = (path: string, body: Fields | null) => post(`${service}/postgres/${path}`, body);
  switch (workflow) {
    case 'createDatabase':
      return post(services, without(input, 'project'));
    case 'restoreSnapshot': {
      const source = `${services}/${input['source_service_id'] as string}`;
      return post(`${source}/postgres/restore`, without(input, 'project', 'source_service_id'));
    }
    case 'destroyDatabase':
      return { method: 'DELETE', route: `${service}?confirm=${encodeURIComponent(about.database)}`, body: null };
    case 'expand':
      return below(input['target'] as string, expansionBody(input));
    case 'scaleDown': {
      const { grace_seconds } = about;
      return below('scale-down', { ...input, ...(grace_seconds !== null && { grace_period: grace_seconds }) });
    }
    case 'rotateDatabase':
      return below('rotate', input['what'] === 'certificates' ? without(input, 'how') : input);
    case 'setPooling':
      return below('pooling', input['pooling'] as Fields);
    default:
      return below(paths[workflow], input);
  }
};

const paths = {
  setReplicas: 'replicas',
  changeDatabase: 'change',
  switchover: 'switchover',
  failover: 'failover',
  reinitialize: 'reinitialize',
  repair: 'repair',
  takeSnapshot: 'snapshots',
  rollback: 'rollback',
  stopDatabase: 'stop',
  startDatabase: 'start',
} as const;

/** Null for a combination that only a service can ask for: the route of a stage takes its own options and those of pooling. */
const expansionBody = ({ target, pooling, ...rest }: Fields): Fields | null => {
  if (target === 'pooling') return Object.keys(rest).length === 0 ? ((pooling as Fields | undefined) ?? {}) : null;
  const { [target as string]: own, ...others } = rest;
  if (Object.keys(others).length > 0) return null;
  return { ...(own as Fields | undefined), ...(pooling !== undefined && { pooling }) };
};

const without = (fields: Fields, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

/** The options that its route takes, as far as they are not the usual ones. */
const chosen = (workflow: OperationWorkflow, options: OperationOptions | null): Fields => {
  const usual: Fields = operationOptions.parse({});
  const taken = takenOptions[workflow] ?? operationOptions.keyof().options;
  return Object.fromEntries(
    Object.entries(options ?? {}).filter(
      ([name, value]) => taken.some((each) => each === name) && value !== usual[name],
    ),
  );
};

/** Of those that do not take them all. */
const takenOptions: Partial<Record<OperationWorkflow, readonly (keyof OperationOptions)[]>> = {
  createDatabase: [],
  restoreSnapshot: [],
  switchover: ['patience', 'cutover', 'cutover_deadline'],
  rollback: ['patience', 'cutover', 'cutover_deadline'],
  failover: ['patience'],
  takeSnapshot: ['patience'],
  rotateDatabase: ['patience'],
  stopDatabase: ['patience'],
  startDatabase: ['patience'],
};
