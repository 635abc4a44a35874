import { type ReactNode, useRef } from 'react';
import { changeSearch, type Change } from '../../data/changes.ts';
import { useDatabase, useService } from '../../data/queries.ts';
import type { Status } from '../../data/types.ts';
import { wordsOf } from '../../format/stages.ts';
import { momentText } from '../../format/times.ts';
import { ButtonLink } from '../../parts/button.tsx';
import { useAddressValue } from '../../parts/address-value.ts';
import { Loading } from '../../parts/notice.tsx';
import { useRoleRefusal } from '../../parts/roles.ts';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import { ExtensionsSection } from './extensions-section.tsx';
import { ImageSection } from './image-section.tsx';
import { PasswordSection } from './password-section.tsx';
import { PendingBar } from './pending-bar.tsx';
import { PostgresSettings } from './postgres-settings.tsx';
import { optionsOf } from './present-options.ts';
import { Protection } from './protection.tsx';
import { ReleaseHold } from './release-hold.tsx';
import { ResourcesSection } from './resources-section.tsx';
import type { SectionProps } from './section-props.ts';
import styles from './settings.module.css';
import { useEditedPlan } from './use-edited-plan.ts';
import { useEdits } from './use-edits.ts';
import { Values } from './values.tsx';

/** What the database has, what changes it, and how it ends. */
export const SettingsPage = ({ project, name }: OfDatabase): ReactNode => {
  const { data: status } = useDatabase(project, name);
  return status ? <Shown status={status} /> : <Loading what={name} />;
};

/** All that is edited in its first sections is one change, which the bar at its end leads to. */
const Shown = ({ status }: { readonly status: Status }): ReactNode => {
  const { project, name } = status;
  const of = { project, name };
  const [edits, setEdits] = useEdits(of);
  const planned = useEditedPlan(of, edits);
  const refused = useRoleRefusal('operator');
  const [wanted] = useAddressValue('edit');
  const heading = useRef<HTMLHeadingElement>(null);
  // Where somebody looks at the page stays in view.
  const onDiscard = (): void => heading.current?.focus({ preventScroll: true });
  const props: SectionProps = {
    edits,
    setEdits,
    problems: planned.problems,
    isReadOnly: refused !== null,
    wanted: wanted === '' ? null : wanted,
  };
  const to = (change: Change): string => `${databasePath(project, name, 'settings')}${changeSearch(change)}`;
  return (
    <div className={styles['page']}>
      <h2 ref={heading} tabIndex={-1}>
        Settings
      </h2>
      {status.held && <ReleaseHold status={status} held={status.held} />}
      {refused !== null && <p className={styles['quiet']}>Read only: a change {refused}.</p>}
      <ResourcesSection {...props} status={status} />
      <PostgresSettings {...props} of={of} />
      <div className={styles['cards']}>
        <ExtensionsSection {...props} of={of} />
        <ImageSection {...props} status={status} />
        <Options status={status} to={to} />
        <Identity status={status} />
        <PasswordSection status={status} />
        <Protection status={status} />
      </div>
      <Ends status={status} to={to} />
      {refused === null && <PendingBar {...{ of, edits, setEdits, planned, onDiscard }} />}
    </div>
  );
};

interface LinkingProps {
  readonly status: Status;
  readonly to: (change: Change) => string;
}

const Options = ({ status, to }: LinkingProps): ReactNode =>
  optionsOf(status).map(({ title, options, change, label, note }) => (
    <section key={title} className={styles['card']} aria-label={title}>
      <h3>{title}</h3>
      <Values values={options} />
      {note !== null && <p className={styles['quiet']}>{note}</p>}
      {change && <ButtonLink href={to(change)}>{label}</ButtonLink>}
    </section>
  ));

const Identity = ({ status }: { readonly status: Status }): ReactNode => {
  const { data: service } = useService(status.project, status.name);
  const { restored_from: from } = status;
  return (
    <section className={styles['card']} aria-label="Database">
      <h3>Database</h3>
      <Values
        values={[
          ['PostgreSQL', String(status.postgres_major)],
          ['Project', status.project],
          ...(from
            ? [['Began with', `${from.snapshot} of ${from.database}, taken ${momentText(from.taken_at)}`] as const]
            : []),
          ...(service ? [['Subnet', service.subnet ?? 'chosen by the engine'] as const] : []),
          ['Id', status.id],
        ]}
      />
      <p className={styles['quiet']}>Major and locale stay for the life of a database.</p>
    </section>
  );
};

/** Taking it down for a while, or for good. */
const Ends = ({ status, to }: LinkingProps): ReactNode => {
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
