import { PgrowError } from '../domain/errors.ts';
import { monitorLeaseName } from '../domain/naming.ts';
import { sinceWhen, type PartFound, type SystemDocument } from '../domain/system.ts';
import { pollerLivesFor } from '../domain/task-queue.ts';
import type { ApiDependencies } from './dependencies.ts';

type SystemDependencies = Pick<ApiDependencies, 'store' | 'client' | 'home' | 'version' | 'pingEngine'>;

const start = './pgrow up';

/** Looks at every part of the control plane at once. What was seen within the last second is not looked at again. */
export const systemReader = (dependencies: SystemDependencies): (() => Promise<SystemDocument>) => {
  const dated = sinceWhen();
  let last: { readonly began: number; readonly found: Promise<SystemDocument> } | null = null;
  return () => {
    const now = performance.now();
    if (!last || now - last.began > 1000)
      last = { began: now, found: lookAtAll(dependencies).then((found) => dated(found, new Date())) };
    return last.found;
  };
};

const lookAtAll = async ({ store, client, home, version, pingEngine }: SystemDependencies) => {
  const metadata = seen(
    store.ping().then(() => up('The metadata database answers.')),
    down,
  );
  const temporal = seen(
    client.ping().then(() => up('Temporal answers.')),
    down,
  );
  const worker = seen(
    client.workerSeenAgo().then((ago) => {
      if (ago === null) return away('No worker has asked Temporal for work in the last minutes.');
      return ago > pollerLivesFor
        ? away(`No worker has asked Temporal for work for ${ago} s.`)
        : up('A worker asks Temporal for work.');
    }),
    () => unknown('Temporal, which knows the workers, does not answer.'),
  );
  const monitor = seen(
    store.readLease(monitorLeaseName(home)).then((lease) => {
      if (!lease) return away('No monitor has ever acted, or the last one has ended.');
      return lease.is_held ? up('A monitor acts.') : away(`No monitor has acted since ${lease.until}.`);
    }),
    () => unknown('The metadata database, which knows the monitor, does not answer.'),
  );
  const docker = seen(
    pingEngine().then(() => up('The Docker engine answers.')),
    (error) => (isUnasked(error) ? unknown('No process that could ask the Docker engine answers.') : down(error)),
  );
  return {
    api: up(`pgrow ${version} answers.`),
    worker: await worker,
    temporal: await temporal,
    monitor: await monitor,
    docker: await docker,
    metadata: await metadata,
  };
};

const seen = (found: Promise<PartFound>, failed: (error: unknown) => PartFound): Promise<PartFound> =>
  found.catch(failed);
const up = (says: string): PartFound => ({ state: 'up', says, next: null });
const away = (says: string): PartFound => ({ state: 'down', says, next: start });
const down = (error: unknown): PartFound =>
  away(error instanceof PgrowError ? error.message : 'Something went wrong inside pgrow. See its log.');
const unknown = (says: string): PartFound => ({ state: 'unknown', says, next: start });
const isUnasked = (error: unknown): boolean => error instanceof PgrowError && error.code === 'worker_unavailable';
