import { PgrowError } from '../domain/errors.ts';
import { labelNames } from '../domain/naming.ts';
import { nodesOf, type Topology } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { removeResources } from '../nodes/leftovers.ts';
import { openSession } from '../nodes/session.ts';
import { emptyNetworks, removeNetworks } from './networks.ts';
import type { Action } from './step-activity.ts';

const changedReplicas = (from: Topology, to: Topology) => {
  const replicas = (topology: Topology) =>
    nodesOf(topology, 'postgres')
      .map((node) => node.name)
      .filter((name) => name !== topology.primary);
  const [before, after] = [replicas(from), replicas(to)];
  return [
    ...after
      .filter((name) => !nodesOf(from, 'postgres').some((node) => node.name === name))
      .map((name) => ['replica_added', name] as const),
    ...before
      .filter((name) => !nodesOf(to, 'postgres').some((node) => node.name === name))
      .map((name) => ['replica_removed', name] as const),
  ];
};

export const topologyActions = (dependencies: Dependencies) => {
  const { store, platform } = dependencies;

  const recordNode: Action<'recordNode'> = async ({ node }, step) => {
    const { database } = await openSession(dependencies, step.database);
    // One that takes writes by now has been left as it was made.
    if (database.topology.primary !== node.name) await store.saveNode(database.id, node);
  };

  /** The event first: an attempt that died between the two finds it recorded by its key. */
  const recordTopology: Action<'recordTopology'> = async ({ topology }, step) => {
    const { database } = await openSession(dependencies, step.database);
    const from_stage = database.topology.stage;
    const reason = (await store.readPlan(step.operation))?.reason;
    if (topology.stage !== from_stage) {
      await store.recordEvent({
        service_id: database.id,
        event_type: topology.stage > from_stage ? 'stage_upgrade' : 'stage_downgrade',
        from_stage,
        to_stage: topology.stage,
        metadata: {
          operation_id: step.operation,
          previous_leader: database.topology.primary,
          new_leader: topology.primary,
          ...(reason === undefined ? {} : { reason }),
        },
        key: `${step.operation}-stage-${topology.stage}`,
      });
    }
    if ((topology.stopped === true) !== (database.topology.stopped === true)) {
      const event_type = topology.stopped ? 'database_stopped' : 'database_started';
      await store.recordEvent({
        service_id: database.id,
        event_type,
        from_stage,
        to_stage: topology.stage,
        metadata: { operation_id: step.operation },
        key: `${step.operation}-${event_type}`,
      });
    }
    for (const [event_type, node] of changedReplicas(database.topology, topology)) {
      await store.recordEvent({
        service_id: database.id,
        event_type,
        from_stage,
        to_stage: topology.stage,
        metadata: { operation_id: step.operation, node },
        key: `${step.operation}-${event_type}-${node}`,
      });
    }
    await store.saveTopology(database.id, topology);
  };

  const removeEverything: Action<'removeEverything'> = async (_, step) => {
    const database = await store.readDatabase(step.database);
    if (!database) return;
    const labels = { [labelNames.home]: dependencies.home, [labelNames.database]: database.id };
    await emptyNetworks(platform, database);
    const leftOver = await removeResources(platform, await platform.findByLabels(labels));
    const [first] = leftOver;
    if (first)
      throw new PgrowError(
        'internal',
        `${database.name} is not removed completely: ${first.what}. Finish with: ${first.command}`,
      );
    await removeNetworks(platform, database);
  };

  return { recordNode, recordTopology, removeEverything };
};
