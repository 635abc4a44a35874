import { withoutStatements } from '../domain/log-lines.ts';
import type { Platform } from '../platform/platform.ts';

/** Lines that are read; most of them may be statements, which are left out. */
const read = 200;

/** The end of a node's log as an error may have it: without statements and their literals; at most `lines` lines. */
export const lastWords = async (
  platform: Pick<Platform, 'readLogs'>,
  container: string,
  lines: number,
): Promise<string> => withoutStatements(await platform.readLogs(container, read), lines);
