import { PgrowError } from '../domain/errors.ts';
import type { ControlPlaneStatus, StatusDocument } from './status-document.ts';
import { isLive, widthOf, wrapIndented, type Screen } from './terminal.ts';

type Watched = StatusDocument | ControlPlaneStatus;

/** Shows what is watched, and what keeps it from being seen. */
export interface StatusView {
  show(document: Watched): void;
  notice(message: string): void;
}

interface WatchStatus {
  readonly read: () => Promise<Watched>;
  readonly view: StatusView;
  /** Until the next look. */
  readonly wait: () => Promise<unknown>;
}

/** Until the user ends it. An API that is away for a while comes back; one that was never there is an error. */
export const watchStatus = async ({ read, view, wait }: WatchStatus): Promise<never> => {
  for (let seen = false; ; await wait()) {
    try {
      view.show(await read());
      seen = true;
    } catch (error) {
      if (!seen || !(error instanceof PgrowError) || !error.retryable) throw error;
      view.notice(error.message);
    }
  }
};

export const createStatusView = (
  output: Screen,
  { json, textOf, notice }: { json: boolean; textOf: (document: Watched) => string[]; notice: (line: string) => void },
): StatusView => (json || !isLive(output) ? documentLines(output, notice) : redrawn(output, textOf));

/** Drawn over line by line: a screen that is cleared first flickers. */
const redrawn = (output: Screen, textOf: (document: Watched) => string[]): StatusView => {
  let latest: readonly string[] | null = null;
  const draw = (lines: readonly string[], begin: string): void => {
    const room = (output.rows ?? 24) - 1;
    const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `${lines.length - room + 1} more lines`];
    const width = widthOf(output);
    output.write(`${begin}\u001B[H${shown.map((line) => `${line.slice(0, width)}\u001B[K\n`).join('')}\u001B[J`);
  };
  return {
    show: (document) => {
      const begin = latest === null ? '\u001B[2J' : '';
      draw((latest = textOf(document)), begin);
    },
    notice: (message) => draw([...wrapIndented(message, widthOf(output)), '', ...(latest ?? [])], ''),
  };
};

/** A document a line, whenever something besides its age has changed. */
const documentLines = (output: Screen, notice: (line: string) => void): StatusView => {
  let shown = '';
  let noticed = '';
  return {
    show: (document) => {
      const news = JSON.stringify(withoutAges(document));
      if (news !== shown) output.write(`${JSON.stringify(document)}\n`);
      shown = news;
      noticed = '';
    },
    notice: (message) => {
      if (message !== noticed) notice(message);
      noticed = message;
    },
  };
};

const withoutAges = (document: Watched): Watched => {
  const ageless = { age_ms: 0, seen_at: null };
  return 'databases' in document
    ? { ...document, databases: document.databases.map((database) => ({ ...database, ...ageless })) }
    : { ...document, ...ageless };
};
