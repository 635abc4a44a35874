import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { postgresPath, request } from '../../data/api.ts';
import type { Status } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { TextField } from '../../parts/field.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { useRefusal } from '../../parts/roles.ts';
import own from './password-section.module.css';
import styles from './settings.module.css';

/** The application's password is the application's: pgrow records the one that was set. */
export const PasswordSection = ({ status: { project, name } }: { readonly status: Status }): ReactNode => {
  const [password, setPassword] = useState('');
  const refusal = useRefusal('operator');
  const record = useMutation({
    mutationFn: (body: { readonly password: string }) =>
      request<{ readonly role: string }>('POST', postgresPath(project, name, 'password'), body),
    onSettled: () => setPassword(''),
    gcTime: 0,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    record.mutate({ password });
  };
  const refused =
    refusal ?? (password === '' ? 'The password is empty.' : record.isPending ? 'The server is being asked.' : null);
  return (
    <section className={styles['card']} aria-label="Password of the application">
      <h3>Password of the application</h3>
      <p className={styles['quiet']}>
        It is set over a connection, with <code>ALTER ROLE … PASSWORD …</code>. Record it here afterwards, so that the
        connection strings are right. A password that the server refuses is not recorded.
      </p>
      <form onSubmit={submit} className={own['form']}>
        <TextField
          label="Password that was set"
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" refused={refused}>
          Record
        </Button>
      </form>
      <output>
        {record.data && `The server accepts it for ${record.data.role}; connection strings have it from now on.`}
      </output>
      {record.error && <ProblemNotice error={record.error} />}
    </section>
  );
};
