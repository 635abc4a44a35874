import { z } from 'zod';
import { systemParts, systemStates, type SystemDocument } from '../../domain/system.ts';
import { moment, named } from './document.ts';

const part = z.strictObject({
  state: z.enum(systemStates).describe('`unknown`: what would have to be asked is itself away.'),
  since: moment.describe('As far as this API can tell: not before it looked for the first time.'),
  says: z.string(),
  next: z.string().nullable().describe('What to do; null where nothing has to be done.'),
});

export const systemAnswer: z.ZodType<SystemDocument> = named(
  'System',
  'The parts of the control plane.',
  z.strictObject(
    Object.fromEntries(systemParts.map((name) => [name, part])) as Record<keyof SystemDocument, typeof part>,
  ),
);
