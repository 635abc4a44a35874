import { z } from 'zod';
import { findingKinds, type Finding } from '../../domain/finding.ts';
import { versionStatuses, type WorkersDocument } from '../../domain/workers.ts';
import { moment, named } from './document.ts';

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

export const aliveAnswer = z.strictObject({ status: z.literal('ok') });
