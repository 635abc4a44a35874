import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { PgrowError } from '../domain/errors.ts';
import { nexusEndpointOf } from '../domain/naming.ts';
import { statuses } from './temporal-errors.ts';

interface Target {
  readonly namespace: string;
  readonly taskQueue: string;
}

/**
 * Makes the endpoint by which workflows of other namespaces reach a control plane, unless it is there. Endpoints are those
 * of a whole Temporal: only its administrators may look at them and add any.
 * @throws PgrowError `refused` where one of that name leads elsewhere, or what Temporal says
 */
export const ensureNexusEndpoint = async (connection: Connection, target: Target): Promise<void> => {
  const name = nexusEndpointOf(target.taskQueue);
  const present = await readTarget(connection, name);
  if (present) return refuseAnother(name, present, target);
  try {
    await connection.operatorService.createNexusEndpoint({
      spec: { name, description: description(), target: { worker: target } },
    });
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== statuses.alreadyExists) throw error;
    const other = await readTarget(connection, name);
    if (other) refuseAnother(name, other, target);
  }
};

/** Null for no such endpoint; with empty names for one that leads out of this Temporal. */
const readTarget = async ({ operatorService }: Connection, name: string): Promise<Target | null> => {
  const { endpoints } = await operatorService.listNexusEndpoints({ name });
  const spec = endpoints.map((endpoint) => endpoint.spec).find((each) => each?.name === name);
  if (!spec) return null;
  const { namespace, taskQueue } = spec.target?.worker ?? {};
  return { namespace: namespace ?? '', taskQueue: taskQueue ?? '' };
};

const refuseAnother = (name: string, present: Target, own: Target): void => {
  if (present.namespace === own.namespace && present.taskQueue === own.taskQueue) return;
  throw new PgrowError(
    'refused',
    `The Nexus endpoint ${name} leads to task queue ${present.taskQueue || '(none)'} in namespace ${present.namespace || '(none)'}, ` +
      'not to this control plane. Set PGROW_TASK_QUEUE to a name of its own, or delete that endpoint.',
  );
};

/** Shown in Temporal Web. */
const description = () => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify('PostgreSQL databases that pgrow grows step by step, and back')),
});
