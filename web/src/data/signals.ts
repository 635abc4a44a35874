import { postgresPath, request } from './api.ts';

/** Messages to what runs already. They need no plan: what they lead to was shown before it began. */
export type Signal = 'cutover' | 'abort' | 'confirm';

interface Heard {
  readonly takes_effect: 'now' | 'when_a_worker_runs';
}

/** Resolves with what has to be said about it; null where it takes effect at once. @throws Problem */
export const sendSignal = async (project: string, name: string, signal: Signal): Promise<string | null> => {
  const { takes_effect } = await request<Heard>('POST', postgresPath(project, name, signal), {});
  if (takes_effect === 'now') return null;
  return 'No worker answers: the message is delivered as soon as one runs. Start one: ./pgrow up';
};
