import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { postgresPath, request } from '../../data/api.ts';
import { serverNow } from '../../data/clock.ts';
import { keys } from '../../data/keys.ts';
import type { Snapshots, Verified } from '../../data/types.ts';

type Found = Exclude<Verified['verification'], { status: 'running' }>;

export interface Verification {
  readonly start: () => void;
  readonly isRunning: boolean;
  /** When it began, in milliseconds by the server's clock. */
  readonly startedAt: number;
  readonly found: Found | null;
  readonly error: Error | null;
}

/** The API answers before a large snapshot has been read: asking again waits on. Who leaves the page waits no longer. */
export const useVerification = (project: string, name: string, id: string): Verification => {
  const cache = useQueryClient();
  const control = useRef<AbortController>(null);
  const [startedAt, setStartedAt] = useState(0);
  useEffect(() => () => control.current?.abort(), []);
  const { mutate, isPending, data, error } = useMutation({
    mutationFn: async (signal: AbortSignal): Promise<Found> => {
      for (;;) {
        const path = postgresPath(project, name, `snapshots/${encodeURIComponent(id)}/verify`);
        const { snapshot, verification } = await request<Verified>('POST', path, {}, { signal });
        if (verification.status === 'running') continue;
        cache.setQueryData<Snapshots>(
          keys.of(project, name, 'snapshots'),
          (known) =>
            known && { ...known, snapshots: known.snapshots.map((each) => (each.id === id ? snapshot : each)) },
        );
        return verification;
      }
    },
  });
  return {
    start: () => {
      control.current = new AbortController();
      setStartedAt(serverNow());
      mutate(control.current.signal);
    },
    isRunning: isPending,
    startedAt,
    found: isPending ? null : (data ?? null),
    error: isPending ? null : error,
  };
};
