import { labelNames } from '../domain/naming.ts';
import type { ContainerEvent } from '../platform/platform.ts';
import type { MonitorDependencies } from './dependencies.ts';

const causes: Partial<Record<ContainerEvent['action'], string>> = {
  die: 'exited',
  oom: 'out of memory',
  pause: 'frozen',
};
const recoveries: readonly ContainerEvent['action'][] = ['start', 'unpause'];

/** Records nodes that fail and come back. What an operation does to its nodes is its own affair and no failure. */
export const watchNodes = async (dependencies: MonitorDependencies, signal: AbortSignal): Promise<void> => {
  const { platform, home, log } = dependencies;
  for await (const event of platform.watch({ [labelNames.home]: home }, signal)) {
    await record(dependencies, event).catch((error: unknown) =>
      log.warn({ error: String(error) }, 'event not recorded'),
    );
  }
};

const record = async ({ store }: MonitorDependencies, event: ContainerEvent): Promise<void> => {
  const service_id = event.labels[labelNames.database];
  const node = event.labels[labelNames.node];
  const cause = causes[event.action];
  if (!service_id || !node || (!cause && !recoveries.includes(event.action))) return;
  const database = await store.readDatabase(service_id);
  if (!database?.topology.nodes.some((known) => known.name === node)) return;
  // Nor of one that is stopped on purpose.
  if (database.topology.stopped || (await store.isBusy(service_id))) return;
  await store.recordEvent({
    service_id,
    event_type: cause ? 'node_unhealthy' : 'node_recovered',
    from_stage: database.topology.stage,
    to_stage: database.topology.stage,
    metadata: { node, ...(cause ? { cause } : {}) },
    key: `${event.container}-${event.action}-${event.at}`,
  });
};
