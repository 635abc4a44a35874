import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useReconnect } from '../../data/stream/use-topic.ts';
import { Button } from '../../parts/button.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { TextField } from '../../parts/field.tsx';
import { Card, Loading, ProblemNotice } from '../../parts/notice.tsx';
import { usePageTitle } from '../../parts/page-title.ts';
import styles from '../../shell/shell.module.css';
import { signIn, takeTicket } from '../../shell/sign-in.ts';

/** Where a one-time link lands, and what is shown to those who have no session. */
export const SignInPage = (): ReactNode => {
  const [problem, setProblem] = useState<unknown>(null);
  const [isTrying, setTrying] = useState(() => new URLSearchParams(location.hash.slice(1)).has('ticket'));
  const [token, setToken] = useState('');
  const cache = useQueryClient();
  const reconnect = useReconnect();
  const [path, navigate] = useLocation();
  const isTaken = useRef(false);
  usePageTitle('Sign in');

  const enter = (proof: Parameters<typeof signIn>[0], to: string): void => {
    signIn(proof)
      .then(async () => {
        await cache.resetQueries();
        reconnect();
        navigate(to, { replace: true });
      })
      .catch((error: unknown) => {
        setProblem(error);
        setTrying(false);
      });
  };

  useEffect(() => {
    if (isTaken.current) return;
    isTaken.current = true;
    const taken = takeTicket();
    if (taken) enter({ ticket: taken.ticket }, taken.to);
  });

  if (isTrying) return <Loading what="your session" />;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTrying(true);
    setProblem(null);
    enter({ token }, path === '/signin' ? '/' : path);
  };
  return (
    <div className={styles['narrow']}>
      <h1>Sign in to pgrow</h1>
      {problem !== null && <ProblemNotice error={problem} />}
      <p>On the machine where pgrow runs, this opens the console with a link that is valid once, for a minute:</p>
      <Copyable text="./pgrow web" label="the command" />
      <Card label="Sign in with a token">
        <form onSubmit={submit}>
          <TextField
            label="Or with a token"
            type="password"
            value={token}
            onChange={(event) => setToken(event.target.value)}
            help={
              <>
                An admin makes one: <code>./pgrow tokens create</code>. It is not stored here.
              </>
            }
          />
          <p>
            <Button type="submit" look="primary" refused={token === '' ? 'The token is empty.' : null}>
              Sign in
            </Button>
          </p>
        </form>
      </Card>
    </div>
  );
};
