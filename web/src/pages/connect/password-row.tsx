import type { ReactNode } from 'react';
import type { ConnectionStrings } from '../../data/types.ts';
import { connectionParts } from '../../format/connection.ts';
import { Button } from '../../parts/button.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Notice, ProblemNotice } from '../../parts/notice.tsx';
import { useRefusal } from '../../parts/roles.ts';
import styles from './connect.module.css';

interface PasswordRowProps {
  readonly name: string;
  /** With the password; null before it was asked for. */
  readonly strings: ConnectionStrings | null;
  readonly isRevealed: boolean;
  readonly error: unknown;
  readonly onReveal: (isRevealed: boolean) => void;
}

/** The password of the application's role, which is shown on demand; that it was shown is on record. */
export const PasswordRow = ({ name, strings, isRevealed, error, onReveal }: PasswordRowProps): ReactNode => {
  const refusal = useRefusal('operator');
  const some = strings && Object.values(strings.host).find((each) => each !== null);
  const password = isRevealed && some != null ? connectionParts(some).password : null;
  return (
    <div className={styles['password']}>
      <div className={styles['passwordLine']}>
        <span className={styles['label']}>Password</span>
        {password === null ? (
          <code aria-label="masked">••••••••</code>
        ) : (
          <Copyable text={password} label="the password" />
        )}
        <Button refused={refusal} aria-pressed={isRevealed} onClick={() => onReveal(!isRevealed)}>
          {isRevealed ? 'Hide' : 'Reveal'}
        </Button>
      </div>
      {!isRevealed && <p className={styles['when']}>Masked here and below. Who reveals it is on record.</p>}
      {error !== null && <ProblemNotice error={error} />}
      {isRevealed && strings?.password === 'refused' && (
        <Notice tone="warn">
          <p>
            The server refuses this password: the application has changed it. Record the new one:{' '}
            <code>./pgrow password {name}</code>
          </p>
        </Notice>
      )}
    </div>
  );
};
