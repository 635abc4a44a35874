import type { Database } from '../domain/database.ts';
import type { ScaleDownTarget } from '../domain/inputs.ts';
import type { ReplicaOptions } from '../domain/options.ts';
import { refuseUnusedHow } from '../domain/rotation.ts';
import {
  changeBody,
  failoverBody,
  haBody,
  noHaBody,
  noPoolingBody,
  noReplicasBody,
  poolingBody,
  reinitializeBody,
  repairBody,
  replicasBody,
  rotateBody,
  scaleDownBody,
  standbysBody,
  snapshotBody,
  startBody,
  stopBody,
  switchoverBody,
} from './bodies.ts';
import { asObject, parseBody } from './parse-body.ts';
import type { Change } from './start-change.ts';

/** Which operation a body asks for, which may depend on what the database is. Options not given stay as they are. */

export const poolingChange = (body: unknown, { topology }: Database): Change => {
  const given = asObject(body);
  if (given['enabled'] === false) {
    const { grace, confirmation, options } = parseBody(noPoolingBody, given);
    return down('unpooled', { ...grace, options }, confirmation);
  }
  const { server_connections: _, ...present } = topology.pooling ?? {};
  const { pooling, confirmation, options } = parseBody(poolingBody, { ...present, ...given });
  return topology.pooling
    ? confirmable('setPooling', { pooling, options }, confirmation)
    : confirmable('expand', { target: 'pooling', pooling, options }, confirmation);
};

export const replicasChange = (body: unknown, { topology }: Database): Change => {
  const given = asObject(body);
  if (given['count'] === 0) {
    const { confirmation, options } = parseBody(noReplicasBody, given);
    return down(topology.pooling ? 'pooling' : 'single', { options }, confirmation);
  }
  if (topology.ha && 'count' in given) {
    const { replicas, confirmation, options } = parseBody(standbysBody, given);
    return confirmable('setReplicas', { ...replicas, options }, confirmation);
  }
  const present = topology.ha ? null : topology.replicas;
  const { replicas, confirmation, options, nestedPooling } = parseBody(replicasBody, { ...present, ...given });
  if (present && !nestedPooling && sameButCount(present, replicas)) {
    return confirmable('setReplicas', { count: replicas.count, options }, confirmation);
  }
  const pooling = nestedPooling && { pooling: nestedPooling };
  return confirmable('expand', { target: 'replicas', replicas, options, ...pooling }, confirmation);
};

export const haChange = (body: unknown, { topology }: Database): Change => {
  const given = asObject(body);
  if (given['enabled'] === false) {
    const { remaining, confirmation, options } = parseBody(noHaBody, given);
    // Where there is no high availability the present stage is what is asked for.
    const target = topology.ha || topology.replicas ? 'replicas' : topology.pooling ? 'pooling' : 'single';
    return down(target, { ...remaining, options }, confirmation);
  }
  const { ha, confirmation, options, nestedPooling } = parseBody(haBody, given);
  const pooling = nestedPooling && { pooling: nestedPooling };
  return confirmable('expand', { target: 'ha', ha, options, ...pooling }, confirmation);
};

export const databaseChange = (body: unknown): Change => {
  const { change, confirmation, options } = parseBody(changeBody, body);
  return confirmable('changeDatabase', { ...change, options }, confirmation);
};

export const scaleDownChange = (body: unknown): Change => {
  const {
    down: { target, ...input },
    confirmation,
    options,
  } = parseBody(scaleDownBody, body);
  return down(target, { ...input, options }, confirmation);
};

export const rotateChange = (body: unknown): Change => {
  const {
    rotation: { what, how },
    confirmation,
    options,
  } = parseBody(rotateBody, body);
  refuseUnusedHow('The request', body);
  return confirmable('rotateDatabase', { what, ...(what === 'password' && { how }), options }, confirmation);
};

export const reinitializeChange = (body: unknown): Change => {
  const { replica, confirmation, options } = parseBody(reinitializeBody, body);
  return confirmable('reinitialize', { ...replica, options }, confirmation);
};

export const repairChange = (body: unknown): Change => {
  const { repair, options } = parseBody(repairBody, body);
  return { workflow: 'repair', input: { ...repair, options } };
};

export const switchoverChange = (body: unknown): Change => {
  const { switchover, confirmation, options } = parseBody(switchoverBody, body);
  return confirmable('switchover', { ...switchover, options }, confirmation);
};

export const failoverChange = (body: unknown): Change => {
  const { failover, confirmation, options } = parseBody(failoverBody, body);
  return confirmable('failover', { ...failover, options }, confirmation);
};

export const stopChange = (body: unknown): Change => {
  const { confirmation, options } = parseBody(stopBody, body);
  return confirmable('stopDatabase', { options }, confirmation);
};

export const startDatabaseChange = (body: unknown): Change => {
  const { options } = parseBody(startBody, body);
  return { workflow: 'startDatabase', input: { options } };
};

export const snapshotChange = (body: unknown): Change => {
  const { snapshot, options } = parseBody(snapshotBody, body);
  return { workflow: 'takeSnapshot', input: { ...snapshot, options } };
};

type Confirmation = { readonly confirm: boolean };

/** Starts only with its warnings confirmed, should its plan have any of those: its workflow asks for that. */
const confirmable = <W extends Exclude<Change['workflow'], 'destroyDatabase' | 'startDatabase' | 'takeSnapshot'>>(
  workflow: W,
  input: Extract<Change, { workflow: W }>['input'],
  { confirm }: Confirmation,
) => ({ workflow, input: { ...input, confirm } }) as Change;

type ScaleDownInput = Extract<Change, { workflow: 'scaleDown' }>['input'];

const down = (
  target: ScaleDownTarget,
  input: Omit<ScaleDownInput, 'target' | 'confirm'>,
  confirmation: Confirmation,
): Change => confirmable('scaleDown', { ...input, target }, confirmation);

const sameButCount = (present: ReplicaOptions, wanted: ReplicaOptions): boolean =>
  (Object.keys(wanted) as (keyof ReplicaOptions)[]).every((key) => key === 'count' || present[key] === wanted[key]);
