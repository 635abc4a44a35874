import { z } from 'zod';
import { operation } from '../api/documents/operation.ts';
import { postgresPath, type ApiClient } from '../cli/api-client.ts';
import { operationResult, stepLine } from '../cli/operation-text.ts';
import type { OperationDocument } from '../domain/operation.ts';
import { ofOperation } from './history-tools.ts';
import { defineTool, readOnly, type Call, type Tool } from './tool.ts';

/** Seconds. */
const longestWait = 60;
/** Many clients give up on a call after a minute: by then it has been answered. Milliseconds. */
const answeredWithinMs = 55_000;

/** The progress of an operation up to its end, or for as long as it is asked for. */
export const waitForOperation: Tool = defineTool({
  name: 'wait_for_operation',
  title: 'Wait for an operation',
  description:
    'Waits until an operation has ended, and gives it with its steps; one that still runs after that time is given as it is then, with status running: call the tool again.',
  annotations: readOnly,
  input: ofOperation.extend({
    seconds: z.number().int().min(1).max(longestWait).default(30).describe('How long to wait at most.'),
  }),
  answer: operation,
  run: async ({ database, operation: id, seconds }, call) => {
    const path = postgresPath(database, `operations/${id}`);
    const first = await call.api.get<OperationDocument>(path);
    const last = first.status === 'running' ? await follow(call, path, { first, seconds }) : first;
    return { answer: last, texts: [JSON.stringify(last), operationResult(last).join('\n')] };
  },
});

interface Followed {
  readonly first: OperationDocument;
  readonly seconds: number;
}

const follow = async (
  { api, signal, report }: Call,
  path: string,
  { first, seconds }: Followed,
): Promise<OperationDocument> => {
  const over = new AbortController();
  const end = (): void => over.abort();
  const timer = setTimeout(end, Math.min(seconds * 1000, answeredWithinMs));
  signal.addEventListener('abort', end);
  try {
    for await (const document of progressOf(api, path, over.signal)) {
      await report(progressIn(document));
      if (document.status !== 'running') return document;
    }
  } catch (error) {
    if (!over.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    end();
  }
  return signal.aborted ? first : api.get<OperationDocument>(path);
};

async function* progressOf(api: ApiClient, path: string, signal: AbortSignal): AsyncGenerator<OperationDocument> {
  for await (const { event, data } of api.follow(`${path}/progress`, signal))
    if (event === 'progress') yield JSON.parse(data) as OperationDocument;
}

const progressIn = ({ steps, waiting_for }: OperationDocument) => {
  const index = steps.findIndex(({ status }) => status === 'running');
  const step = steps[index];
  return {
    progress: steps.filter(({ status }) => status === 'done').length,
    total: steps.length,
    message: step ? stepLine(step, index, steps) : waiting_for === null ? '' : `waits for ${waiting_for}`,
  };
};
