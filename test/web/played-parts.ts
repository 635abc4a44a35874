import type { Database } from '../../src/domain/database.ts';
import { PgrowError } from '../../src/domain/errors.ts';
import type { LiveState } from '../../src/domain/live-state.ts';
import type { FakeClient } from '../support/fake-client.ts';
import { seen, type Looks } from './seen.ts';

/** What of the control plane is away. */
export interface PlayedParts {
  engine: 'up' | 'down';
  temporal: 'up' | 'down';
  worker: 'up' | 'down';
  monitor: 'up' | 'down';
  metadata: 'up' | 'down';
}

/** What is seen of a database: as it looks, as far as the engine answers. */
export const look = (
  database: Database,
  { looks, parts }: { readonly looks: ReadonlyMap<string, Looks>; readonly parts: PlayedParts },
): LiveState => {
  const usual = seen(database.topology, database.postgres_major, looks.get(database.name));
  if (parts.engine === 'up') return usual;
  const nodes = usual.nodes.map(({ name, kind, container }) => ({
    name,
    kind,
    container,
    state: 'unknown' as const,
    role: null,
    detail: 'the Docker engine does not answer',
    lag_bytes: null,
    position: null,
  }));
  const notices = ['The Docker engine does not answer, so nothing can be seen. The database may well serve.'];
  return { ...usual, health: 'unknown', nodes, members: [], notices };
};

/** @throws PgrowError while the engine is away */
export const engineOf = ({ engine }: PlayedParts): void => {
  if (engine === 'down')
    throw new PgrowError('docker_unavailable', 'The Docker engine does not answer. Start it, then: ./pgrow up');
};

const temporalAway = () => new PgrowError('temporal_unavailable', 'Temporal does not answer. Start it: ./pgrow up');

/** Temporal and the worker, where they are away. */
export const awayWhere = (client: FakeClient, parts: PlayedParts): void => {
  const { start, describe } = client;
  client.ping = async () => {
    if (parts.temporal === 'down') throw temporalAway();
  };
  client.start = async (...call) => {
    if (parts.temporal === 'down') throw temporalAway();
    return start(...call);
  };
  client.describe = async (...call) => {
    if (parts.temporal === 'down') throw temporalAway();
    return describe(...call);
  };
  client.workerSeenAgo = async () => {
    if (parts.temporal === 'down') throw temporalAway();
    return parts.worker === 'up' ? 1 : 400;
  };
};
