import { layers } from '../../domain/layers.ts';
import { healths } from '../../domain/live-state.ts';
import { operationStatuses, operationTypes, stepStatuses } from '../../domain/operation.ts';
import { onObstacle } from '../../domain/inputs.ts';
import { cutoverModes, loadBalancings, poolModes, replicationModes, syncModes } from '../../domain/options.ts';
import { tlsModes } from '../../domain/tls.ts';
import { nodeKinds } from '../../domain/topology.ts';

/** Enumerations that several types share, or whose name would otherwise come from the first place they are used in. */
export const sharedEnums = {
  DatabaseHealth: healths,
  OperationType: operationTypes,
  OperationStatus: operationStatuses,
  StepStatus: stepStatuses,
  PoolMode: poolModes,
  SyncMode: syncModes,
  CutoverMode: cutoverModes,
  ObstacleMode: onObstacle,
  ReplicationMode: replicationModes,
  LoadBalancing: loadBalancings,
  NodeKind: nodeKinds,
  Layer: layers,
  TlsMode: tlsModes,
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Null for one that is used in one place. */
export const enumNameOf = (values: readonly string[]): string | null =>
  Object.entries(sharedEnums).find(([, shared]) => shared.join() === values.join())?.[0] ?? null;

/** `pool_mode`: `poolMode`. */
export const camelOf = (key: string): string => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** `poolMode`: `pool_mode`. */
export const snakeOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The members of an input as the body of a request has them. Null means that none was given. */
export const bodyOf = (input: Readonly<Record<string, unknown>> | null | undefined): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(input ?? {})
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [snakeOf(name), value]),
  );

/** Of an object inside another: `Operation` and `steps` make `OperationStep`. */
export const typeNameOf = (parent: string, key: string): string => {
  const name = camelOf(key);
  return `${parent}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
};

/** `rolled_back`: `ROLLED_BACK`. */
export const valueNameOf = (value: string): string => value.toUpperCase().replace(/\W/g, '_');
