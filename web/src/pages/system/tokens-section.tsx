import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { get, request } from '../../data/api.ts';
import { useMe } from '../../data/queries.ts';
import type { NewToken, Tokens } from '../../data/types.ts';
import { momentText } from '../../format/times.ts';
import { Answered } from '../../parts/answered.tsx';
import { Button } from '../../parts/button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import tables from '../../parts/parts.module.css';
import { Ago } from '../../parts/times.tsx';
import { NewTokenForm, ShownOnce } from './new-token-form.tsx';
import { projectText } from './project-text.ts';
import styles from './system.module.css';

type Token = Tokens['tokens'][number];

const key = ['tokens'];

/** Who may call the API. */
export const TokensSection = (): ReactNode => {
  const found = useQuery({ queryKey: key, queryFn: ({ signal }) => get<Tokens>('/v1/tokens', signal) });
  const cache = useQueryClient();
  const { data: me } = useMe();
  const [created, setCreated] = useState<NewToken | null>(null);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const again = () => cache.invalidateQueries({ queryKey: key });
  return (
    <>
      {created && <ShownOnce {...created} />}
      <Answered of={found} what="the tokens">
        {({ tokens }) => (
          <>
            <TokenTable tokens={tokens} onRevoke={setRevoking} />
            <NewTokenForm
              onCreated={(token) => {
                setCreated(token);
                void again();
              }}
            />
          </>
        )}
      </Answered>
      {revoking && (
        <ConfirmDialog
          title={`Revoke the token ${revoking.name}?`}
          action="Revoke"
          onConfirm={() => request('DELETE', `/v1/tokens/${revoking.id}`).then(again)}
          onClose={() => setRevoking(null)}
        >
          <p>From now on it is refused, and so are the browsers that have signed in with it.</p>
          {me?.token.id === revoking.id && (
            <p>
              <strong>It is your own: you are signed out.</strong>
            </p>
          )}
        </ConfirmDialog>
      )}
    </>
  );
};

const expiryText = ({ expires_at, expired, successor }: Token): string => {
  if (expires_at === null) return 'never';
  return `${expired ? 'expired ' : ''}${momentText(expires_at)}${successor === null ? '' : ', replaced'}`;
};

interface TokenTableProps {
  readonly tokens: readonly Token[];
  readonly onRevoke: (token: Token) => void;
}

const TokenTable = ({ tokens, onRevoke }: TokenTableProps): ReactNode => (
  <table className={tables['table']}>
    <caption className="visually-hidden">Tokens, newest first</caption>
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Role</th>
        <th scope="col">Project</th>
        <th scope="col">Expires</th>
        <th scope="col">Last used</th>
        <th scope="col">Created</th>
        <th scope="col">
          <span className="visually-hidden">Actions</span>
        </th>
      </tr>
    </thead>
    <tbody>
      {tokens.map((token) => (
        <tr key={token.id}>
          <th scope="row" data-label="Name">
            {token.name}
          </th>
          <td data-label="Role">{token.role}</td>
          <td data-label="Project">{projectText(token.project)}</td>
          <td data-label="Expires" className={token.expired ? styles['down'] : undefined}>
            {expiryText(token)}
          </td>
          <td data-label="Last used">{token.last_used_at === null ? 'never' : <Ago at={token.last_used_at} />}</td>
          <td data-label="Created">
            <span>
              <Ago at={token.created_at} /> by {token.created_by ?? 'the control plane'}
            </span>
          </td>
          <td>
            <Button
              aria-label={`Revoke ${token.name}`}
              refused={token.created_by === null && token.successor === null ? "It is the control plane's own." : null}
              onClick={() => onRevoke(token)}
            >
              Revoke …
            </Button>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);
