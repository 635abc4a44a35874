import { Minus, Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { changeSearch, type Change } from '../../data/changes.ts';
import type { Status } from '../../data/types.ts';
import { plural } from '../../format/numbers.ts';
import { ButtonLink } from '../../parts/button.tsx';
import { databasePath } from '../../shell/of-database.ts';
import { presentText } from './rung-texts.ts';
import styles from './scale.module.css';

/** What there is at the present stage, and what of it can be changed. */
export const PresentRung = ({ status }: { readonly status: Status }): ReactNode => {
  const { stage, replicas } = status;
  const to = (change: Change): string => `${databasePath(status.project, status.name, 'scale')}${changeSearch(change)}`;
  const count = replicas.options?.count ?? replicas.count;
  const text = presentText(status);
  return (
    <>
      {text !== '' && <p>{text}</p>}
      <div className={styles['actions']}>
        {stage >= 2 && (
          <span className={styles['counter']}>
            <ButtonLink icon aria-label="One replica less" href={to({ kind: 'replicas', body: { count: count - 1 } })}>
              <Minus size={16} aria-hidden />
            </ButtonLink>
            <span>{plural(count, 'replica')}</span>
            <ButtonLink icon aria-label="One replica more" href={to({ kind: 'replicas', body: { count: count + 1 } })}>
              <Plus size={16} aria-hidden />
            </ButtonLink>
          </span>
        )}
        {stage === 1 && <ButtonLink href={to({ kind: 'pooling', body: {} })}>Options …</ButtonLink>}
      </div>
      {stage >= 2 && (
        <p className={styles['quiet']}>
          The number of replicas can change at any time; other options are chosen on the way up.
        </p>
      )}
    </>
  );
};
