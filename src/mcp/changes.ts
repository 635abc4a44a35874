import {
  bodyRules,
  changeBody,
  createBody,
  failoverBody,
  haBody,
  noHaBody,
  noPoolingBody,
  noReplicasBody,
  poolingBody,
  reinitializeBody,
  repairBody,
  replicasBody,
  restoreBody,
  rotateBody,
  rollbackBody,
  scaleDownBody,
  snapshotBody,
  standbysBody,
  startBody,
  stopBody,
  switchoverBody,
  type Parts,
} from '../api/bodies.ts';
import { postgresPath, servicePath, servicesPath, type ApiClient, type SendOptions } from '../cli/api-client.ts';
import type { Role } from '../domain/tokens.ts';

/** Changes that the API can plan before it makes them. What it cannot plan is none of these. */

interface Change {
  readonly summary: string;
  readonly role: Role;
  /** What the options may be; none: it takes no options. */
  readonly bodies: readonly Parts[];
}

const operator = { role: 'operator' } as const;

export const changes = {
  create: { ...operator, summary: 'a new database: one PostgreSQL', bodies: [createBody] },
  pooling: {
    ...operator,
    summary: 'pool connections with PgBouncer, change how, or stop it',
    bodies: [poolingBody, noPoolingBody],
  },
  replicas: {
    ...operator,
    summary: 'set the number of replicas behind HAProxy; 0 removes them all',
    bodies: [replicasBody, standbysBody, noReplicasBody],
  },
  ha: {
    ...operator,
    summary: 'turn high availability with Patroni and etcd on or off, from any stage',
    bodies: [haBody, noHaBody],
  },
  change: {
    ...operator,
    summary: 'other memory, CPUs, storage, settings, extensions or a newer image, with one hand-over at most',
    bodies: [changeBody],
  },
  rotate: {
    ...operator,
    summary: "another password for the application's role, or another certificate for each node; sessions go on",
    bodies: [rotateBody],
  },
  scale_down: { ...operator, summary: 'back to any lower stage', bodies: [scaleDownBody] },
  switchover: { ...operator, summary: 'move writes to another node', bodies: [switchoverBody] },
  failover: {
    ...operator,
    summary: 'kill the primary and let a replica take over: for a primary that is dead, hangs or is cut off',
    bodies: [failoverBody],
  },
  rollback: {
    ...operator,
    summary: 'back to the stage before the last operation, keeping every write made since',
    bodies: [rollbackBody],
  },
  reinitialize: { ...operator, summary: 'rebuild one replica', bodies: [reinitializeBody] },
  repair: { ...operator, summary: 'rebuild a node, or everything that is missing', bodies: [repairBody] },
  snapshots: {
    ...operator,
    summary: 'take a snapshot of what the database holds now; an open rollback window stays open',
    bodies: [snapshotBody],
  },
  stop: { ...operator, summary: 'stop a database with all its nodes, and keep everything', bodies: [stopBody] },
  start: { ...operator, summary: 'start a database that was stopped', bodies: [startBody] },
  restore: {
    ...operator,
    summary: 'a new database from a snapshot of this one; options.name is the new one',
    bodies: [restoreBody],
  },
  destroy: {
    role: 'admin',
    summary: 'remove a database with all its data and snapshots, for good; the database has to be given by its name',
    bodies: [],
  },
} as const satisfies Record<string, Change>;

export type ChangeName = keyof typeof changes;
export const changeNames = Object.keys(changes) as ChangeName[];

export interface ChangeWanted {
  readonly database: string;
  readonly change: ChangeName;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Asks the API for its plan. Nothing is touched. */
export const askForPlan = <T>(api: ApiClient, wanted: ChangeWanted): Promise<T> =>
  send<T>(api, wanted, wanted.options, { dryRun: true });

interface Agreed {
  readonly plan_digest: string;
  readonly idempotency_key?: string | undefined;
}

/** Starts the plan with this digest, whose warnings are thereby confirmed. The API runs it or none. */
export const runAgreedPlan = <T>(
  api: ApiClient,
  wanted: ChangeWanted,
  { plan_digest, idempotency_key }: Agreed,
): Promise<T> =>
  send<T>(
    api,
    wanted,
    { ...wanted.options, ...(takesConfirmation(wanted.change) && { confirm: true }) },
    {
      planDigest: plan_digest,
      ...(idempotency_key !== undefined && { idempotencyKey: idempotency_key }),
    },
  );

const send = <T>(
  api: ApiClient,
  { database, change }: ChangeWanted,
  body: Readonly<Record<string, unknown>>,
  options: SendOptions,
): Promise<T> => {
  switch (change) {
    case 'create':
      return api.post<T>(servicesPath(), { ...body, name: database }, options);
    case 'destroy':
      return api.delete<T>(servicePath(database), options);
    default:
      return api.post<T>(postgresPath(database, change.replaceAll('_', '-')), body, options);
  }
};

interface Rules {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}

const rulesOf = (change: ChangeName): readonly Rules[] =>
  changes[change].bodies.map((parts) => bodyRules(parts) as Rules);

const takesConfirmation = (change: ChangeName): boolean =>
  rulesOf(change).some(({ properties }) => 'confirm' in properties);

/** JSON Schema of the options of each change. The digest of a plan stands for the confirmation, the database for the name. */
export const optionRules = (names: readonly ChangeName[]): readonly object[] =>
  names.flatMap((change) => {
    const given = ['confirm', ...(change === 'create' ? ['name'] : [])];
    const written = rulesOf(change).map(({ properties, required, ...rules }) => ({
      ...rules,
      properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !given.includes(name))),
      required: required.filter((name) => !given.includes(name)),
    }));
    const taken = written.length > 0 ? written : [{ type: 'object', additionalProperties: false }];
    return taken.map((rules) => ({ title: change, ...rules }));
  });
