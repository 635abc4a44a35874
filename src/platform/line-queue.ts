import { PgrowError } from '../domain/errors.ts';

export interface LineQueue {
  /** Takes output as it comes, cut anywhere. */
  push(chunk: Uint8Array): void;
  /** No more output; readers get `reason` once they have read everything. */
  end(reason: Error): void;
  /** The next whole line, without its end. Milliseconds, or Infinity. A line that comes too late waits for the next reader. */
  readLine(timeoutMs: number): Promise<string>;
}

interface Reader {
  readonly resolve: (line: string) => void;
  readonly reject: (reason: Error) => void;
}

/** Turns a stream of bytes into lines that can be awaited one by one. `source` names it in errors. */
export const createLineQueue = (source: string): LineQueue => {
  const decoder = new TextDecoder();
  const lines: string[] = [];
  const readers: Reader[] = [];
  let partial = '';
  let ended: Error | null = null;

  const deliver = (line: string): void => {
    const reader = readers.shift();
    if (reader) reader.resolve(line);
    else lines.push(line);
  };

  return {
    push: (chunk) => {
      const parts = (partial + decoder.decode(chunk, { stream: true })).split('\n');
      partial = parts.pop() ?? '';
      for (const line of parts) deliver(line.replace(/\r$/, ''));
    },
    end: (reason) => {
      if (ended) return;
      if (partial !== '') deliver(partial);
      ended = reason;
      for (const reader of readers.splice(0)) reader.reject(reason);
    },
    readLine: (timeoutMs) => {
      const line = lines.shift();
      if (line !== undefined) return Promise.resolve(line);
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        const giveUp = (): void => {
          readers.splice(readers.indexOf(reader), 1);
          reject(new PgrowError('not_ready', `${source} printed no line within ${timeoutMs} ms.`));
        };
        const timer = timeoutMs === Infinity ? undefined : setTimeout(giveUp, timeoutMs);
        const reader: Reader = {
          resolve: (found) => (clearTimeout(timer), resolve(found)),
          reject: (reason) => (clearTimeout(timer), reject(reason)),
        };
        readers.push(reader);
      });
    },
  };
};
