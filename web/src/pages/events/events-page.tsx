import type { ReactNode } from 'react';
import { useHistory } from '../../data/history.ts';
import type { Activity, ActivityEntry } from '../../data/types.ts';
import { dayText } from '../../format/times.ts';
import { useAddressValue } from '../../parts/address-value.ts';
import { Button } from '../../parts/button.tsx';
import { LoadOlder } from '../../parts/load-older.tsx';
import { Choices } from '../../parts/choices.tsx';
import { Empty, Loading, ProblemNotice } from '../../parts/notice.tsx';
import { useRoleRefusal } from '../../parts/roles.ts';
import type { OfDatabase } from '../../shell/of-database.ts';
import { activityQuery, byDay, kindChoices, severityChoices } from './days.ts';
import { EntryRow } from './entry-row.tsx';
import styles from './events.module.css';

const Filters = (): ReactNode => {
  const [kind, setKind] = useAddressValue('kind');
  const [severity, setSeverity] = useAddressValue('severity');
  // The audit is shown to administrators only.
  const isAdmin = useRoleRefusal('admin') === null;
  const kinds = kindChoices.filter(([each]) => isAdmin || each !== 'audit');
  return (
    <div className={styles['filters']}>
      <Choices<string> label="Kind" value={kind} choices={kinds} onChange={setKind} />
      <Choices<string> label="Severity" value={severity} choices={severityChoices} onChange={setSeverity} />
    </div>
  );
};

const useActivity = ({ project, name }: OfDatabase) => {
  const [kind] = useAddressValue('kind');
  const [severity] = useAddressValue('severity');
  return useHistory<Activity, ActivityEntry>({
    project,
    name,
    query: activityQuery(kind, severity),
    pageOf: (answer) => answer,
    isLive: false,
  });
};

const List = ({ project, name }: OfDatabase): ReactNode => {
  const { shown, error, retry, fresh, showNew, loadOlder, isLoadingOlder, olderError } = useActivity({ project, name });
  if (!shown) return error ? <ProblemNotice error={error} onRetry={retry} /> : <Loading what="what happened" />;
  return (
    <>
      <output className={styles['new']}>{fresh > 0 && <Button onClick={showNew}>Show {fresh} new</Button>}</output>
      {shown.entries.length === 0 && (
        <Empty>
          <p>Nothing of this kind has happened.</p>
        </Empty>
      )}
      {byDay(shown.entries, dayText).map((day) => (
        <section key={day.name} className={styles['day']}>
          <h3>{day.name}</h3>
          <ol className={styles['entries']}>
            {day.entries.map((entry) => (
              <EntryRow key={entry.id} project={project} name={name} entry={entry} />
            ))}
          </ol>
        </section>
      ))}
      {olderError && <ProblemNotice error={olderError} />}
      <LoadOlder hasOlder={shown.next_cursor !== null} isLoading={isLoadingOlder} onLoad={loadOlder} />
    </>
  );
};

/** What happened to a database, of all kinds, newest first. What is new waits until it is asked for. */
export const EventsPage = (of: OfDatabase): ReactNode => (
  <>
    <div className={styles['head']}>
      <h2>Events</h2>
      <Filters />
    </div>
    <List {...of} />
  </>
);
