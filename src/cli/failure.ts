import type { CommanderError } from 'commander';
import { PgrowError, type ErrorCode, type Problem } from '../domain/errors.ts';
import { documentFormat } from './document-format.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { hasPrintedJson, printJson, printProgress } from './output.ts';

/** Says what went wrong on standard error and returns the exit code that belongs to it. */
export const reportFailure = (error: unknown): ExitCode => {
  if (!(error instanceof PgrowError)) {
    printError('internal', error instanceof Error ? error.message : String(error));
    printProgress(`pgrow: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return exitCodes.failed;
  }
  printError(error.code, error.message, error.problems);
  printProgress(`pgrow: ${error.message}`);
  for (const { path, value, allowed } of error.problems) {
    printProgress(`  ${path}: ${JSON.stringify(value)} (allowed: ${allowed})`);
  }
  return exitCodeOf(error.code);
};

/** Commander has said on standard error what is wrong. */
export const reportWrongUsage = ({ message }: CommanderError): ExitCode => {
  printError('malformed_request', message.replace(/^error: /, ''));
  return exitCodes.wrongUsage;
};

/** Where a document is asked for, a refusal is one too. */
const printError = (code: ErrorCode, message: string, problems: readonly Problem[] = []): void => {
  if (documentFormat(process.argv.slice(2)) === null || hasPrintedJson()) return;
  printJson({ error: { code, message, problems } });
};

const exitCodeOf = (code: ErrorCode): ExitCode => {
  switch (code) {
    case 'invalid_input':
    case 'malformed_request':
    case 'not_found':
      return exitCodes.wrongUsage;
    case 'operation_running':
    case 'name_taken':
    case 'refused':
    case 'already_ended':
    case 'port_taken':
    case 'subnet_taken':
    case 'no_disk_space':
      return exitCodes.refused;
    case 'needs_operator':
      return exitCodes.needsOperator;
    default:
      return exitCodes.failed;
  }
};
