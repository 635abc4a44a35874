import { z } from 'zod';
import { milliseconds, named, stage } from './document.ts';
import { affectedEndpoints, cost } from './operation.ts';

const request = z.strictObject({
  path: z.enum(['pooling', 'replicas', 'ha', 'scale-down']).describe('To be posted below …/postgres/.'),
  body: z.record(z.string(), z.unknown()),
});

const outlook = {
  plan: z
    .strictObject({
      digest: z.string(),
      steps: z.int(),
      nodes_added: z.array(z.string()),
      nodes_removed: z.array(z.string()),
      cost_before: cost,
      cost_after: cost,
      estimated_duration_minutes: z.number(),
      expected_stall_ms: milliseconds,
      point_of_no_return: z.string().nullable(),
      warnings: z.array(z.string()),
      losses: z.array(z.string()),
      endpoints: affectedEndpoints,
    })
    .nullable(),
  refused: z
    .strictObject({ code: z.string(), message: z.string() })
    .nullable()
    .describe('Why it cannot be done now; null if it can.'),
};

export const ladderAnswer = named(
  'Ladder',
  'Every stage, what it would cost and what getting there would do, with the usual options.',
  z.strictObject({
    stage,
    monthly_usd: z.number(),
    rungs: z.array(
      z.strictObject({
        stage,
        name: z.enum(['single', 'pooling', 'replicas', 'ha']),
        direction: z.enum(['up', 'present', 'down']),
        request: request.nullable(),
        ...outlook,
      }),
    ),
    pooling: z
      .strictObject({ enabled: z.boolean(), request, ...outlook })
      .nullable()
      .describe('Turned on or off beside the ladder; null where pooling is a stage.'),
  }),
);

export const candidatesAnswer = named(
  'Candidates',
  'The nodes that writes can move to.',
  z.strictObject({
    leader: z.string(),
    candidates: z.array(
      z.strictObject({
        name: z.string(),
        state: z.string().nullable().describe('As the leader sees it; null if it does not.'),
        lag_bytes: z.number().nullable(),
        synchronous: z.boolean(),
        fit: z.boolean(),
        reason: z.string().nullable().describe('Why it is not fit.'),
      }),
    ),
  }),
);
