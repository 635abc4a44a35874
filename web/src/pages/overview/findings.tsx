import type { ReactNode } from 'react';
import { changeKinds, changeSearch } from '../../data/changes.ts';
import { useOfDatabase } from '../../data/queries.ts';
import type { Advice } from '../../data/types.ts';
import { ButtonLink } from '../../parts/button.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import { evidenceText } from './evidence.ts';
import styles from './overview.module.css';

/** What the numbers of the last minutes suggest, each with its evidence and the plan that would follow. */
export const Findings = ({ of: { project, name } }: { readonly of: OfDatabase }): ReactNode => {
  const { data } = useOfDatabase<Advice>(project, name, 'advice', { everyMs: 60_000 });
  if (!data) return null;
  return (
    <section className={styles['panel']} aria-label="Findings">
      <h2>Findings</h2>
      {data.advice.length === 0 && <p className={styles['quiet']}>none</p>}
      <ul className={styles['lines']}>
        {data.advice.map(({ code, says, evidence, request }) => (
          <li key={code}>
            <span>
              {says}
              {evidence.length > 0 && (
                <small className={styles['quiet']}> {evidence.map(evidenceText).join(' · ')}</small>
              )}
            </span>
            {request !== null && (
              <ButtonLink
                href={databasePath(project, name) + changeSearch({ kind: request.path, body: request.body })}
                aria-label={`Show the plan: ${changeKinds[request.path].title}`}
              >
                Show the plan
              </ButtonLink>
            )}
          </li>
        ))}
      </ul>
      {data.says.map((sentence) => (
        <p key={sentence} className={styles['quiet']}>
          {sentence}
        </p>
      ))}
    </section>
  );
};
