import type { ChangeFacts } from '../change.ts';
import { PgrowError } from '../errors.ts';
import { invalidInput } from '../input-problems.ts';
import type { ParsedInput } from '../inputs.ts';
import type { UnpricedPlan } from '../plan.ts';
import { boundPooling, refuseTooFew } from '../pool-bound.ts';
import { replayNeeds } from '../settings.ts';
import { hasShape, raised, runsWith, withShape, type ServerShape } from '../server-shape.ts';
import { nodeNamed, nodesOf, type Node, type Topology } from '../topology.ts';
import { assemble } from './assemble.ts';
import { wantedOf, type Wanted } from './change-wanted.ts';
import { obstacleOf } from './choose-candidate.ts';
import type { Circumstances } from './circumstances.ts';
import { nodeConfigOf } from './node-configs.ts';
import { stretch, type PlanPart } from './plan-part.ts';
import { step, type PlanItem } from './plan-builder.ts';
import { repool } from './reroute.ts';
import { reshapeBeside } from './reshape-beside.ts';
import { reshapeInPlace, restartStallMs, type Reshaped } from './reshape-in-place.ts';
import { agree, keptOf, needsRestart, reshapeLive, withServers, type Reshaping } from './reshape.ts';
import { handOverStallMs, resetText } from './switchover.ts';

export interface ChangePlanInput extends Circumstances {
  readonly wanted: Pick<
    ParsedInput<'changeDatabase'>,
    'memory' | 'cpus' | 'storage' | 'settings' | 'extensions' | 'image'
  >;
  readonly closesWindowOf: string | null;
}

/** Other resources, settings, extensions or another image, at the present stage. What needs no restart takes effect at once. */
export const planChange = (input: ChangePlanInput): UnpricedPlan => {
  const { database, leader, change: facts, closesWindowOf } = input;
  if (!facts)
    throw new PgrowError(
      'refused',
      `No server of ${database.name} takes writes. See why: ./pgrow status ${database.name}`,
    );
  refuseEmpty(input);
  refusePending(input, facts);
  const present: Topology = { ...database.topology, kept: [], primary: leader };
  const wanted = wantedOf(database, nodeNamed(present, leader), input.wanted, facts);
  const { max_connections } = runsWith(wanted.shape, keptOf(database));
  refuseTooFew(max_connections, input.facts, present.pooling);
  const before = asFound(present, facts, wanted);
  const servers = nodesOf(before, 'postgres');
  const resets = Object.keys(facts.by_alter_system).filter(
    (name) => name in wanted.takenOver || name in (wanted.shape.chosen_settings ?? {}) || isAsked(input, name),
  );
  const shapeFor = (node: Node): ServerShape =>
    ownImage(nodeNamed(before, node.name), wanted.shape, input.wanted.image);
  if (servers.every((node) => hasShape(node, shapeFor(node))) && wanted.extensions.length === 0 && resets.length === 0)
    return assemble({ type: 'change', from: database.topology, to: database.topology, parts: [], closesWindowOf });
  const takenOver = takeOver({ database, known: facts.settings }, present, before, facts, resets);
  const bound = otherBound(input, before, wanted);
  const start = bound?.lowers ? { ...before, pooling: bound.pooling } : before;
  const means: Means = { ...input, facts: input.facts ?? null, known: facts.settings, shapeFor };
  const main = changed(means, start);
  const to = bound && !bound.lowers ? { ...main.topology, pooling: bound.pooling } : main.topology;
  const primary = nodeNamed(to, to.primary);
  const moves = main.topology.primary !== leader;
  // A server that was built beside the old one has no shape of before.
  const finalShape = (node: Node): ServerShape =>
    servers.some(({ name }) => name === node.name) ? shapeFor(node) : wanted.shape;
  const extensions = wanted.extensions.map((extension) => createExtension(primary, extension));
  const outline = [
    ...tryFirst(means, before),
    ...takenOver,
    ...(bound?.lowers ? bound.stepsAt(before) : []),
    ...main.outline,
    ...extensions,
    ...(bound && !bound.lowers ? bound.stepsAt(main.topology) : []),
    step('finish', 'check that every server has what it was given', {
      action: 'verifySettings',
      input: { nodes: nodesOf(to, 'postgres').filter((node) => hasShape(node, finalShape(node))) },
    }),
  ];
  const part: PlanPart = {
    ...stretch(to, outline, [
      ...wanted.warnings,
      ...(bound?.warnings ?? []),
      ...(moves || main.restartsHeld ? [resetText(before)] : []),
      ...unlikeText(servers),
    ]),
    on_close: main.on_close,
    expected_stall_ms: main.restartsHeld ? restartStallMs : moves ? handOverStallMs : 0,
  };
  return { ...assemble({ type: 'change', from: before, to, parts: [part], closesWindowOf }), changes: wanted.items };
};

const isAsked = ({ wanted }: ChangePlanInput, name: string): boolean =>
  Object.keys(wanted.settings).some((asked) => asked.toLowerCase() === name.toLowerCase());

const refuseEmpty = ({ wanted }: ChangePlanInput): void => {
  const { settings, extensions, ...rest } = wanted;
  const asked = [rest.memory, rest.cpus, rest.storage, rest.image].some((value) => value !== undefined);
  if (asked || Object.keys(settings).length > 0 || extensions.length > 0) return;
  const allowed = 'at least one of memory, cpus, storage, settings, extensions, image';
  throw invalidInput('The change', [{ path: '', value: null, allowed }]);
};

/** Taken over, it would be taken for what the server runs with. */
const refusePending = (input: ChangePlanInput, { by_alter_system, settings }: ChangeFacts): void => {
  const pending = replayNeeds.filter((name) => {
    const [written, running] = [by_alter_system[name], settings[name]?.value];
    return (
      written !== undefined && running !== undefined && Number(written) !== Number(running) && !isAsked(input, name)
    );
  });
  const [first] = pending;
  if (first === undefined) return;
  throw new PgrowError(
    'refused',
    `ALTER SYSTEM has set ${pending.join(', ')} on ${input.leader}, which waits for a restart there. Ask for it by --set ${first}=${by_alter_system[first]}, ` +
      `or take it back: ALTER SYSTEM RESET ${first}`,
  );
};

/** With what ALTER SYSTEM has set, which stays also after a rollback, and with the images that there are. */
const asFound = (topology: Topology, facts: ChangeFacts, { takenOver }: Wanted): Topology =>
  withServers(topology, (node) => {
    const image = facts.older_images[node.name];
    return withShape(node, {
      ...node,
      ...(image !== undefined && { image }),
      chosen_settings: { ...node.chosen_settings, ...takenOver },
    });
  });

/** What ALTER SYSTEM has set on the primary goes into the files of all servers, and is taken back there. */
const takeOver = (
  reshaping: Reshaping,
  present: Topology,
  before: Topology,
  { by_alter_system }: ChangeFacts,
  resets: readonly string[],
): readonly PlanItem[] => {
  if (resets.length === 0) return [];
  const node = nodeNamed(before, before.primary);
  const changes = (value: (name: string) => string | null) =>
    Object.fromEntries(resets.map((name) => [name, value(name)]));
  const alter = (value: (name: string) => string | null) =>
    ({ action: 'alterSystem', input: { node, changes: changes(value) } }) as const;
  return [
    ...agree(reshaping, present, nodeNamed(present, node.name), node),
    ...nodesOf(before, 'postgres').flatMap((server) => reshapeLive(present, nodeNamed(present, server.name), server)),
    step(
      'servers',
      `take over what ALTER SYSTEM has set on ${node.name}`,
      alter(() => null),
      [alter((name) => by_alter_system[name] ?? null)],
    ),
  ];
};

interface Means extends Reshaping, Pick<ChangePlanInput, 'candidates' | 'hanging'> {
  readonly facts: NonNullable<Circumstances['facts']> | null;
  /** What each server that there is becomes. */
  readonly shapeFor: (node: Node) => ServerShape;
}

/** A server keeps the image that it has, unless another is asked for. */
const ownImage = (node: Node, shape: ServerShape, asked: 'newest' | undefined): ServerShape => {
  const { image: _, ...rest } = shape;
  return { ...rest, ...(asked === undefined && node.image !== undefined && { image: node.image }) };
};

/** A failover within a rollback window can have left them different. */
const unlikeText = ([first, ...others]: readonly Node[]): readonly string[] => {
  const unlike = others.filter((node) => first && !hasShape({ ...node, image: '' }, { ...first, image: '' }));
  return unlike.length === 0
    ? []
    : [`The servers are not alike by now: all become as the one that takes writes, with what is asked for.`];
};

/** By the way that costs clients least. What only shrinks of `replayNeeds` takes a restart, whichever server takes writes. */
const changed = (means: Means, topology: Topology): Reshaped => {
  const { database, known, facts, shapeFor } = means;
  const primary = nodeNamed(topology, topology.primary);
  const servers = nodesOf(topology, 'postgres');
  if (servers.some((node) => needsRestart(means, node, shapeFor(node)))) refuseHanging(means);
  const moves = needsRestart(means, primary, raised(shapeFor(primary), keptOf(database), [primary]));
  return moves && servers.length === 1
    ? reshapeBeside({ database, known, facts, topology, shape: shapeFor(primary) })
    : reshapeInPlace({
        ...means,
        topology,
        target: moves ? successorOf(means, topology) : null,
        order: 'replicas_first',
        keepsOld: moves,
      });
};

/** Before anything is touched. */
const tryFirst = (means: Means, topology: Topology): readonly PlanItem[] => {
  if (!nodesOf(topology, 'postgres').some((node) => needsRestart(means, node, means.shapeFor(node)))) return [];
  const primary = nodeNamed(topology, topology.primary);
  const node = withShape(primary, means.shapeFor(primary));
  return [
    step('prepare', 'start a server of this kind to see that it starts', {
      action: 'tryServer',
      input: { node, config: nodeConfigOf(topology, node) },
    }),
  ];
};

const refuseHanging = ({ database, hanging = [] }: Means): void => {
  if (hanging.length === 0) return;
  throw new PgrowError(
    'refused',
    `${hanging.join(', ')} of ${database.name} does not answer, and every server has to be changed. Rebuild it first: ./pgrow reinit ${database.name} ${hanging[0]}`,
  );
};

/** The replica least behind. It is checked once more before the hand-over, when it has been started again. */
const successorOf = ({ database, candidates }: Means, topology: Topology): string => {
  const replicas = nodesOf(topology, 'postgres').filter(({ name }) => name !== topology.primary);
  const fit = replicas.flatMap(({ name }) => {
    const candidate = candidates.find((each) => each.name === name);
    return candidate && obstacleOf(candidate, { ...topology, ha: null, replicas: null }, false) === null
      ? [candidate]
      : [];
  });
  const [best] = fit.toSorted((a, b) => a.lag_bytes - b.lag_bytes);
  if (best) return best.name;
  throw new PgrowError(
    'refused',
    `No replica of ${database.name} could take over from ${topology.primary}: none of ${replicas.map(({ name }) => name).join(', ')} streams without lag.`,
  );
};

const createExtension = (node: Node, extension: string): PlanItem =>
  step('servers', `create the extension ${extension}`, { action: 'ensureExtension', input: { node, extension } }, [
    { action: 'removeExtension', input: { node, extension } },
  ]);

/** More connections of the server are more for its poolers. They are given fewer before it has fewer. */
const otherBound = ({ database, facts }: ChangePlanInput, before: Topology, { shape }: Wanted) => {
  const { pooling } = before;
  const connections = facts?.connections;
  const kept = keptOf(database);
  const [present, wanted] = [nodeNamed(before, before.primary), shape].map((each) =>
    Number(runsWith(each, kept)['max_connections']),
  );
  if (!pooling || !facts || !connections || wanted === undefined || !(wanted > 0) || wanted === present) return null;
  const { server_connections, ...options } = pooling;
  const bounded = boundPooling(options, { ...facts, connections: { ...connections, max_connections: wanted } });
  const next = bounded.pooling.server_connections;
  if (next === undefined || next === server_connections) return null;
  const other = bounded.pooling;
  return {
    pooling: other,
    warnings: bounded.warnings,
    lowers: server_connections === undefined || next < server_connections,
    /** Where poolers lead at that moment stays as it is. */
    stepsAt: (topology: Topology): readonly PlanItem[] =>
      repool(
        topology,
        { before: pooling, after: other },
        ({ name }) => `let ${name} open ${next} connections to each database`,
      ),
  };
};
