import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { postgresPath, request } from '../../data/api.ts';
import { keys } from '../../data/keys.ts';
import type { Status } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { Notice } from '../../parts/notice.tsx';
import { useRefusal } from '../../parts/roles.ts';
import { toast } from '../../parts/toasts.tsx';
import { momentText } from '../../format/times.ts';

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
          <p>From now on pgrow acts on the record of {name} as it is. Is it right?</p>
          {differences.length > 0 && <ul>{differences}</ul>}
        </ConfirmDialog>
      )}
    </Notice>
  );
};
