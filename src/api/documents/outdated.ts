import { z } from 'zod';
import type { OutdatedDocument } from '../../domain/outdated.ts';
import { nodeKinds } from '../../domain/topology.ts';
import { moment, named } from './document.ts';
import { nodeImage } from './state.ts';

export const outdatedAnswer: z.ZodType<OutdatedDocument> = named(
  'Outdated',
  'Databases with nodes whose image is older than the one that such nodes are made from now.',
  z.strictObject({
    databases: z.array(
      z.strictObject({
        id: z.guid(),
        project: z.string(),
        name: z.string(),
        observed_at: moment.nullable().describe('When its nodes were looked at.'),
        nodes: z.array(
          z.strictObject({
            name: z.string(),
            kind: z.enum(nodeKinds),
            container: z.string(),
            image: nodeImage,
            command: z
              .string()
              .describe('Brings it to the newest image; of servers one command for all of a database.'),
          }),
        ),
      }),
    ),
    unknown: z.array(z.string()).describe('Names of databases of which not every node’s image is known.'),
  }),
);
