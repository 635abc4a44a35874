import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { get, postgresPath } from '../../data/api.ts';
import { keys } from '../../data/keys.ts';
import type { ConnectionStrings } from '../../data/types.ts';

/**
 * The strings, without their password until it is asked for. Neither outlives the page: nothing else may find a password in the
 * cache. An operation that runs makes endpoints ready on its way.
 */
export const useStrings = (project: string, name: string, isChanging: boolean) => {
  const [isRevealed, setRevealed] = useState(false);
  const read = (reveal: boolean) => ({
    queryKey: keys.of(project, name, 'connection-strings', reveal),
    queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
      get<ConnectionStrings>(postgresPath(project, name, `connection-strings?reveal=${reveal}`), signal),
    gcTime: 0,
  });
  const masked = useQuery({ ...read(false), refetchInterval: isChanging ? 5000 : false });
  const revealed = useQuery({ ...read(true), enabled: isRevealed, staleTime: Infinity });
  return { masked, revealed, isRevealed, setRevealed };
};
