import { canonical } from './canonical.ts';
import { PgrowError, withoutStop } from './errors.ts';
import type { OperationWorkflow } from './inputs.ts';
import { hasPassedReturn, isPastReturn, type OperationDocument } from './operation.ts';
import type { RecordedRequest, Plan } from './plan.ts';
import { memoryText } from './server-size.ts';

/**
 * An operation that stopped after its point of no return leaves a database that differs from its record. A plan made from
 * the record would treat the new primary as a node to be created, so the old plan must be resumed.
 */
export interface Unfinished {
  readonly operation: OperationDocument;
  readonly plan: Plan;
}

/** Null if the last operation left nothing unfinished. */
export const unfinishedOf = (operation: OperationDocument | null, plan: Plan | null): Unfinished | null => {
  if (!operation || !plan || !isPastReturn(operation)) return null;
  // If nothing moved, as when a replica is rebuilt, the record is still true.
  return canonical(withoutKept(plan.from)) === canonical(withoutKept(plan.to)) ? null : { operation, plan };
};

const withoutKept = (topology: Plan['to']) => topology && { ...topology, kept: [] };

/**
 * The plan to continue with; null for a destroy, for a start after a stop, and for a failover to another node, which need none.
 * @throws PgrowError `refused` for anything else but the same request
 */
export const resume = (database: string, asked: RecordedRequest, { operation, plan }: Unfinished): Plan | null => {
  if (asked.workflow === 'destroyDatabase') return null;
  // A stop is on record before its first node stops: who wants the database back need not finish the outage first.
  if (asked.workflow === 'startDatabase' && plan.asked?.workflow === 'stopDatabase') return null;
  if (isSameRequest(asked, plan)) return plan;
  // If no one has taken over yet, another may: the chosen one may be gone as well by now.
  const isFailover = asked.workflow === 'failover' && plan.asked?.workflow === 'failover';
  if (isFailover && !hasPassedReturn(operation, plan)) return null;
  const what = operation.type.replaceAll('_', ' ');
  throw new PgrowError(
    'refused',
    `The last ${what} of ${database} stopped after its point of no return (${withoutStop(operation.error?.message ?? 'its workflow was terminated')}), ` +
      `so pgrow's record of ${database} is out of date. Repeat it with the same options to resume it: ` +
      commandToResume(database, plan.asked),
  );
};

/** Whether the request is the same. */
export const isSameRequest = (asked: RecordedRequest, plan: Plan): boolean =>
  canonical(asked) === canonical(plan.asked);

/** The command that repeats a request, without its options: the caller has to add them. */
export const commandToResume = (database: string, asked: RecordedRequest | undefined): string => {
  const { target, count, node, target_node, what } = (asked?.input ?? {}) as Readonly<Record<string, string | number>>;
  switch (asked?.workflow) {
    case 'expand':
      return `./pgrow expand ${database} --to ${target}`;
    case 'scaleDown':
      if (target === 'unpooled') return `./pgrow pooling ${database} --off --yes`;
      return `./pgrow scale-down ${database} --to ${target} --yes`;
    case 'setReplicas':
      return `./pgrow replicas ${database} ${count}`;
    case 'changeDatabase':
      return `./pgrow change ${database} ${changeOptions(asked.input)} --yes`;
    case 'rotateDatabase':
      return `./pgrow rotate ${database} ${what === 'certificates' ? '--certificates' : '--password --yes'}`;
    case 'switchover':
      return `./pgrow switchover ${database}${target_node === undefined ? '' : ` ${target_node}`}`;
    case 'failover':
      return `./pgrow failover ${database}${target_node === undefined ? '' : ` ${target_node}`} --yes`;
    case 'reinitialize':
      return `./pgrow reinit ${database} ${node}`;
    case 'repair':
      return `./pgrow repair ${database}${node === undefined ? '' : ` ${node}`}`;
    case 'takeSnapshot':
      return `./pgrow snapshots ${database} --take`;
    case 'rollback':
      return `./pgrow rollback ${database}`;
    case 'stopDatabase':
      return `./pgrow stop ${database} --yes`;
    case 'startDatabase':
      return `./pgrow start ${database}`;
    case 'destroyDatabase':
      return `./pgrow destroy ${database}`;
    default:
      return `./pgrow status ${database}`;
  }
};

/** Of a change every option counts: what was asked for is what is resumed. */
const changeOptions = ({
  memory,
  cpus,
  storage,
  settings = {},
  extensions = [],
  image,
}: RecordedRequest['input']): string =>
  [
    ...(typeof memory === 'number' ? [`--memory ${sizeOption(memory)}`] : []),
    ...(cpus === undefined ? [] : [`--cpus ${cpus as number}`]),
    ...(storage === undefined ? [] : [`--storage ${storage === null ? 'none' : sizeOption(storage as number)}`]),
    ...Object.entries(settings as Readonly<Record<string, string | null>>).map(([name, value]) =>
      value === null ? `--reset ${name}` : `--set ${shellWord(`${name}=${value}`)}`,
    ),
    ...(extensions as readonly string[]).map((name) => `--extension ${shellWord(name)}`),
    ...(image === undefined ? [] : ['--image newest']),
  ].join(' ');

/** As the option takes it: `4GiB`. */
const sizeOption = (bytes: number): string => memoryText(bytes).replace(' ', '');

const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Indexes of the steps that need not be repeated. */
export const stepsDone = ({ steps }: OperationDocument): readonly number[] =>
  steps.flatMap(({ status }, index) => (status === 'done' ? [index] : []));

export const requestOf = (workflow: OperationWorkflow, input: object): RecordedRequest => ({
  workflow,
  input: Object.fromEntries(Object.entries(input).filter(([name]) => !ignoredFields.includes(name))),
});

const ignoredFields: readonly string[] = [
  'service_id',
  'operation_id',
  'actor',
  'reason',
  'options',
  'grace_period',
  'confirm',
  'plan_digest',
  'input_version',
];
