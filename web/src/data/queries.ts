import { QueryClient, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { get, postgresPath, servicePath } from './api.ts';
import { keys } from './keys.ts';
import { isProblem } from './problem.ts';
import { useConnection, useTopic } from './stream/use-topic.ts';
import type { Cost, DatabaseEntry, Databases, Ladder, Me, Operation, Service, Status, System } from './types.ts';

/** What the API refuses is refused again; only what did not answer is asked once more. */
const isWorthRepeating = (failures: number, error: unknown): boolean =>
  failures < 2 && (!isProblem(error) || error.status === 0 || error.status >= 500);

export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        retry: isWorthRepeating,
        retryDelay: (failures) => 1000 * 2 ** failures,
        // The stream keeps it fresh. What no stream carries says for itself how often it is asked.
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        // Values keep their last state when the API goes away; loopback needs no network.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });

export const useMe = (): UseQueryResult<Me> =>
  useQuery({ queryKey: keys.me, queryFn: ({ signal }) => get<Me>('/v1/me', signal), staleTime: Infinity });

const readAllDatabases = async (signal: AbortSignal): Promise<readonly DatabaseEntry[]> => {
  const found: DatabaseEntry[] = [];
  let cursor: string | null = null;
  do {
    const page: Databases = await get(
      `/v1/databases?limit=500${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      signal,
    );
    found.push(...page.databases);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return found;
};

/** Without a stream, what it would keep up to date is asked for now and then. Milliseconds; false while there is one. */
const usePace = (): number | false => (useConnection().state === 'reconnecting' ? 20_000 : false);

/** Every database that the caller may see, kept up to date by the stream. */
export const useDatabases = (): UseQueryResult<readonly DatabaseEntry[]> => {
  useTopic('databases');
  return useQuery({
    queryKey: keys.databases,
    queryFn: ({ signal }) => readAllDatabases(signal),
    staleTime: Infinity,
    refetchInterval: usePace(),
  });
};

/** Everything that is known of one database, kept up to date by the stream. */
export const useDatabase = (project: string, name: string): UseQueryResult<Status> => {
  const found = useQuery({
    queryKey: keys.database(project, name),
    queryFn: ({ signal }) => get<Status>(postgresPath(project, name, 'status'), signal),
    staleTime: Infinity,
    refetchInterval: usePace(),
  });
  useTopic(found.data ? `database:${found.data.id}` : null);
  return found;
};

/** What is asked of one database, and asked again once its stage, its operation or its rollback window is another. */
export const useOfDatabase = <T>(
  project: string,
  name: string,
  rest: string,
  { isWanted = true, everyMs = false }: { readonly isWanted?: boolean; readonly everyMs?: number | false } = {},
): UseQueryResult<T> => {
  const [path, ...query] = rest.split('?');
  return useQuery({
    queryKey: keys.of(project, name, path!, ...query),
    queryFn: ({ signal }) => get<T>(postgresPath(project, name, rest), signal),
    enabled: isWanted,
    refetchInterval: everyMs,
  });
};

export const useLadder = (project: string, name: string, isWanted = true): UseQueryResult<Ladder> =>
  useOfDatabase(project, name, 'ladder', { isWanted });

export const useCost = (project: string, name: string): UseQueryResult<Cost> => useOfDatabase(project, name, 'cost');

/** As it is on record: its ports, its size. */
export const useService = (project: string, name: string): UseQueryResult<Service> =>
  useQuery({
    queryKey: keys.of(project, name, 'service'),
    queryFn: ({ signal }) => get<Service>(servicePath(project, name), signal),
  });

/** One operation, kept up to date by the stream while it runs. */
export const useOperation = (project: string, name: string, id: string): UseQueryResult<Operation> => {
  const found = useQuery({
    queryKey: keys.operation(id),
    queryFn: ({ signal }) => get<Operation>(postgresPath(project, name, `operations/${id}`), signal),
    staleTime: Infinity,
    refetchInterval: usePace(),
  });
  const runs = found.data?.status === 'running' || found.data?.ended_at === null;
  useTopic(found.data && runs ? `operation:${id}` : null);
  return found;
};

/** The parts of the control plane, kept up to date by the stream; and asked for, unless it is enough that the stream will say it. */
export const useSystem = ({ isAsked = true }: { readonly isAsked?: boolean } = {}): UseQueryResult<System> => {
  useTopic('system');
  const pace = usePace();
  return useQuery({
    queryKey: keys.system,
    queryFn: ({ signal }) => get<System>('/v1/system', signal),
    staleTime: Infinity,
    enabled: isAsked || pace !== false,
    refetchInterval: pace,
  });
};

/** Address of Temporal's own pages; null where they are not known, or not yet. */
export const useTemporalWeb = (): string | null => useMe().data?.temporal_web ?? null;
