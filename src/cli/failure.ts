import type { CommanderError } from 'commander';
import { PgrowError, type ErrorCode, type Problem } from '../domain/errors.ts';
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

/** With `--json` a refusal is a document too. */
const printError = (code: ErrorCode, message: string, problems: readonly Problem[] = []): void => {
  if (!wantsJson(process.argv.slice(2)) || hasPrintedJson()) return;
  printJson({ error: { code, message, problems } });
};

/** What follows `--` belongs to another program. */
export const wantsJson = (args: readonly string[]): boolean => args.slice(0, endOfOptions(args)).includes('--json');
const endOfOptions = (args: readonly string[]): number => (args.includes('--') ? args.indexOf('--') : args.length);

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
