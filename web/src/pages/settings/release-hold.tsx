import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { postgresPath, request } from '../../data/api.ts';
import { keys } from '../../data/keys.ts';
import type { Released, Status } from '../../data/types.ts';
import { Answered } from '../../parts/answered.tsx';
import { Button } from '../../parts/button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { Notice } from '../../parts/notice.tsx';
import { useRefusal } from '../../parts/roles.ts';
import { toast } from '../../parts/toasts.tsx';
import { momentText } from '../../format/times.ts';
import type { OfDatabase } from '../../shell/of-database.ts';

interface ReleaseHoldProps {
  readonly status: Status;
  readonly held: NonNullable<Status['held']>;
}

/** Its record comes from a backup: pgrow acts on it only once somebody has said that it is right. */
export const ReleaseHold = ({ status, held }: ReleaseHoldProps): ReactNode => {
  const { project, name } = status;
  const byRole = useRefusal('admin');
  const [isAsking, setAsking] = useState(false);
  const cache = useQueryClient();
  const release = async (): Promise<void> => {
    await request('POST', postgresPath(project, name, 'release'), { confirm: true });
    await cache.invalidateQueries({ queryKey: keys.database(project, name) });
    toast(`${name} is not held any longer.`);
  };
  const differences = held.differences.map(({ text }) => <li key={text}>{text}</li>);
  return (
    <Notice tone="warn">
      <p>
        The record of {name} comes from a backup of {momentText(held.taken_at)}. pgrow does not act on it before it is
        released.
      </p>
      {differences.length > 0 && <ul>{differences}</ul>}
      <Button
        refused={byRole ?? (held.compared_at === null ? 'it has not been compared with the nodes yet' : null)}
        onClick={() => setAsking(true)}
      >
        Release …
      </Button>
      {isAsking && (
        <ConfirmDialog
          title={`Release ${name}`}
          action="The record is right: release it"
          onConfirm={release}
          onClose={() => setAsking(false)}
        >
          {differences.length > 0 && <ul>{differences}</ul>}
          <Consequences {...{ project, name }} />
        </ConfirmDialog>
      )}
    </Notice>
  );
};

/** What a release means, also to an operation that was under way: a dry run says it. */
const Consequences = ({ project, name }: OfDatabase): ReactNode => {
  const found = useQuery({
    queryKey: keys.release(project, name),
    queryFn: ({ signal }) =>
      request<Released>('POST', postgresPath(project, name, 'release'), {}, { dryRun: true, signal }),
    gcTime: 0,
  });
  return (
    <Answered of={found} what="what a release means">
      {({ says }) => says.map((text) => <p key={text}>{text}</p>)}
    </Answered>
  );
};
