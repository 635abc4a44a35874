import { z } from 'zod';
import { findingKinds, type Finding } from '../../domain/finding.ts';
import type { Snapshot, Verification } from '../../domain/snapshot.ts';
import { roles, type TokenDocument } from '../../domain/tokens.ts';
import { versionStatuses, type WorkersDocument } from '../../domain/workers.ts';
import { anything, milliseconds, moment, named, stage } from './document.ts';
import { checkpoint, operation } from './operation.ts';

export const operationsAnswer = z.strictObject({ operations: z.array(operation) });
export const checkpointsAnswer = z.strictObject({ checkpoints: z.array(checkpoint) });

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
export const eventsAnswer = z.strictObject({ events: z.array(event) });

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
export const snapshotsAnswer = z.strictObject({ snapshots: z.array(snapshot) });

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

const finding: z.ZodType<Finding> = named(
  'Finding',
  'A leftover, something that is missing, or something that nothing will end by itself.',
  z.strictObject({
    kind: z.enum(findingKinds),
    name: z.string(),
    database: z.string().nullable(),
    explanation: z.string(),
    removable: z.boolean(),
    command: z.string(),
  }),
);
export const findingsAnswer = z.strictObject({ findings: z.array(finding) });
export const removalAnswer = z.strictObject({
  removed: z.array(finding),
  failed: z.array(z.strictObject({ what: z.string(), command: z.string() })),
  findings: z.array(finding),
});

const pinned = z.strictObject({
  build: z.string(),
  workflow_id: z.string(),
  run_id: z.string(),
  workflow: z.string(),
  database: z.string().nullable(),
});

export const workersAnswer: z.ZodType<WorkersDocument> = named(
  'Workers',
  'Versions of the worker, the operations under each, and who asks for work.',
  z.strictObject({
    current: z.string().nullable(),
    versions: z.array(
      z.strictObject({
        version: z.string(),
        status: z.enum(versionStatuses),
        since: moment.nullable(),
        prepared: z.boolean(),
        workers: z.array(z.string()),
        operations: z.array(pinned),
      }),
    ),
    workers: z.array(
      z.strictObject({
        identity: z.string(),
        home: z.string().nullable(),
        host: z.string().nullable(),
        pid: z.int().nullable(),
        version: z.string().nullable(),
        seen_ago: z.number().describe('Seconds since it last asked for work.'),
        polls: z.boolean(),
      }),
    ),
    notices: z.array(z.string()),
  }),
);

const tokenMembers = {
  id: z.guid(),
  name: z.string(),
  project: z.string(),
  role: z.enum(roles),
  created_at: moment,
  created_by: z.string().nullable().describe("Null of the control plane's own."),
  expires_at: moment.nullable(),
  expired: z.boolean(),
  last_used_at: moment.nullable().describe('To the minute.'),
};
export const tokenAnswer: z.ZodType<TokenDocument> = named(
  'Token',
  'A token as it is listed.',
  z.strictObject(tokenMembers),
);
export const tokensAnswer = z.strictObject({ tokens: z.array(tokenAnswer) });
export const newTokenAnswer = named(
  'NewToken',
  'A token, which is shown only here.',
  z.strictObject({ ...tokenMembers, token: z.string() }),
);

export const meAnswer = named(
  'Caller',
  'Who calls, and what it may do.',
  z.strictObject({
    actor: z.string(),
    project: z.string(),
    role: z.enum(roles),
    token: z.strictObject({ id: z.guid(), expires_at: moment.nullable() }),
    home: z.string(),
    version: z.string(),
  }),
);

export const auditAnswer = named(
  'Audit',
  'Changes that were asked for, and refusals.',
  z.strictObject({
    entries: z.array(
      z.strictObject({
        id: z.string(),
        at: moment,
        actor: z.string(),
        project: z.string(),
        service_id: z.guid().nullable(),
        action: z.string(),
        details: anything,
        token_id: z.guid().nullable(),
        request_id: z.string().nullable(),
      }),
    ),
    next: z.string().nullable().describe('Continues as `before`; null at the end.'),
  }),
);

export const aliveAnswer = z.strictObject({ status: z.literal('ok') });
