import { randomBytes } from 'node:crypto';
import { postgresPath } from '../src/cli/api-client.ts';
import { nodeLabels } from '../src/domain/naming.ts';
import { nodeNamed } from '../src/domain/topology.ts';
import type { ChaosCase } from './cases.ts';
import type { Chaos } from './chaos.ts';
import { makeSmallVolume } from './nodes.ts';
import { examplePlans, operationNamed, operations, type ChaosOperation, type State } from './operations.ts';
import { arm, standingStill, wake } from './processes.ts';
import { runCase, type CaseResult } from './run-case.ts';
import { findDatabase, loseNodes, startOperation } from './run-operation.ts';

/** Where the database of the walk is, and what was done last. */
interface Place {
  readonly state: State;
  readonly last: string | null;
}

const begin: Place = { state: 'none', last: null };

interface Walk {
  readonly cases: readonly ChaosCase[];
  readonly onResult: (result: CaseResult) => void;
  /** Asked between two operations. */
  readonly mayGoOn: () => boolean;
  /** A new database for each case, its first server on a small disk. */
  readonly onSmallDisks?: boolean;
}

/**
 * Runs all cases on one database after the other: an operation that ends well leaves the database where others begin, so
 * hardly any is run only to get somewhere. After a case that did not hold the database is given up and a new one begun.
 */
export const walk = async (chaos: Chaos, { cases, onResult, mayGoOn, onSmallDisks = false }: Walk): Promise<void> => {
  const left = new Map<string, ChaosCase[]>();
  for (const it of cases) left.set(it.operation, [...(left.get(it.operation) ?? []), it]);
  let database = newName();
  let place = begin;

  const giveUp = async (): Promise<void> => {
    await discard(chaos, database);
    database = newName();
    place = begin;
  };

  while ([...left.values()].some((waiting) => waiting.length > 0) && mayGoOn()) {
    const operation = next(place, (name) => left.get(name)?.length ?? 0);
    const it = left.get(operation.name)?.shift();
    if (operation.from === 'none') database = newName();
    if (it === undefined) {
      const begun = operation.name === 'create' && onSmallDisks ? createOnSmallDisk : go;
      const went = await begun(chaos, operation, database).then(
        () => true,
        (error: unknown) => {
          chaos.say(`${operation.name} without a fault failed: ${String(error)}`);
          return false;
        },
      );
      if (went) place = { state: operation.to, last: operation.name };
      else await giveUp();
      continue;
    }
    const result = await runCase(chaos, it, database);
    onResult(result);
    if (onSmallDisks || result.violations.length > 0) await giveUp();
    else place = placeAfter(place, operation, result);
  }
  await discard(chaos, database);
};

/** An operation closes the window of the one before, also when it is undone itself. */
const placeAfter = (place: Place, { to, name }: ChaosOperation, { ended }: CaseResult): Place =>
  ended === 'done' ? { state: to, last: name } : { state: place.state, last: null };

const isPossible = ({ state, last }: Place, { from, after }: ChaosOperation): boolean =>
  from === state && (after === undefined || after === last);

/** The first operation on the shortest way to one that has cases left. */
const next = (place: Place, casesLeft: (operation: string) => number): ChaosOperation => {
  const seen = new Set<string>();
  let frontier: { readonly place: Place; readonly first: ChaosOperation | null }[] = [{ place, first: null }];
  while (frontier.length > 0) {
    const steps = frontier.flatMap((at) =>
      operations.filter((operation) => isPossible(at.place, operation)).map((operation) => ({ at, operation })),
    );
    // What is possible only right now comes first, then what has most left.
    const found = steps
      .filter(({ operation }) => casesLeft(operation.name) > 0)
      .toSorted((a, b) => urgency(b.operation, casesLeft) - urgency(a.operation, casesLeft));
    if (found[0]) return found[0].at.first ?? found[0].operation;
    frontier = steps.flatMap(({ at, operation }) => {
      const reached = { state: operation.to, last: operation.name };
      const key = JSON.stringify(reached);
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ place: reached, first: at.first ?? operation }];
    });
  }
  throw new Error(`no operation leads from ${place.state} to one with a case left`);
};

const urgency = ({ name, after }: ChaosOperation, casesLeft: (operation: string) => number): number =>
  casesLeft(name) + (after === undefined ? 0 : 1_000_000);

const go = async (chaos: Chaos, operation: ChaosOperation, database: string): Promise<void> => {
  await loseNodes(chaos, operation, database);
  const ended = await (await startOperation(chaos, operation, database)).ended();
  if (ended.status !== 'done') throw new Error(`it ended as ${ended.status}: ${ended.error?.message ?? ''}`);
};

/** Room for a database, and little enough to be filled in a moment. */
const smallDiskMegabytes = 600;
const reachedMs = 60_000;

const createOnSmallDisk = async (chaos: Chaos, create: ChaosOperation, name: string): Promise<void> => {
  const { steps } = examplePlans().get(create.name)!;
  const step = steps.findIndex(({ run }) => run.action === 'ensureNode' && run.input.node.kind === 'postgres');
  arm(chaos, { step, at: 'begin' });
  const started = await startOperation(chaos, create, name);
  if (!(await standingStill(chaos, started.hasEnded, reachedMs))) throw new Error('it ended too early');
  const database = await findDatabase(chaos, name);
  const node = database && nodeNamed(database.topology, database.topology.primary);
  if (!node?.volume) throw new Error(`${name} has no first server`);
  const labels = nodeLabels(database!, node, started.id);
  chaos.smallDisks.set(node.volume, await makeSmallVolume(node.volume, labels, smallDiskMegabytes));
  wake(chaos);
  const ended = await started.ended();
  if (ended.status !== 'done') throw new Error(`it ended as ${ended.status}`);
};

/** Whatever state it and the control plane are in. What will not go is removed with the control plane. */
const discard = async (chaos: Chaos, database: string): Promise<void> => {
  try {
    await chaos.up();
    await chaos.api.post(postgresPath(database, 'abort'), {}).catch(() => undefined);
    if (await findDatabase(chaos, database)) await go(chaos, operationNamed('destroy'), database);
  } catch (error) {
    chaos.say(`${database} could not be destroyed: ${String(error)}`);
  }
  for (const [volume, disk] of chaos.smallDisks) {
    await disk.remove();
    chaos.smallDisks.delete(volume);
  }
};

const newName = (): string => `chaos-${randomBytes(2).toString('hex')}`;
