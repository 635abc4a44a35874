import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgram } from '../../src/cli/program.ts';

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
  const home = mkdtempSync(join(tmpdir(), 'pgrow-home-'));
  writeFileSync(join(home, 'token'), 'token');
  const before = { environment: { ...process.env }, fetch: globalThis.fetch };
  let sent: SentByCommand | null = null;
  Object.assign(process.env, { PGROW_HOME: home, PGROW_API_PORT: '9', PGROW_CONTEXT: '', PGROW_TOKEN_FILE: '' });
  globalThis.fetch = (async (url: string, { method = 'GET', body }: RequestInit) => {
    const { pathname, search } = new URL(url);
    if (search.includes('dry_run')) return Response.json({ operation: plan });
    sent = { method, path: pathname + search, body: typeof body === 'string' ? JSON.parse(body) : null };
    throw new Error('that is all');
  }) as typeof fetch;
  try {
    await createProgram()
      .parseAsync(words, { from: 'user' })
      .catch(() => undefined);
  } finally {
    globalThis.fetch = before.fetch;
    process.env = before.environment;
    rmSync(home, { recursive: true });
  }
  return sent;
};
