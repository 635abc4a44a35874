import { PgrowError } from '../errors.ts';
import { listText, type Facts, type LogicalSlot } from '../facts.ts';
import type { OperationType } from '../operation.ts';
import type { UnpricedPlan } from '../plan.ts';

/** Whose plan it is. */
interface Subject {
  /** Name of the database. */
  readonly name: string;
  /** Null if there is no server yet that could be asked. */
  readonly facts: Facts | null;
}

/**
 * The same plan, with what the server holds that does not survive it: a warning that has to be confirmed.
 * @throws PgrowError `refused` for what would break, or be lost without a way to have it again
 */
export const reckon = (plan: UnpricedPlan, { name, facts }: Subject): UnpricedPlan => {
  const moves = plan.steps.some(({ run }) => run.action === 'cutOver' || run.action === 'failOver');
  const copies = plan.steps.some(({ run }) => copiesServer(run));
  if (!facts || !(moves || copies)) return plan;
  if (copies && plan.type !== 'failover') refuseTablespaces(plan.type, name, facts);
  // The way out of what has failed must not depend on what a consumer has left there.
  if (moves && plan.type !== 'rollback' && plan.type !== 'failover') refuseLogicalSlots(plan.type, name, facts);
  const kept = moves ? slotsKept(facts) : [];
  const found = moves ? leftBehind(facts) : notKnown(facts);
  const losses = [...(plan.losses ?? []), ...(moves ? found : [])];
  return { ...plan, warnings: [...plan.warnings, ...kept, ...found], ...(losses.length > 0 && { losses }) };
};

/** What would be lost if writes moved, or may be. */
const leftBehind = (facts: Facts): readonly string[] => [...emptied(facts), ...slotsLost(facts), ...notKnown(facts)];

/** Into a new node's volume, or into a snapshot's. */
const copiesServer = (run: UnpricedPlan['steps'][number]['run']): boolean =>
  run.action === 'takeSnapshot' ||
  (run.action === 'ensureNode' && run.input.config.kind === 'postgres' && run.input.config.mode !== 'primary');

const emptied = ({ unlogged }: Facts): readonly string[] =>
  unlogged.count === 0
    ? []
    : [
        `Empties ${unlogged.count} unlogged ${unlogged.count === 1 ? 'table' : 'tables'}, whose rows PostgreSQL sends to no ` +
          `other server: ${listText(unlogged)}. To keep them: ALTER TABLE … SET LOGGED first.`,
      ];

const slotsKept = ({ guest_slots }: Facts): readonly string[] =>
  guest_slots.map(({ name, active }) =>
    active
      ? `Slot ${name} moves to the new primary: what streams through it reconnects there and continues.`
      : `Slot ${name} moves to the new primary, but only from now on: nothing streams through it, and WAL that its consumer ` +
        'has not received by then may be missing there.',
  );

const slotsLost = ({ logical_slots, server }: Facts): readonly string[] =>
  logical_slots.length === 0
    ? []
    : [
        `Loses what is on ${server} alone: ${logical_slots.map(slotText).join(', ')}. The consumer misses every change ` +
          'from then on, and needs a new slot and a new copy.',
      ];

const refuseLogicalSlots = (type: OperationType, name: string, { logical_slots, server }: Facts): void => {
  const [first] = logical_slots;
  if (!first) return;
  throw new PgrowError(
    'refused',
    `Cannot ${verbs[type] ?? type} ${name}: ${logical_slots.map(slotText).join(', ')} exists on ${server} only and would be lost ` +
      'with every change that its consumer has not read. Let the consumer read to the end and drop it, in database ' +
      `${first.database}: SELECT pg_drop_replication_slot('${first.name}'). Afterwards create it and copy again.`,
  );
};

const slotText = ({ name, database, plugin, active }: LogicalSlot): string =>
  `logical slot ${name} (${database}, ${plugin}, ${active ? 'in use' : 'not in use'})`;

const refuseTablespaces = (type: OperationType, name: string, { tablespaces, server }: Facts): void => {
  const [first] = tablespaces;
  if (!first) return;
  const all = tablespaces.map((each) => `${each.name} at ${each.location}`).join(', ');
  throw new PgrowError(
    'refused',
    `Cannot ${verbs[type] ?? type} ${name}: tablespace ${all} lies outside the volume that ${server} is copied from, and no ` +
      'replica or snapshot can hold it. Move what is in it to pg_default (ALTER DATABASE, TABLE or INDEX … SET TABLESPACE ' +
      `pg_default), then DROP TABLESPACE ${first.name}.`,
  );
};

const verbs: Partial<Record<OperationType, string>> = {
  scale_down: 'scale down',
  set_replicas: 'add replicas to',
  switchover: 'switch over',
  rollback: 'roll back',
};

const notKnown = ({ unknown }: Facts): readonly string[] =>
  unknown.length === 0
    ? []
    : [
        `Not known: ${unknown.join('; ')}. What of that cannot be moved to another server would be lost without being listed here.`,
      ];
