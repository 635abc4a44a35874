import type { ReactNode } from 'react';
import { changeSearch, type Change } from '../../data/changes.ts';
import { useDatabase, useService } from '../../data/queries.ts';
import type { Status } from '../../data/types.ts';
import { memoryText, plural } from '../../format/numbers.ts';
import { wordsOf } from '../../format/stages.ts';
import { momentText } from '../../format/times.ts';
import { ButtonLink } from '../../parts/button.tsx';
import { Loading } from '../../parts/notice.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import { PasswordSection } from './password-section.tsx';
import { optionsOf } from './present-options.ts';
import { Protection } from './protection.tsx';
import { ReleaseHold } from './release-hold.tsx';
import { ServerSettings } from './server-settings.tsx';
import styles from './settings.module.css';

/** What the database has, what changes it, and how it ends. */
export const SettingsPage = ({ project, name }: OfDatabase): ReactNode => {
  const { data: status } = useDatabase(project, name);
  if (!status) return <Loading what={name} />;
  const to = (change: Change): string => `${databasePath(project, name, 'settings')}${changeSearch(change)}`;
  return (
    <>
      <h2>Settings</h2>
      {status.held && <ReleaseHold status={status} held={status.held} />}
      <div className={styles['cards']}>
        <Identity status={status} />
        {optionsOf(status).map(({ title, options, change, label, note }) => (
          <section key={title} className={styles['card']} aria-label={title}>
            <h3>{title}</h3>
            <Values values={options} />
            {note !== null && <p className={styles['quiet']}>{note}</p>}
            {change && <ButtonLink href={to(change)}>{label}</ButtonLink>}
          </section>
        ))}
        <ServerSettings status={status} />
        <PasswordSection status={status} />
        <Protection status={status} />
      </div>
      <Ends status={status} to={to} />
    </>
  );
};

type Value = readonly [label: string, value: string];

const Values = ({ values }: { readonly values: readonly Value[] }): ReactNode => (
  <dl className={styles['values']}>
    {values.map(([label, value]) => (
      <div key={label}>
        <dt>{label}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

const Identity = ({ status }: { readonly status: Status }): ReactNode => {
  const { data: service } = useService(status.project, status.name);
  const { restored_from: from } = status;
  return (
    <section className={styles['card']} aria-label="Database">
      <h3>Database</h3>
      <Values
        values={[
          ['PostgreSQL', String(status.postgres_major)],
          ['Each server', `${plural(status.size.cpus, 'CPU')}, ${memoryText(status.size.memory_bytes)} of memory`],
          ['Project', status.project],
          ...(from
            ? [['Began with', `${from.snapshot} of ${from.database}, taken ${momentText(from.taken_at)}`] as const]
            : []),
          ...(service ? [['Subnet', service.subnet ?? 'chosen by the engine'] as const] : []),
          ['Id', status.id],
        ]}
      />
      <p className={styles['quiet']}>
        Major, size and locale stay for the life of a database. A snapshot can be restored into a larger one.
      </p>
    </section>
  );
};

/** Taking it down for a while, or for good. */
const Ends = ({ status, to }: { readonly status: Status; readonly to: (change: Change) => string }): ReactNode => {
  const isStopped = status.health === 'stopped';
  const running = status.operation === null ? null : `Now ${wordsOf(status.operation.type)} is running.`;
  return (
    <section className={styles['ends']} aria-label="Take it down">
      <div>
        <h3>{isStopped ? 'Start' : 'Stop for a while'}</h3>
        <p>
          {isStopped
            ? 'Every node starts again, with everything as it was.'
            : 'Every node stops and nothing is lost. It uses no memory and no CPU, and is down until it is started.'}
        </p>
        <ButtonLink href={to({ kind: isStopped ? 'start' : 'stop', body: {} })}>
          {isStopped ? 'Start …' : 'Stop …'}
        </ButtonLink>
      </div>
      <div>
        <h3>Destroy</h3>
        <p>Removes every node, every volume and every snapshot for good. The plan lists them, and asks for the name.</p>
        <ButtonLink look="danger" href={to({ kind: 'destroy', body: {} })}>
          Destroy …
        </ButtonLink>
      </div>
      {running !== null && <p className={styles['quiet']}>{running}</p>}
    </section>
  );
};
