import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { get, postgresPath } from './api.ts';
import { useOfDatabase } from './queries.ts';

/** Lists that grow at their beginning, newest first, and are read page by page towards their end. */

interface Identified {
  readonly id: string;
}

export interface Page<T> {
  readonly entries: readonly T[];
  readonly next_cursor: string | null;
}

/** What of the newest page is not shown yet. */
export const newOf = <T extends Identified>(latest: readonly T[], shown: readonly T[]): readonly T[] => {
  const known = new Set(shown.map(({ id }) => id));
  return latest.filter(({ id }) => !known.has(id));
};

/** With those that are new, and the others as they are now. Where nothing connects the two, only the newest page is left. */
export const merged = <T extends Identified>(latest: Page<T>, shown: Page<T>): Page<T> => {
  const fresh = newOf(latest.entries, shown.entries);
  if (fresh.length === latest.entries.length && shown.entries.length > 0) return latest;
  return { ...shown, entries: [...fresh, ...refreshed(latest.entries, shown.entries)] };
};

const refreshed = <T extends Identified>(latest: readonly T[], shown: readonly T[]): readonly T[] => {
  const now = new Map(latest.map((entry) => [entry.id, entry]));
  return shown.map((entry) => now.get(entry.id) ?? entry);
};

interface HistoryOptions<A, T> {
  readonly project: string;
  readonly name: string;
  /** `activity?limit=50`. */
  readonly query: string;
  readonly pageOf: (answer: A) => Page<T>;
  /** Whether what is new is shown at once; else it waits for `showNew`, so that nothing moves under who reads. */
  readonly isLive: boolean;
}

const everyMs = 10_000;

export const useHistory = <A, T extends Identified>({ project, name, query, pageOf, isLive }: HistoryOptions<A, T>) => {
  const { data, error, refetch } = useOfDatabase<A>(project, name, query, { everyMs });
  const latest = data === undefined ? null : pageOf(data);
  const [kept, setKept] = useState<{ readonly query: string; readonly page: Page<T> } | null>(null);
  if (latest && kept?.query !== query) setKept({ query, page: latest });
  const own = kept?.query === query ? kept.page : latest;
  const older = useMutation({
    mutationFn: async (page: Page<T>) => {
      const path = `${query}&cursor=${encodeURIComponent(page.next_cursor ?? '')}`;
      const next = pageOf(await get<A>(postgresPath(project, name, path)));
      setKept({
        query,
        page: { entries: [...page.entries, ...newOf(next.entries, page.entries)], next_cursor: next.next_cursor },
      });
    },
  });
  const all = latest && own && merged(latest, own);
  const shown = isLive || !latest || !own ? all : { ...own, entries: refreshed(latest.entries, own.entries) };
  return {
    shown,
    error,
    retry: () => void refetch(),
    fresh: latest && own && !isLive ? newOf(latest.entries, own.entries).length : 0,
    showNew: () => all && setKept({ query, page: all }),
    loadOlder: () => shown && older.mutate(shown),
    isLoadingOlder: older.isPending,
    olderError: older.error,
  };
};
