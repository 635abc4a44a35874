import type { ReactNode } from 'react';
import { changeKinds, type ChangeKind, changeSearch } from '../../data/changes.ts';
import { useOfDatabase } from '../../data/queries.ts';
import { ButtonLink } from '../../parts/button.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import styles from './overview.module.css';

interface AdviceDocument {
  readonly advice: readonly {
    readonly code: string;
    readonly says: string;
    readonly request: { readonly path: string; readonly body: Readonly<Record<string, unknown>> } | null;
  }[];
}

/** What the numbers suggest, each with the plan that would follow. */
export const Advice = ({ of: { project, name } }: { readonly of: OfDatabase }): ReactNode => {
  const { data } = useOfDatabase<AdviceDocument>(project, name, 'advice', { everyMs: 60_000 });
  if (!data) return null;
  return (
    <section className={styles['panel']} aria-label="Findings">
      <h2>Findings</h2>
      {data.advice.length === 0 ? (
        <p className={styles['quiet']}>none</p>
      ) : (
        <ul className={styles['lines']}>
          {data.advice.map(({ code, says, request }) => (
            <li key={code}>
              <span>{says}</span>
              {request !== null && isKind(request.path) && (
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
      )}
    </section>
  );
};

const isKind = (path: string): path is ChangeKind => Object.hasOwn(changeKinds, path);
