import { formatBytes } from '../domain/format-bytes.ts';
import { imageAge, newestImageCommand } from '../domain/outdated.ts';
import { memoryText } from '../domain/server-size.ts';
import { hiddenValue } from '../domain/setting-catalogue.ts';
import type { Settings } from '../domain/settings.ts';
import { stageNames } from '../domain/stage.ts';
import { useText } from '../domain/storage-use.ts';
import { formatMs } from '../domain/format-duration.ts';
import { operationResult, operationTitle, stepLine } from './operation-text.ts';
import type { ControlPlaneStatus, StatusDocument } from './status-document.ts';
import { alignColumns } from './table.ts';

/** What the API of an earlier version does not say. */
type Shown = Omit<StatusDocument, Later> & Partial<Pick<StatusDocument, Later>>;
type Later = 'settings' | 'storage' | 'tls';

/** `now`: milliseconds since the epoch. */
export const statusText = (status: Shown, now: number = Date.now()): string[] => [
  statusTitle(status),
  ...status.notices,
  '',
  ...alignColumns([
    ['NODE', 'KIND', 'ROLE', 'STATE', 'LAG', 'CONTAINER'],
    ...status.nodes.map(({ name, kind, role, state, container, lag_bytes }) => [
      name,
      kind,
      role ?? '-',
      state,
      lag_bytes === null ? '-' : formatBytes(lag_bytes),
      container,
    ]),
  ]),
  ...status.nodes.flatMap(({ name, note }) => (note === undefined ? [] : [`${name} ${note}.`])),
  ...alteredLines(status),
  ...olderImageLines(status, now),
  '',
  ...alignColumns(
    [
      [
        'Servers',
        `PostgreSQL ${status.postgres_major}, ${memoryText(status.size.memory_bytes)}, ${status.size.cpus} CPUs each`,
      ],
      ['Storage', storageText(status)],
      ['Settings', settingsText(status.settings?.chosen ?? {})],
      ['TLS', tlsText(status)],
      ['Restored', restoredText(status)],
      ['Pooled', status.pooling.enabled ? status.pooling.endpoint : null],
      ['Read-write', status.routing.enabled ? status.routing.rw_endpoint : null],
      ['Read-only', status.routing.enabled ? status.routing.ro_endpoint : null],
      ['Any node', status.routing.enabled ? status.routing.any_node_endpoint : null],
      ['Statistics', status.routing.enabled ? status.routing.stats_endpoint : null],
    ].flatMap(([label, endpoint]) => (label && endpoint ? [[label, endpoint]] : [])),
  ),
  ...operationLines(status),
  ...windowLines(status, now),
];

/** Null where there is nothing to say. */
const storageText = ({ storage }: Shown): string | null => {
  if (!storage) return null;
  const { limit_bytes, used_bytes } = storage;
  if (limit_bytes === null) return used_bytes === null ? null : `${useText(storage)}, no limit`;
  return useText(storage);
};

/** Null of a database that speaks plain text. */
const tlsText = ({ tls }: Shown): string | null => {
  if (tls === 'require') return 'required of clients; all other lines have it';
  return tls === 'allow' ? 'as clients ask for it; all other lines have it' : null;
};

const settingsText = (chosen: Settings): string | null =>
  Object.entries(chosen)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ') || null;

/** What every server should have has to be known to pgrow. */
const alteredLines = ({ name, nodes, settings }: Shown): string[] => {
  const by_alter_system = settings?.by_alter_system ?? {};
  const altered = Object.entries(by_alter_system);
  const [setting, value] = altered.find(([, each]) => each !== hiddenValue) ?? [];
  if (altered.length === 0) return [];
  const primary = nodes.find(({ role }) => role === 'primary')?.name ?? 'the server that takes writes';
  const example = setting === undefined ? '' : `: ./pgrow change ${name} --set ${setting}=${inShell(value!)}`;
  return [
    `ALTER SYSTEM has set ${settingsText(by_alter_system)} on ${primary} alone. ` +
      `The next change makes that hold on every server${example}`,
  ];
};

const inShell = (text: string): string =>
  /^[\w.%:+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** One command brings all its servers to the newest image. */
const olderImageLines = ({ name, nodes }: Shown, now: number): string[] => {
  const older = nodes.flatMap((node) => (node.kind === 'postgres' && node.image?.newest === false ? [node] : []));
  if (older.length === 0) return [];
  const ages = [...new Set(older.flatMap(({ image }) => imageAge(image!, now) ?? []))];
  const built = ages.length === 0 ? '' : ` (built ${ages.join(', ')} ago)`;
  const verb = older.length === 1 ? 'runs' : 'run';
  return [
    `${older.map((node) => node.name).join(', ')} ${verb} an older image than servers are made from now${built}. The newest: ${newestImageCommand(name)}`,
  ];
};

/** Null of one that began empty. */
const restoredText = ({ restored_from: from }: Shown): string | null =>
  from && `from ${from.snapshot} of ${from.database}, taken ${from.taken_at}`;

/** `shop: healthy, stage 3 (ha), seen 2 s ago`. */
export const statusTitle = (status: Shown): string =>
  `${status.name}: ${status.health}, stage ${status.stage} (${stageNames[status.stage]})${seenText(status)}`;

/** Nothing where it was looked at for this. */
const seenText = ({ age_ms }: Shown): string => (age_ms === 0 ? '' : `, seen ${ageText(age_ms)}`);

/** Whole units: what is refreshed every few seconds has no tenths. */
const ageText = (ms: number | null): string => {
  if (ms === null) return 'never';
  if (ms < 1000) return 'now';
  return ms < 60_000 ? `${Math.floor(ms / 1000)} s ago` : `${formatMs(ms)} ago`;
};

/** Nothing is promised past its time: a window that is open by then is about to close, or held open for an operator. */
export const windowLines = ({ name, checkpoint }: Shown, now: number): string[] => {
  if (!checkpoint) return [];
  const until = checkpoint.rollback_available_until;
  return Date.parse(until) > now
    ? [`Can be rolled back until ${until}.`]
    : [`Its rollback window ended at ${until} and is not closed yet. Close it: ./pgrow confirm ${name}`];
};

export const operationLines = ({ operation, unfinished_operation }: Shown): string[] => {
  if (unfinished_operation) return ['', ...operationResult(unfinished_operation)];
  if (!operation) return [];
  const { steps } = operation;
  const running = steps.flatMap((step, index) => (step.status === 'running' ? [stepLine(step, index, steps)] : []));
  const { waiting_for } = operation;
  const said = waiting_for === null || running.some((line) => line.includes(waiting_for));
  return [
    '',
    `Running: ${operationTitle(operation)} (${operation.id})`,
    ...running,
    ...(said ? [] : [`Waits for ${waiting_for}`]),
  ];
};

export const controlPlaneText = ({
  api,
  console,
  temporal_web,
  temporal_address,
  databases,
}: ControlPlaneStatus): string[] => [
  ...alignColumns([
    ...(console === null ? [] : [['Console', `${console} (sign in: ./pgrow web)`]]),
    ['API', api],
    ['Temporal Web', temporal_web ?? 'none'],
    ['Temporal', temporal_address],
  ]),
  '',
  ...databasesText(databases),
];

export const databasesText = (databases: ControlPlaneStatus['databases']): string[] =>
  databases.length === 0
    ? ['No databases yet. Create one: ./pgrow create NAME']
    : alignColumns([
        ['DATABASE', 'STAGE', 'HEALTH', 'SEEN', 'OPERATION'],
        ...databases.map(({ name, stage, health, age_ms, operation }) => [
          name,
          `${stage} ${stageNames[stage]}`,
          health,
          ageText(age_ms),
          operation ? operationTitle(operation) : '-',
        ]),
      ]).concat(databases.flatMap(({ name, notice }) => (notice === null ? [] : [`${name}: ${notice}`])));
