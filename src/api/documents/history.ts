import { z } from 'zod';
import { activityKinds, severities, type ActivityEntry } from '../../domain/activity.ts';
import type { RestoredDatabase, Snapshot, Verification } from '../../domain/snapshot.ts';
import { anything, milliseconds, moment, named, nextCursor, stage } from './document.ts';
import { checkpoint, operation } from './operation.ts';

export const operationsAnswer = z.strictObject({ operations: z.array(operation), next_cursor: nextCursor });
export const checkpointsAnswer = z.strictObject({ checkpoints: z.array(checkpoint), next_cursor: nextCursor });

const event = named(
  'Event',
  'Something that happened to a database.',
  z.strictObject({
    id: z.string(),
    event_type: z.string(),
    from_stage: stage.nullable(),
    to_stage: stage.nullable(),
    metadata: anything,
    created_at: moment,
  }),
);
export const eventsAnswer = z.strictObject({ events: z.array(event), next_cursor: nextCursor });

const activityEntry: z.ZodType<ActivityEntry> = named(
  'ActivityEntry',
  'Something that happened to a database, of any kind.',
  z.strictObject({
    id: z.string(),
    at: moment,
    kind: z.enum(activityKinds),
    severity: z.enum(severities),
    type: z.string().describe('What it is, among its kind: `failover`, `expand`, `window_opened`.'),
    says: z.string().describe('A sentence.'),
    actor: z.string().nullable().describe('Who did it; null where that is not known.'),
    operation_id: z.string().nullable(),
    details: anything,
  }),
);
export const activityAnswer = z.strictObject({ entries: z.array(activityEntry), next_cursor: nextCursor });

const snapshot: z.ZodType<Snapshot> = named(
  'Snapshot',
  'A base backup in a volume of its own.',
  z.strictObject({
    id: z.string(),
    service_id: z.guid(),
    operation_id: z.guid().nullable(),
    volume: z.string(),
    bytes: z.number().nullable(),
    created_at: moment,
    expires_at: moment.nullable().describe('Null while its checkpoint is open.'),
    verified_at: moment.nullable(),
    damage: z.string().nullable(),
  }),
);
const restored: z.ZodType<RestoredDatabase> = z.strictObject({
  id: z.guid(),
  name: z.string(),
  snapshot: z.string().describe('Which may have been removed since.'),
  taken_at: moment,
  restored_at: moment,
});
export const snapshotsAnswer = z.strictObject({
  snapshots: z.array(snapshot),
  restored: z.array(restored).describe('Databases of the project that began with one of its snapshots.'),
  next_cursor: nextCursor,
});

const verification: z.ZodType<Verification> = z.strictObject({
  status: z.enum(['whole', 'damaged']),
  found: z.array(z.string()),
  duration_ms: milliseconds,
});
export const verifiedAnswers = {
  200: z.strictObject({ snapshot, verification }),
  202: z.strictObject({ snapshot, verification: z.strictObject({ status: z.literal('running') }) }),
};

export const logsAnswer = z.strictObject({ logs: z.array(z.strictObject({ node: z.string(), text: z.string() })) });

export const passwordAnswer = z.strictObject({ role: z.string() });
