import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { get, request } from '../../data/api.ts';
import type { Sessions } from '../../data/types.ts';
import { momentText } from '../../format/times.ts';
import { Answered } from '../../parts/answered.tsx';
import { Button } from '../../parts/button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { Empty } from '../../parts/notice.tsx';
import tables from '../../parts/parts.module.css';
import { Ago } from '../../parts/times.tsx';
import { signOut } from '../../shell/sign-in.ts';
import { browserText } from './browser-text.ts';
import styles from './system.module.css';

type Session = Sessions['sessions'][number];

const key = ['sessions'];
const end = (id: string): Promise<unknown> => request('DELETE', `/v1/sessions/${encodeURIComponent(id)}`);

/** Browsers that are signed in. */
export const SessionsSection = (): ReactNode => {
  const found = useQuery({ queryKey: key, queryFn: ({ signal }) => get<Sessions>('/v1/sessions', signal) });
  const cache = useQueryClient();
  const [ending, setEnding] = useState<readonly Session[]>([]);
  const endAll = async (): Promise<void> => {
    try {
      for (const { id } of ending) await end(id);
    } finally {
      await cache.invalidateQueries({ queryKey: key });
    }
  };
  return (
    <>
      <Answered of={found} what="the sessions">
        {({ sessions, current }) => (
          <>
            <SessionTable sessions={sessions} current={current} onEnd={(session) => setEnding([session])} />
            <EndOthers sessions={sessions} current={current} onEnd={setEnding} />
          </>
        )}
      </Answered>
      {ending.length > 0 && (
        <ConfirmDialog
          title={ending.length === 1 ? 'Sign this browser out?' : `Sign ${ending.length} browsers out?`}
          action="Sign out"
          onConfirm={endAll}
          onClose={() => setEnding([])}
        >
          <ul className={styles['names']}>
            {ending.map(({ id, actor, browser }) => (
              <li key={id}>
                {actor}, {browserText(browser)}
              </li>
            ))}
          </ul>
        </ConfirmDialog>
      )}
    </>
  );
};

const EndOthers = ({
  sessions,
  current,
  onEnd,
}: Sessions & { readonly onEnd: (sessions: readonly Session[]) => void }): ReactNode => {
  const others = sessions.filter(({ id }) => id !== current);
  if (others.length === 0) return null;
  return (
    <div className={styles['row']}>
      <Button look="danger" onClick={() => onEnd(others)}>
        Sign all others out …
      </Button>
    </div>
  );
};

const SessionTable = ({
  sessions,
  current,
  onEnd,
}: Sessions & { readonly onEnd: (session: Session) => void }): ReactNode => {
  if (sessions.length === 0)
    return (
      <Empty>
        <p>
          No browser is signed in. <code>./pgrow web</code> opens the console with a link that is valid once.
        </p>
      </Empty>
    );
  return (
    <table className={tables['table']}>
      <caption className="visually-hidden">Browsers that are signed in, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Who</th>
          <th scope="col">Role</th>
          <th scope="col">Browser</th>
          <th scope="col">Signed in</th>
          <th scope="col">Last seen</th>
          <th scope="col">Ends at the latest</th>
          <th scope="col">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <tr key={session.id}>
            <th scope="row" data-label="Who">
              {session.actor}
            </th>
            <td data-label="Role">{session.role}</td>
            <td data-label="Browser">
              {browserText(session.browser)}
              {session.insecure && <strong className={styles['down']}> without TLS</strong>}
            </td>
            <td data-label="Signed in">
              <Ago at={session.created_at} />
            </td>
            <td data-label="Last seen">
              <Ago at={session.last_seen_at} />
            </td>
            <td data-label="Ends at the latest">{momentText(session.expires_at)}</td>
            <td>
              {session.id === current ? (
                <Button onClick={() => void signOut()}>Sign out here</Button>
              ) : (
                <Button aria-label={`Sign out ${session.actor}`} onClick={() => onEnd(session)}>
                  Sign out …
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
