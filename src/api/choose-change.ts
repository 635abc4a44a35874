import type { Database } from '../domain/database.ts';
import type { ScaleDownTarget } from '../domain/inputs.ts';
import type { ReplicaOptions } from '../domain/options.ts';
import {
  haBody,
  noHaBody,
  noPoolingBody,
  noReplicasBody,
  poolingBody,
  reinitializeBody,
  repairBody,
  replicasBody,
  scaleDownBody,
  standbysBody,
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
  const { pooling, options } = parseBody(poolingBody, { ...topology.pooling, ...given });
  return topology.pooling
    ? { workflow: 'setPooling', input: { pooling, options } }
    : { workflow: 'expand', input: { target: 'pooling', pooling, options } };
};

export const replicasChange = (body: unknown, { topology }: Database): Change => {
  const given = asObject(body);
  if (given['count'] === 0) {
    const { confirmation, options } = parseBody(noReplicasBody, given);
    return down(topology.pooling ? 'pooling' : 'single', { options }, confirmation);
  }
  if (topology.ha && 'count' in given) {
    const { replicas, options } = parseBody(standbysBody, given);
    return { workflow: 'setReplicas', input: { ...replicas, options } };
  }
  const present = topology.ha ? null : topology.replicas;
  const { replicas, options, nestedPooling } = parseBody(replicasBody, { ...present, ...given });
  if (present && !nestedPooling && sameButCount(present, replicas)) {
    return { workflow: 'setReplicas', input: { count: replicas.count, options } };
  }
  return {
    workflow: 'expand',
    input: { target: 'replicas', replicas, options, ...(nestedPooling && { pooling: nestedPooling }) },
  };
};

export const haChange = (body: unknown, { topology }: Database): Change => {
  const given = asObject(body);
  if (given['enabled'] === false) {
    const { remaining, confirmation, options } = parseBody(noHaBody, given);
    // Where there is no high availability the present stage is what is asked for.
    const target = topology.ha || topology.replicas ? 'replicas' : topology.pooling ? 'pooling' : 'single';
    return down(target, { ...remaining, options }, confirmation);
  }
  const { ha, options, nestedPooling } = parseBody(haBody, given);
  return { workflow: 'expand', input: { target: 'ha', ha, options, ...(nestedPooling && { pooling: nestedPooling }) } };
};

export const scaleDownChange = (body: unknown): Change => {
  const {
    down: { target, ...input },
    confirmation,
    options,
  } = parseBody(scaleDownBody, body);
  return down(target, { ...input, options }, confirmation);
};

export const reinitializeChange = (body: unknown): Change => {
  const { replica, options } = parseBody(reinitializeBody, body);
  return { workflow: 'reinitialize', input: { ...replica, options } };
};

export const repairChange = (body: unknown): Change => {
  const { repair, options } = parseBody(repairBody, body);
  return { workflow: 'repair', input: { ...repair, options } };
};

export const switchoverChange = (body: unknown): Change => {
  const { switchover, options } = parseBody(switchoverBody, body);
  return { workflow: 'switchover', input: { ...switchover, options } };
};

type ScaleDownInput = Extract<Change, { workflow: 'scaleDown' }>['input'];

/** Nothing is started unless it is confirmed; the plan is made either way. */
const down = (
  target: ScaleDownTarget,
  input: Omit<ScaleDownInput, 'target' | 'confirm'>,
  { confirm }: { readonly confirm: boolean },
): Change => ({ workflow: 'scaleDown', input: { ...input, target, confirm: true }, confirmed: confirm });

const sameButCount = (present: ReplicaOptions, wanted: ReplicaOptions): boolean =>
  (Object.keys(wanted) as (keyof ReplicaOptions)[]).every((key) => key === 'count' || present[key] === wanted[key]);
