import type { ReactNode } from 'react';
import type { ChangeItem } from '../data/types.ts';
import styles from './plan.module.css';

/** How a part of a change takes effect, in the words of `./pgrow plan`. */
export const effectTexts: Readonly<Record<ChangeItem['takes_effect'], string>> = {
  live: 'live',
  hand_over: 'by hand-over',
  recorded: 'recorded',
};

const subjects: Readonly<Record<ChangeItem['subject'], string>> = {
  memory: 'Memory',
  cpus: 'CPUs',
  storage: 'Storage limit',
  setting: 'Setting',
  extension: 'Extension',
  image: 'Image',
  password: 'Password of',
  certificate: 'Certificate of',
};

/** Of these the name alone would not say what it is. */
const named: readonly ChangeItem['subject'][] = ['password', 'certificate'];

/** What a change makes different, each with how it takes effect. */
export const PlanChanges = ({ changes }: { readonly changes: readonly ChangeItem[] }): ReactNode =>
  changes.length === 0 ? null : (
    <section aria-label="What changes" className={styles['part']}>
      <h3>What changes</h3>
      <ul className={styles['changes']}>
        {changes.map(({ subject, name, from, to, takes_effect }) => (
          <li key={`${subject} ${name}`} data-effect={takes_effect}>
            <span>
              {name === null && subjects[subject]}
              {named.includes(subject) && `${subjects[subject]} `}
              {name !== null && <code>{name}</code>}
            </span>
            <span>
              {subject === 'extension' ? '' : `${from ?? 'none'} → `}
              <strong>{to ?? 'none'}</strong>
            </span>
            <span className={styles['note']}>{effectTexts[takes_effect]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
