import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { request } from '../../data/api.ts';
import { isProblem } from '../../data/problem.ts';
import { useMe } from '../../data/queries.ts';
import type { NewToken, Role } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { Card, Notice, ProblemNotice } from '../../parts/notice.tsx';
import styles from './system.module.css';

const day = 86_400;
const lives = [
  ['12 hours', day / 2],
  ['30 days', 30 * day],
  ['90 days', 90 * day],
  ['1 year', 365 * day],
  ['never', null],
] as const;
const usualLife = '90 days';

const roleTexts = {
  viewer: 'viewer: looks',
  operator: 'operator: also changes, reads logs and passwords',
  admin: 'admin: also destroys, manages tokens',
} as const satisfies Readonly<Record<Role, string>>;

/** What it may do is chosen; what it is, the answer says, once. */
export const NewTokenForm = ({ onCreated }: { readonly onCreated: (token: NewToken) => void }): ReactNode => {
  const { data: me } = useMe();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [project, setProject] = useState<string>();
  const [life, setLife] = useState<string>(usualLife);
  const create = useMutation({
    mutationFn: (body: object) => request<NewToken>('POST', '/v1/tokens', body),
    // The answer has the token in it.
    gcTime: 0,
    onSuccess: (token) => {
      onCreated(token);
      setName('');
    },
  });
  const wanted = project ?? me?.project ?? '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const expires_in = lives.find(([text]) => text === life)![1];
    create.mutate({ name, role, project: wanted, expires_in });
  };
  const problems = isProblem(create.error) ? create.error.problems : [];
  const errorOf = (path: string): string | null => {
    const found = problems.find((problem) => problem.path === path);
    return found ? `is ${JSON.stringify(found.value)}, allowed: ${found.allowed}` : null;
  };
  return (
    <Card label="New token">
      <h3>New token</h3>
      <form onSubmit={submit} className={styles['form']}>
        <TextField
          label="Name"
          help="Who acts with it: a person, a pipeline, a service. It is the actor in the audit."
          value={name}
          error={errorOf('name')}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField label="Role" value={role} onChange={(event) => setRole(event.target.value as Role)}>
          {Object.entries(roleTexts).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Project"
          help="* is all projects, and the control plane itself."
          value={wanted}
          error={errorOf('project')}
          onChange={(event) => setProject(event.target.value)}
        />
        <SelectField label="Expires" value={life} onChange={(event) => setLife(event.target.value)}>
          {lives.map(([text]) => (
            <option key={text}>{text}</option>
          ))}
        </SelectField>
        {create.error && problems.length === 0 && <ProblemNotice error={create.error} />}
        <p>
          <Button
            type="submit"
            look="primary"
            refused={name === '' ? 'The name is empty.' : create.isPending ? 'It is being created.' : null}
          >
            Create the token
          </Button>
        </p>
      </form>
    </Card>
  );
};

/** Until the page is left. */
export const ShownOnce = ({ name, token }: NewToken): ReactNode => (
  <div aria-live="polite">
    <Notice tone="good">
      <p>The token {name} is created. This is the only time it is shown:</p>
      <Copyable text={token} label="the token" />
    </Notice>
  </div>
);
