import type { ReactNode } from 'react';
import { changeSearch } from '../../data/changes.ts';
import type { Snapshots } from '../../data/types.ts';
import { bytesText } from '../../format/numbers.ts';
import { durationText, momentText } from '../../format/times.ts';
import { Button, ButtonLink } from '../../parts/button.tsx';
import { Notice, ProblemNotice } from '../../parts/notice.tsx';
import tables from '../../parts/parts.module.css';
import { useRefusal } from '../../parts/roles.ts';
import { Ago, Elapsed } from '../../parts/times.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import styles from './backups.module.css';
import { RestoredList } from './restored-list.tsx';
import { stateOf } from './snapshot-state.ts';
import { useVerification, type Verification } from './use-verification.ts';

export type Snapshot = Snapshots['snapshots'][number];

interface OfSnapshot extends OfDatabase {
  readonly snapshot: Snapshot;
}

interface RowProps extends OfSnapshot {
  /** Databases that were restored from it. */
  readonly restored: Snapshots['restored'];
}

export const SnapshotRow = ({ project, name, snapshot, restored }: RowProps): ReactNode => {
  const verification = useVerification(project, name, snapshot.id);
  const refusal = useRefusal('operator');
  const { id, bytes, created_at, expires_at } = snapshot;
  return (
    <>
      <tr>
        <th scope="row" data-label="Snapshot" className={styles['id']}>
          <code>{id}</code>
          {restored.length > 0 && (
            <span className={styles['restored']}>
              restored as <RestoredList project={project} restored={restored} />
            </span>
          )}
        </th>
        <td data-label="Taken">
          <Ago at={created_at} />
        </td>
        <td data-label="Size" className={tables['numeric']}>
          {bytesText(bytes)}
        </td>
        <td data-label="State">
          <State snapshot={snapshot} />
        </td>
        <td data-label="Kept until">
          {expires_at === null ? '24 h after its checkpoint closes' : momentText(expires_at)}
        </td>
        <td>
          <div className={styles['actions']}>
            <Button
              aria-label={`Verify ${id}`}
              refused={refusal ?? (verification.isRunning ? 'It is being read.' : null)}
              onClick={verification.start}
            >
              Verify
            </Button>
            <RestoreLink project={project} name={name} snapshot={snapshot} />
          </div>
        </td>
      </tr>
      <VerificationRow id={id} bytes={bytes} verification={verification} />
    </>
  );
};

/** Its plan asks for the name of the new database. */
const RestoreLink = ({ project, name, snapshot: { id, damage } }: OfSnapshot): ReactNode => {
  const refused = useRefusal('operator') ?? (damage === null ? null : 'A damaged snapshot is not restored.');
  const label = `Restore as … ${id}`;
  if (refused !== null)
    return (
      <Button aria-label={label} refused={refused}>
        Restore as …
      </Button>
    );
  const change = changeSearch({ kind: 'restore', body: { snapshot: id, name: `${name}-restored` } });
  return (
    <ButtonLink aria-label={label} href={`${databasePath(project, name, 'backups')}${change}`}>
      Restore as …
    </ButtonLink>
  );
};

const State = ({ snapshot }: { readonly snapshot: Snapshot }): ReactNode => {
  const { word, says, tone } = stateOf(snapshot);
  return (
    <span data-state={word}>
      <strong className={styles[tone]}>{word}</strong>
      {snapshot.verified_at !== null && (
        <>
          , verified <Ago at={snapshot.verified_at} />
        </>
      )}
      {says !== null && <span className={tables['help']}> {says}</span>}
    </span>
  );
};

interface VerificationRowProps {
  readonly id: string;
  readonly bytes: number | null;
  readonly verification: Verification;
}

/** What is being found out, or was. It stays until the page is left. */
const VerificationRow = ({ id, bytes, verification }: VerificationRowProps): ReactNode => {
  const { isRunning, startedAt, found, error } = verification;
  if (!isRunning && !found && !error) return null;
  return (
    <tr>
      <td colSpan={6}>
        <output className={styles['result']}>
          {isRunning && (
            <>
              {id} is being read through, beside any operation. <Elapsed since={startedAt} />
            </>
          )}
          {found && (
            <Notice tone={found.status === 'whole' ? 'good' : 'bad'}>
              <p>
                {id} is {found.status}: {bytes === null ? '' : `${bytesText(bytes)} `}read in{' '}
                {durationText(found.duration_ms)}.
              </p>
              {found.found.length > 0 && (
                <ul>
                  {found.found.map((line) => (
                    <li key={line}>
                      <code>{line}</code>
                    </li>
                  ))}
                </ul>
              )}
            </Notice>
          )}
        </output>
        {error !== null && <ProblemNotice error={error} onRetry={verification.start} />}
      </td>
    </tr>
  );
};
