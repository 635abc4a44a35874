import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { get, postgresPath } from '../../data/api.ts';
import { serverNow } from '../../data/clock.ts';
import { keys } from '../../data/keys.ts';
import type { Metrics } from '../../data/types.ts';
import { type Span, spans } from '../../format/spans.ts';
import { continued } from './curves.ts';

/** Milliseconds between two questions: a short span is live, of a long one a new point is rare. */
const everyMs: Readonly<Record<Span, number>> = { '15m': 4000, '1h': 5000, '6h': 30_000, '24h': 60_000 };
/** Steps that are asked for again: what was in the making then is whole now. */
const overlapSteps = 3;

/** What was measured within a span until now; only what is new is asked for. A hidden page asks for nothing. */
export const useMetrics = (project: string, name: string, span: Span): UseQueryResult<Metrics> => {
  const cache = useQueryClient();
  const key = keys.of(project, name, 'metrics', span);
  return useQuery({
    queryKey: key,
    refetchInterval: everyMs[span],
    staleTime: everyMs[span],
    queryFn: async ({ signal }) => {
      const since = serverNow() - spans[span].ms;
      const ask = (query: Readonly<Record<string, string>>) =>
        get<Metrics>(postgresPath(project, name, `metrics?${new URLSearchParams(query).toString()}`), signal);
      const known = cache.getQueryData<Metrics>(key);
      const last = known?.series[0]?.points.at(-1)?.[0];
      if (known === undefined || last === undefined || last < since)
        return ask({ since: new Date(since).toISOString() });
      const step = known.step_ms;
      const from = Math.floor(last / step) * step - overlapSteps * step;
      const more = await ask({ since: new Date(Math.max(from, since)).toISOString(), step: String(step / 1000) });
      return continued(known, more, since);
    },
  });
};
