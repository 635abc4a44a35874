import pg from 'pg';
import { driverOptions } from '../../src/workload/endpoint.ts';
import type { EndpointName } from '../../src/domain/endpoints.ts';
import type { ManagedDatabase } from './stack.ts';

/** Sessions through one endpoint that stay open, each with the node that it has come to. */
export interface HeldSessions {
  open(count: number): Promise<void>;
  /** How many are on which node. */
  count(): Record<string, number>;
  endOn(node: string): Promise<void>;
  end(): Promise<void>;
}

export const holdSessions = async (
  database: ManagedDatabase,
  through: EndpointName,
  count: number,
): Promise<HeldSessions> => {
  const endpoint = await database.endpoint(through);
  let held: { readonly client: pg.Client; readonly node: string }[] = [];
  const sessions: HeldSessions = {
    // One after the other: which one is next depends on how many there are.
    open: async (more) => {
      for (let opened = 0; opened < more; opened += 1) {
        const client = new pg.Client(driverOptions(endpoint));
        client.on('error', () => undefined);
        await client.connect();
        // Every node is told its own name as the name of its cluster.
        const { rows } = await client.query<{ cluster_name: string }>('show cluster_name');
        held.push({ client, node: rows[0]!.cluster_name });
      }
    },
    count: () => {
      const counts: Record<string, number> = {};
      for (const { node } of held) counts[node] = (counts[node] ?? 0) + 1;
      return counts;
    },
    endOn: async (node) => {
      await Promise.all(held.filter((session) => session.node === node).map(({ client }) => client.end()));
      held = held.filter((session) => session.node !== node);
    },
    end: async () => {
      await Promise.all(held.map(({ client }) => client.end()));
      held = [];
    },
  };
  await sessions.open(count);
  return sessions;
};
