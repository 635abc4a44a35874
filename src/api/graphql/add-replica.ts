import type { Database } from '../../domain/database.ts';
import { invalidInput } from '../../domain/input-problems.ts';
import { nodesOf } from '../../domain/topology.ts';
import { replicasChange } from '../choose-change.ts';
import { asObject } from '../parse-body.ts';
import type { Change } from '../start-change.ts';

/** As REST's change of replicas, but one that adds never removes any. */
export const addReplicaChange = (body: unknown, database: Database): Change => {
  const { enable_haproxy, ...given } = asObject(body);
  const present = nodesOf(database.topology, 'postgres').length - 1;
  const least = Math.max(1, present);
  if (Number(given['count']) < least) {
    const allowed = `${least} or more: to remove replicas, use POST …/postgres/replicas, or ./pgrow replicas ${database.name}`;
    throw invalidInput('The request', [{ path: 'count', value: given['count'], allowed }]);
  }
  // With high availability there always is HAProxy.
  const isImplied = enable_haproxy === undefined || (database.topology.ha !== null && enable_haproxy === true);
  return replicasChange(isImplied ? given : { ...given, enable_haproxy }, database);
};
