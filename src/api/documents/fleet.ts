import { z } from 'zod';
import { attentions, type FleetEntry } from '../../domain/fleet.ts';
import { healths } from '../../domain/live-state.ts';
import { operationTypes } from '../../domain/operation.ts';
import { moment, named, nextCursor, stage } from './document.ts';

export const fleetEntryAnswer: z.ZodType<FleetEntry> = named(
  'DatabaseEntry',
  'A database in the list of all, from the record and from what was seen of it last.',
  z.strictObject({
    id: z.guid(),
    project: z.string(),
    name: z.string(),
    postgres_major: z.int(),
    created_at: moment,
    stage,
    pooling: z.boolean(),
    health: z.enum(healths),
    attention: z.enum(attentions).nullable().describe('Why someone should look at it.'),
    reason: z.string().nullable().describe('The same as a sentence.'),
    observed_at: moment.nullable().describe('When its nodes were looked at; null if never.'),
    leader: z.string().nullable(),
    replicas: z.int(),
    max_lag_bytes: z.number().nullable().describe('Of the replica that is furthest behind.'),
    checkpoint_until: moment.nullable().describe('The end of its rollback window.'),
    operation: z
      .strictObject({
        id: z.guid(),
        type: z.enum(operationTypes),
        step: z.int().describe('The one it has come to, from 1.'),
        steps: z.int(),
        phase: z.string().nullable(),
        waiting_for: z.string().nullable(),
        monthly_usd: z.number().describe('What the database costs after it.'),
      })
      .nullable()
      .describe('The one that runs.'),
    monthly_usd: z.number(),
  }),
);

export const databasesAnswer = named(
  'Databases',
  'Databases of all projects that the caller may see.',
  z.strictObject({
    databases: z.array(fleetEntryAnswer),
    total: z.int().describe('How many there are on all pages.'),
    next_cursor: nextCursor,
  }),
);
