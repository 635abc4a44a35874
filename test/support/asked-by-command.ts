import { createProgram } from '../../src/cli/program.ts';
import { inHome } from './in-home.ts';

/** A request that a verb has sent. */
export interface SentByCommand {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** What would need a confirmation, so that `--yes` counts. */
const plan = { type: 'scale_down', steps: [{}], warnings: [], losses: [], nodes_removed: [] };

/** The change that `./pgrow …` asks of the API. Nothing is started: the API is played, and falls silent then. */
export const askedByCommand = async (words: readonly string[]): Promise<SentByCommand | null> => {
  const { fetch } = globalThis;
  let sent: SentByCommand | null = null;
  globalThis.fetch = (async (url: string, { method = 'GET', body }: RequestInit) => {
    const { pathname, search } = new URL(url);
    if (search.includes('dry_run')) return Response.json({ operation: plan });
    sent = { method, path: pathname + search, body: typeof body === 'string' ? JSON.parse(body) : null };
    throw new Error('that is all');
  }) as typeof globalThis.fetch;
  try {
    await inHome({ token: 'token', port: 9 }, () => createProgram().parseAsync(words, { from: 'user' })).catch(
      () => undefined,
    );
  } finally {
    globalThis.fetch = fetch;
  }
  return sent;
};
