import { postgresPath } from '../src/cli/api-client.ts';
import { accessDatabase } from './database-access.ts';
import type { Bench } from './bench.ts';
import { until } from './measure-move.ts';

export const untilHealthy = (bench: Bench, name: string): Promise<void> =>
  until(bench, `${name} healthy`, async () => {
    const { health, operation } = await bench.api.get<{ health: string; operation: unknown }>(
      postgresPath(name, 'status?fresh=true'),
    );
    return health === 'healthy' && operation === null;
  });

/** Ends the window for a rollback: what it keeps would be removed by the next operation, and counted as its own overhead. */
export const closeWindow = (bench: Bench, name: string): Promise<void> =>
  until(bench, 'the window for a rollback to close', async () => {
    // Refused until the operation's workflow has begun it.
    await bench.api.post(postgresPath(name, 'confirm'), {}).catch(() => undefined);
    const { checkpoint } = await bench.api.get<{ checkpoint: unknown }>(postgresPath(name, 'status'));
    return checkpoint === null && (await accessDatabase(bench, name)).database.topology.kept.length === 0;
  });
