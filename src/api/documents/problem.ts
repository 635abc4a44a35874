import { z } from 'zod';
import { errorCatalogue, type ErrorCode } from '../../domain/errors.ts';
import { named } from './document.ts';

const codes = Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]];

export const problem = named(
  'Problem',
  'What is wrong, with which value, and what to do next (RFC 9457).',
  z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.enum(codes),
    retryable: z.boolean(),
    problems: z.array(z.strictObject({ path: z.string(), value: z.unknown(), allowed: z.string() })),
  }),
);
