import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { errorCatalogue, PgrowError, type ErrorCode } from '../domain/errors.ts';
import { PlanChanged } from './plan-changed.ts';

/** What went wrong in a call, for an agent: the code, what is wrong, and what it can do next. */
export const failedCall = (error: unknown): CallToolResult => {
  const { code, message, retryable, problems } =
    error instanceof PgrowError ? error : new PgrowError('internal', 'Something went wrong inside pgrow mcp.');
  const { title } = errorCatalogue[code];
  const text = JSON.stringify({ code, title, detail: message, next: nextOf(code), retryable, problems });
  const present = error instanceof PlanChanged ? error.present : null;
  return { isError: true, content: [text, ...(present === null ? [] : [present])].map(asText) };
};

export const asText = (text: string) => ({ type: 'text' as const, text });

const nextOf = (code: ErrorCode): string => {
  const known: Partial<Record<ErrorCode, string>> = {
    invalid_input: 'Put right what "problems" names, and call the tool again.',
    malformed_request: 'Put the arguments right, and call the tool again.',
    unauthorized: 'A person has to give this server a valid token (PGROW_TOKEN_FILE).',
    forbidden: 'A person with a token of that role or project has to do this.',
    not_found: 'See what there is: list_databases, list_operations, list_snapshots.',
    operation_running: 'See which one with get_status, and wait for it with wait_for_operation.',
    plan_changed:
      'Show the present plan to a person. Run that one, by its own digest, only once they have agreed to it.',
    needs_operator: 'Show a person what get_status says of it. Do not try other changes.',
    too_many: 'Wait for as long as the detail says, then call the tool again.',
    no_answer: 'It may have been done all the same: look with get_status before you call the tool again.',
  };
  return (
    known[code] ??
    (errorCatalogue[code].retryable
      ? 'Do what the detail says, or call the tool again in a while.'
      : 'Do what the detail says, or show it to a person.')
  );
};
