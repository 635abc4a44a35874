import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { get, request } from '../../data/api.ts';
import { useMe } from '../../data/queries.ts';
import type { Findings, Removal } from '../../data/types.ts';
import { plural } from '../../format/numbers.ts';
import { Answered } from '../../parts/answered.tsx';
import { Button } from '../../parts/button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Empty, Notice } from '../../parts/notice.tsx';
import { useRefusal } from '../../parts/roles.ts';
import styles from './system.module.css';

type Finding = Findings['findings'][number];

const key = ['findings'];
/** Undoing an operation may take minutes. Milliseconds. */
const removalTimeoutMs = 290_000;

const titleOf = ({ kind, name }: Finding): string => `${kind.replaceAll('_', ' ')} ${name}`;

/** What is left over, missing or changed: each with its evidence and with what ends it. */
export const FindingsSection = (): ReactNode => {
  const found = useQuery({ queryKey: key, queryFn: ({ signal }) => get<Findings>('/v1/doctor', signal) });
  const [removal, setRemoval] = useState<Removal | null>(null);
  return (
    <>
      {removal && <Removed {...removal} />}
      <Answered of={found} what="what is left over">
        {({ findings }) => (
          <>
            <FindingList findings={findings} />
            <div className={styles['row']}>
              <RemoveButton findings={findings} onRemoved={setRemoval} />
              <Button
                refused={found.isFetching ? 'It is being read again.' : null}
                onClick={() => void found.refetch()}
              >
                Look again
              </Button>
            </div>
          </>
        )}
      </Answered>
    </>
  );
};

const FindingList = ({ findings }: Findings): ReactNode => {
  if (findings.length === 0)
    return (
      <Empty>
        <p>Nothing is left over, missing or changed.</p>
      </Empty>
    );
  return (
    <ul className={styles['list']}>
      {findings.map((finding) => (
        <li key={`${finding.kind} ${finding.name}`} className={styles['part']}>
          <h3>{titleOf(finding)}</h3>
          {finding.database !== null && <p className={styles['quiet']}>of {finding.database}</p>}
          <p>{finding.explanation}</p>
          {finding.removable ? (
            <p className={styles['quiet']}>It can be removed without a person having looked at it.</p>
          ) : (
            <Copyable text={finding.command} label={`the command that ends ${titleOf(finding)}`} />
          )}
        </li>
      ))}
    </ul>
  );
};

interface RemoveProps extends Findings {
  readonly onRemoved: (removal: Removal) => void;
}

const RemoveButton = ({ findings, onRemoved }: RemoveProps): ReactNode => {
  const [isAsking, setAsking] = useState(false);
  const cache = useQueryClient();
  const { data: me } = useMe();
  const refusal = useRefusal('admin');
  const removable = findings.filter((finding) => finding.removable);
  if (findings.length === 0) return null;
  const remove = async (): Promise<void> => {
    const removal = await request<Removal>('POST', '/v1/doctor/removal', {}, { timeoutMs: removalTimeoutMs });
    cache.setQueryData<Findings>(key, { findings: removal.findings });
    onRemoved(removal);
  };
  const refused =
    refusal ??
    (me?.project === '*' ? null : 'needs a token for all projects') ??
    (removable.length === 0 ? 'Nothing of this is safe to remove.' : null);
  return (
    <>
      <Button look="danger" refused={refused} onClick={() => setAsking(true)}>
        Remove what is safe to remove …
      </Button>
      {isAsking && (
        <ConfirmDialog
          title={`Remove ${plural(removable.length, 'leftover')}?`}
          action="Remove"
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          <p>This goes, and cannot be brought back:</p>
          <ul className={styles['names']}>
            {removable.map((finding) => (
              <li key={titleOf(finding)}>{titleOf(finding)}</li>
            ))}
          </ul>
        </ConfirmDialog>
      )}
    </>
  );
};

const Removed = ({ removed, failed }: Removal): ReactNode => (
  <div aria-live="polite">
    <Notice tone={failed.length === 0 ? 'good' : 'warn'}>
      <p>{removed.length === 0 ? 'Nothing was removed.' : `Removed: ${removed.map(titleOf).join(', ')}.`}</p>
      {failed.map(({ what, command }) => (
        <p key={what}>
          Could not remove {what}. Finish with: <code>{command}</code>
        </p>
      ))}
    </Notice>
  </div>
);
