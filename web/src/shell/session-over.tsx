import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { onSecretStored } from '../data/session.ts';
import { useReconnect } from '../data/stream/use-topic.ts';
import { Button } from '../parts/button.tsx';
import { Copyable } from '../parts/copy.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/field.tsx';
import { ProblemNotice } from '../parts/notice.tsx';
import styles from './shell.module.css';
import { signIn } from './sign-in.ts';

/** Over the page, which stays as it is: after a sign-in, here or in another tab, it goes on from there. */
export const SessionOver = ({ onClose }: { readonly onClose: () => void }): ReactNode => {
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<unknown>(null);
  const [isTrying, setTrying] = useState(false);
  const cache = useQueryClient();
  const reconnect = useReconnect();
  useEffect(
    () =>
      onSecretStored(() => {
        reconnect();
        void cache.invalidateQueries();
      }),
    [cache, reconnect],
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setProblem(null);
    setTrying(true);
    signIn({ token })
      .then(() => {
        reconnect();
        return cache.invalidateQueries();
      })
      .catch(setProblem)
      .finally(() => setTrying(false));
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Signed out"
      description="The session is over. This page stays as it is. To go on, open the console once more:"
    >
      <div className={styles['signIn']}>
        <Copyable text="./pgrow web" label="the command" />
        {problem !== null && <ProblemNotice error={problem} />}
        <form onSubmit={submit}>
          <TextField
            label="Or with a token"
            type="password"
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
          <p>
            <Button
              type="submit"
              look="primary"
              refused={token === '' ? 'The token is empty.' : isTrying ? 'It is being sent.' : null}
            >
              Sign in
            </Button>
          </p>
        </form>
      </div>
    </Dialog>
  );
};
