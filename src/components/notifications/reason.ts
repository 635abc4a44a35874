import { messageOf } from '../../domain/errors.ts';

const longest = 200;

/** Why an attempt failed: one line, and not all that a server may say. Of several addresses, the first one's reason. */
export const reasonOf = (error: unknown): string => {
  const { errors } = (error ?? {}) as { errors?: readonly unknown[] };
  const line = messageOf(errors?.[0] ?? error)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.slice(0, longest) || 'it cannot be reached';
};
