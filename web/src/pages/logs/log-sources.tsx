import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState, useSyncExternalStore } from 'react';
import { get } from '../../data/api.ts';
import { keys } from '../../data/keys.ts';
import type { Logs } from '../../data/types.ts';
import { Answered } from '../../parts/answered.tsx';
import { Button } from '../../parts/button.tsx';
import { Notice, ProblemNotice } from '../../parts/notice.tsx';
import type { OfDatabase } from '../../shell/of-database.ts';
import { createFollower } from './follower.ts';
import { linesOf } from './log-text.ts';
import { LogView } from './log-view.tsx';

interface Asked {
  /** `…/logs`, without a query. */
  readonly path: string;
  /** Of one node; empty for all. */
  readonly node: string;
  readonly lines: string;
}

/** What the logs hold now. */
export const ReadLog = ({ path, node, lines, project, name }: Asked & OfDatabase): ReactNode => {
  const query = new URLSearchParams({ lines, ...(node !== '' && { node }) });
  const found = useQuery({
    queryKey: keys.of(project, name, 'logs', node, lines),
    queryFn: ({ signal }) => get<Logs>(`${path}?${query.toString()}`, signal),
    // They may hold what statements held: nothing of it is kept once the page is left.
    gcTime: 0,
    staleTime: Infinity,
    select: linesOf,
  });
  return (
    <Answered of={found} what="the logs">
      {(all) => (
        <LogView lines={all} name={name}>
          <Button onClick={() => void found.refetch()}>Read again</Button>
        </LogView>
      )}
    </Answered>
  );
};

const words = { connecting: 'Opening …', live: 'Following', 'broken off': 'Broken off, trying again' } as const;

/** What the logs hold, and what comes. */
export const FollowedLog = ({ path, node, lines, name }: Asked & { readonly name: string }): ReactNode => {
  const [follower] = useState(() => createFollower({ path, node, lines }));
  const followed = useSyncExternalStore(follower.subscribe, follower.read);
  if (followed.refused) return <ProblemNotice error={followed.refused} />;
  return (
    <>
      {Object.entries(followed.notices).map(([of, message]) => (
        <Notice key={of} tone="warn">
          <p>
            {of}: {message}
          </p>
        </Notice>
      ))}
      <LogView lines={followed.lines} name={name} isFollowed>
        <span data-following={followed.state}>
          <span aria-hidden>{followed.state === 'live' ? '●' : '◌'}</span> {words[followed.state]}
        </span>
      </LogView>
    </>
  );
};
