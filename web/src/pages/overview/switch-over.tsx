import { type ReactNode, useState } from 'react';
import { changeSearch } from '../../data/changes.ts';
import type { Candidates } from '../../data/types.ts';
import { bytesText } from '../../format/numbers.ts';
import { Button } from '../../parts/button.tsx';
import { Menu, type MenuEntry } from '../../parts/menu.tsx';
import { useCandidates } from '../../plan/candidate-field.tsx';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';

/** Asked of the nodes when the menu opens: who could lead is true for a moment only. */
export const SwitchOver = ({ project, name }: OfDatabase): ReactNode => {
  const [isOpened, setOpened] = useState(false);
  const { data, error, refetch } = useCandidates({ project, name }, isOpened);
  const onOpen = (): void => {
    if (isOpened) void refetch();
    setOpened(true);
  };
  const entries: readonly MenuEntry[] = error
    ? [{ label: 'Not known', note: error.message, refused: true }]
    : data
      ? data.candidates.map((candidate) => entryOf({ project, name }, candidate))
      : [{ label: 'Asking the nodes …', refused: true }];
  return (
    <Menu
      trigger={
        <Button>
          Switch over <span aria-hidden>▾</span>
        </Button>
      }
      onOpen={onOpen}
      entries={entries}
    />
  );
};

type Candidate = Candidates['candidates'][number];

const entryOf = ({ project, name }: OfDatabase, candidate: Candidate): MenuEntry => {
  const { fit, reason, synchronous, lag_bytes } = candidate;
  const note = fit ? `${bytesText(lag_bytes)} behind${synchronous ? ' · sync' : ''}` : reason;
  return {
    label: candidate.name,
    note,
    refused: !fit,
    href: databasePath(project, name) + changeSearch({ kind: 'switchover', body: { target_node: candidate.name } }),
  };
};
