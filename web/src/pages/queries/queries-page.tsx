import { type ReactNode, useState } from 'react';
import { useAddressValue } from '../../parts/address-value.ts';
import { Choices } from '../../parts/choices.tsx';
import type { OfDatabase } from '../../shell/of-database.ts';
import { LoggedStatements } from './logged-statements.tsx';
import styles from './queries.module.css';
import { RevealButton } from './reveal-button.tsx';
import { TopStatements } from './top-statements.tsx';

const views = [
  ['log', 'Slow and failed'],
  ['statements', 'Top statements'],
] as const;

/** What statements the servers had trouble with, and which cost most. Values in them are hidden unless somebody asks. */
export const QueriesPage = (of: OfDatabase): ReactNode => {
  const [view, setView] = useAddressValue('view', 'log');
  // Not in the address: each time they are shown is in the audit.
  const [isRevealed, setRevealed] = useState(false);
  const isLog = view !== 'statements';
  return (
    <>
      <div className={styles['head']}>
        <h2>Query Logs</h2>
        <Choices label="What is shown" value={isLog ? 'log' : 'statements'} choices={views} onChange={setView} />
        <RevealButton isRevealed={isRevealed} onChange={setRevealed} />
      </div>
      {isLog ? <LoggedStatements {...of} isRevealed={isRevealed} /> : <TopStatements {...of} isRevealed={isRevealed} />}
    </>
  );
};
