import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ActivityEntry } from '../../data/types.ts';
import { durationText, momentText, timeText } from '../../format/times.ts';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import { HandOverLanes } from '../operations/hand-over.tsx';
import { failoverPicture } from '../operations/hand-over-lanes.ts';
import styles from './events.module.css';

const marks = { info: Info, warning: TriangleAlert, error: CircleAlert } as const;
const kinds = {
  event: 'event',
  operation: 'operation',
  checkpoint: 'rollback window',
  snapshot: 'snapshot',
  audit: 'audit',
} as const;

/** What it cost clients, and how long it took, where that is known. */
const numbersOf = ({ details, type }: ActivityEntry): string => {
  const ms = (name: string): number | null => (typeof details[name] === 'number' ? details[name] : null);
  const [stall, took] = [ms('stall_ms'), ms('duration_ms')];
  const writable = type === 'failover' ? ms('writable_ms') : null;
  return [
    writable === null ? null : `writes again after ${durationText(writable)}`,
    stall === null ? null : `writes were held for ${durationText(stall)}`,
    took === null || writable !== null ? null : `took ${durationText(took)}`,
  ]
    .filter(Boolean)
    .join(' · ');
};

/** One line of what happened; where it can be drawn, its picture. */
export const EntryRow = ({ project, name, entry }: OfDatabase & { readonly entry: ActivityEntry }): ReactNode => {
  const { at, kind, severity, says, actor, operation_id, details, type } = entry;
  const Mark = marks[severity];
  const numbers = numbersOf(entry);
  const picture = type === 'failover' ? failoverPicture(details) : null;
  return (
    <li className={styles['entry']} data-entry={entry.id} data-severity={severity}>
      <time dateTime={at} title={momentText(at)} className={styles['time']}>
        {timeText(at)}
      </time>
      <span className={`${styles['mark']} ${styles[severity]}`}>
        <Mark size={15} aria-hidden />
        <span className="visually-hidden">{severity}</span>
      </span>
      <div className={styles['text']}>
        <p className={styles['says']}>{says}</p>
        <p className={styles['more']}>
          {[kinds[kind], actor === null ? null : `by ${actor}`, numbers].filter(Boolean).join(' · ')}
          {operation_id !== null && (
            <>
              {' · '}
              <Link href={databasePath(project, name, `operations/${operation_id}`)}>show the operation</Link>
            </>
          )}
        </p>
        {picture && (
          <details>
            <summary>Picture</summary>
            <HandOverLanes picture={picture} />
          </details>
        )}
      </div>
    </li>
  );
};
