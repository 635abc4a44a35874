import { readEvents } from './read-events.ts';

type Request = Parameters<typeof readEvents>[0];

/** One connection at a time: the next one ends it. */
export const createSingleConnection = (fetch: Request['fetch']) => {
  let running: AbortController | null = null;
  const end = (): void => {
    running?.abort();
    running = null;
  };
  return {
    isOpen: (): boolean => running !== null,
    end,
    /** @param onOver what it failed with, null where the server ended it; not called where it was ended here */
    async open(request: Omit<Request, 'fetch' | 'signal'>, onOver: (error: unknown) => void): Promise<void> {
      end();
      const control = new AbortController();
      running = control;
      const over = (error: unknown): void => {
        if (running !== control) return;
        running = null;
        onOver(error);
      };
      await readEvents({ ...request, fetch, signal: control.signal }).then(() => over(null), over);
    },
  };
};
