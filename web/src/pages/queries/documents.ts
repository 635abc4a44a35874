import type { z } from 'zod';
import type { queryLogAnswer, statementsAnswer } from '../../../../src/api/documents/numbers.ts';

export type QueryLog = z.infer<typeof queryLogAnswer>;
export type Statements = z.infer<typeof statementsAnswer>;
