import { messageOf } from '../domain/errors.ts';

interface ErrorLog {
  error(fields: object, event: string): void;
}

/** Logged, with where it came from. It must not end a process that serves every database: Node would. */
export const logUnhandledRejections = (log: ErrorLog): void => {
  process.on('unhandledRejection', (reason) => {
    log.error(
      { error: messageOf(reason), stack: reason instanceof Error ? reason.stack : null },
      'unhandled rejection',
    );
  });
};
