import { memo, type MouseEvent, type ReactNode } from 'react';
import type { DatabaseEntry } from '../../data/types.ts';
import { bytesText, moneyText } from '../../format/numbers.ts';
import { shortStageText, wordsOf } from '../../format/stages.ts';
import { Button } from '../../parts/button.tsx';
import { HealthMark, shownHealth } from '../../parts/health-mark.tsx';
import { Ago, Countdown, Until } from '../../parts/times.tsx';
import { databasePath } from '../../shell/of-database.ts';
import styles from './databases.module.css';

interface RowProps {
  /** The cache keeps it the same object while nothing of it has changed: then its row is not drawn again. */
  readonly entry: DatabaseEntry;
  readonly showsProject: boolean;
  readonly onMenu: (id: string, button: HTMLElement) => void;
  /** Of all its links: a thousand that each listen for the address themselves take longer to draw than the rows. */
  readonly onFollow: (event: MouseEvent<HTMLAnchorElement>) => void;
}

export const DatabaseRow = memo(function DatabaseRow({ entry, showsProject, onMenu, onFollow }: RowProps): ReactNode {
  const { id, project, name, checkpoint_until, postgres_major } = entry;
  return (
    <tr className={styles['row']}>
      <td className={styles['health']}>
        <HealthMark health={shownHealth(entry.health, entry.operation)} />
      </td>
      <th scope="row" className={styles['name']}>
        <a href={databasePath(project, name)} className={styles['link']} onClick={onFollow}>
          {name}
        </a>
        {showsProject && <span className={styles['quiet']}>{project}</span>}
      </th>
      <td className={styles['stage']}>{shortStageText(entry)}</td>
      <td className={styles['now']}>
        <Now entry={entry} onFollow={onFollow} />
      </td>
      <td className={styles['window']}>
        {checkpoint_until !== null && (
          <Until moment={checkpoint_until}>
            Roll back for <Countdown until={checkpoint_until} />
          </Until>
        )}
      </td>
      <td className={styles['major']}>PG {postgres_major}</td>
      <td className={styles['cost']}>
        {moneyText(entry.monthly_usd)}
        {entry.operation !== null && entry.operation.monthly_usd !== entry.monthly_usd && (
          <span className={styles['quiet']}> → {moneyText(entry.operation.monthly_usd)}</span>
        )}
        <span className="visually-hidden"> per month</span>
      </td>
      <td className={styles['more']}>
        <Button
          look="quiet"
          icon
          aria-label={`Actions for ${name}`}
          aria-haspopup="menu"
          onClick={(event) => onMenu(id, event.currentTarget)}
        >
          ⋯
        </Button>
      </td>
    </tr>
  );
});

/** What goes on: the operation that runs, else what is wrong, else who leads. */
const Now = ({ entry, onFollow }: Pick<RowProps, 'entry' | 'onFollow'>): ReactNode => {
  const { project, name, operation, reason, attention, observed_at, health } = entry;
  if (operation) {
    const { type, step, steps, phase, waiting_for } = operation;
    return (
      <a
        href={databasePath(project, name, `operations/${operation.id}`)}
        className={styles['inner']}
        onClick={onFollow}
      >
        {wordsOf(type)} {step}/{steps}
        {phase !== null && ` · ${phase}`}
        {waiting_for !== null && ` · waits: ${waiting_for}`}
      </a>
    );
  }
  if (reason !== null)
    return (
      <>
        <span className={attention === 'waiting' ? styles['busy'] : styles['reason']}>{reason}</span>
        {health === 'unknown' && observed_at !== null && (
          <span className={styles['quiet']}>
            {' '}
            seen <Ago at={observed_at} />
          </span>
        )}
      </>
    );
  return <span className={styles['quiet']}>{leaderText(entry)}</span>;
};

const leaderText = ({ leader, replicas, max_lag_bytes, health }: DatabaseEntry): string => {
  if (health === 'stopped') return '';
  if (leader === null) return replicas === 0 ? '' : 'no leader is known';
  if (replicas === 0) return '';
  return max_lag_bytes === null ? `${leader} leads · lag unknown` : `${leader} leads · lag ${bytesText(max_lag_bytes)}`;
};
