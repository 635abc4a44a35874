import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { openOperation, type OpenedRun } from '../../../src/client/open-operation.ts';
import { applicationName, type Database } from '../../../src/domain/database.ts';
import { refusalOf } from '../../../src/domain/login-refusal.ts';
import { operationTypeOf, type OperationInput, type OperationWorkflow } from '../../../src/domain/inputs.ts';
import {
  checkpointWorkflowId,
  frontPorts,
  labelNames,
  operationWorkflowId,
  verificationWorkflowId,
} from '../../../src/domain/naming.ts';
import type { Verification } from '../../../src/domain/snapshot.ts';
import type { OperationDocument } from '../../../src/domain/operation.ts';
import type { HostPorts } from '../../../src/domain/topology.ts';
import { searchAttributePairs, type About } from '../../../src/workflows/search-attribute-keys.ts';
import type { Progress } from '../../../src/domain/messages.ts';
import type { ControlPlane } from './control-plane.ts';
import { takePicture, type Picture } from './world-snapshot.ts';
import { worldHome, type World } from './world.ts';

type Wish<W extends OperationWorkflow> = Omit<OperationInput<W>, 'service_id'>;

/** One database of a test, and what an operator can do with it and see of it. */
export interface Shop {
  readonly id: string;
  readonly world: World;
  readonly temporal: ControlPlane['client'];
  /** `about`: as whoever sets search attributes starts it. */
  start<W extends OperationWorkflow>(workflow: W, wish: Wish<W>, about?: About): Promise<WorkflowHandle>;
  /** As the API starts it: returns what it begins with. @throws PgrowError what it is refused with */
  open<W extends OperationWorkflow>(workflow: W, wish: Wish<W> & { readonly operation_id: string }): Promise<OpenedRun>;
  /** Starts and waits for the end, whichever it is. @throws what kept the operation from beginning */
  run<W extends OperationWorkflow>(workflow: W, wish: Wish<W>): Promise<OperationDocument>;
  end(operation: WorkflowHandle): Promise<OperationDocument>;
  /** Undoes what was cut off. */
  undoAbandoned(): Promise<OperationDocument | null>;
  /** Reads a snapshot through. */
  verify(snapshot: string): Promise<Verification>;
  progress(): Promise<Progress>;
  readonly operation: WorkflowHandle;
  readonly checkpoint: WorkflowHandle;
  database(): Promise<Database | null>;
  picture(): Promise<Picture>;
  /** Containers, volumes and networks that carry an operation's label. */
  labelled(operation: string): Promise<readonly string[]>;
  /** One transaction as the application through this endpoint of the host; returns the node that took it. */
  write(row: string, endpoint: keyof HostPorts): Promise<string>;
  rows(endpoint: keyof HostPorts): Promise<readonly string[]>;
}

export const newShop = ({ client, taskQueue, newWorld }: ControlPlane): Shop => {
  const { id, world } = newWorld();
  const operation = client.workflow.getHandle(operationWorkflowId(id));
  const checkpoint = client.workflow.getHandle(checkpointWorkflowId(id));
  const { platform, servers, machines, store } = world;

  const start: Shop['start'] = (workflow, wish, about) =>
    client.workflow.start(workflow, {
      taskQueue,
      workflowId: operationWorkflowId(id),
      workflowIdConflictPolicy: 'FAIL',
      args: [{ service_id: id, ...wish }],
      ...(about && { typedSearchAttributes: searchAttributePairs(operationTypeOf[workflow], about) }),
    });
  const open: Shop['open'] = (workflow, wish) =>
    openOperation(client, {
      workflow,
      options: {
        taskQueue,
        workflowId: operationWorkflowId(id),
        args: [{ service_id: id, ...wish }],
        memo: { operation_id: wish.operation_id },
      },
      operation_id: wish.operation_id,
      database: 'shop',
    });
  const end = async (handle: WorkflowHandle): Promise<OperationDocument> => {
    try {
      return (await handle.result()) as OperationDocument;
    } catch (error) {
      let cause = error instanceof WorkflowFailedError ? error.cause : error;
      if (cause instanceof ActivityFailure) cause = cause.cause;
      const document = cause instanceof ApplicationFailure ? (cause.details?.[0] as OperationDocument) : null;
      if (document?.steps) return document;
      throw cause;
    }
  };
  const connect = async (endpoint: keyof HostPorts) => {
    const database = (await store.readDatabase(id))!;
    const front = machines.named('front');
    const state = front && (await platform.inspectContainer(front.container));
    const name = applicationName(database.name);
    const secrets = await store.readSecrets(id);
    const connectWith = (password: string) =>
      world.connections.connect({
        peer: { name: 'front', address: state?.address ?? 'no front', dial: () => Promise.reject(new Error('a fake')) },
        port: frontPorts[endpoint],
        database: name,
        user: name,
        password,
      });
    return connectWith(secrets['application']!).catch((error: unknown) => {
      // An application whose password is being rotated may have to use the next one already.
      if (secrets['application_next'] === undefined || refusalOf(error) !== 'access') throw error;
      return connectWith(secrets['application_next']);
    });
  };
  const all = { [labelNames.home]: worldHome, [labelNames.database]: id };

  return {
    id,
    world,
    temporal: client,
    start,
    open,
    end,
    run: async (workflow, wish) => end(await start(workflow, wish)),
    undoAbandoned: () =>
      client.workflow.execute('putBackCutOff', {
        taskQueue,
        workflowId: operationWorkflowId(id),
        args: [{ service_id: id }],
      }),
    verify: (snapshot) =>
      client.workflow.execute('verifySnapshot', {
        taskQueue,
        workflowId: verificationWorkflowId(id, snapshot),
        args: [{ service_id: id, snapshot }],
      }),
    progress: () => operation.query<Progress>('progress'),
    operation,
    checkpoint,
    database: () => store.readDatabase(id),
    picture: () => takePicture(world, id),
    async labelled(operationId) {
      const { containers, volumes, networks } = await platform.findByLabels({
        ...all,
        [labelNames.operation]: operationId,
      });
      return [...containers, ...volumes, ...networks];
    },
    async write(row, endpoint) {
      const connection = await connect(endpoint);
      const server = world.connections.serverOf(connection);
      if (!servers.isPrimary(server)) throw new Error(`${endpoint} leads to ${server.name}, which takes no writes`);
      servers.write(server, row);
      return server.name;
    },
    rows: async (endpoint) => [...world.connections.serverOf(await connect(endpoint)).data.rows],
  };
};

export const nodeNames = (database: Database | null): readonly string[] =>
  (database?.topology.nodes ?? []).map(({ name }) => name).toSorted();
