import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { useSearchParams } from 'wouter';
import { changeOf } from '../../data/changes.ts';
import { keys } from '../../data/keys.ts';
import type { OfDatabase } from '../../shell/of-database.ts';
import { type Edits, noEdits } from '../../plan/edits.ts';

export type SetEdits = (next: (before: Edits) => Edits) => void;

/**
 * What has been edited, and how it is edited further. It stays while somebody looks at other pages; while the plan of a change is
 * open, it is what the address says.
 */
export const useEdits = ({ project, name }: OfDatabase): readonly [Edits, SetEdits] => {
  const cache = useQueryClient();
  const [search] = useSearchParams();
  const named = changeOf(search);
  const opened = named?.kind === 'change' ? JSON.stringify(named.body) : null;
  const { data = noEdits } = useQuery<Edits>({
    queryKey: keys.edits(project, name),
    queryFn: skipToken,
    staleTime: Infinity,
    gcTime: Infinity,
  });
  useEffect(() => {
    if (opened !== null) cache.setQueryData(keys.edits(project, name), JSON.parse(opened));
  }, [cache, project, name, opened]);
  const setEdits = useCallback<SetEdits>(
    (next) =>
      void cache.setQueryData(keys.edits(project, name), (before: Edits | undefined) => next(before ?? noEdits)),
    [cache, project, name],
  );
  return [data, setEdits];
};
