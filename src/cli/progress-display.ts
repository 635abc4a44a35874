import type { OperationDocument } from '../domain/operation.ts';
import { formatMs } from '../domain/format-duration.ts';
import { operationTitle, stepLine } from './operation-text.ts';
import { isLive, widthOf, type Screen } from './terminal.ts';

/** Shows an operation while it runs. */
export interface ProgressDisplay {
  show(operation: OperationDocument): void;
  /** Leaves what was shown last in place. */
  end(): void;
}

export const createProgressDisplay = (output: Screen): ProgressDisplay =>
  isLive(output) ? liveDisplay(output) : plainLines((line) => output.write(`${line}\n`));

/** One line whenever a step begins, says something new, or ends. */
export const plainLines = (print: (line: string) => void): ProgressDisplay => {
  const shown = new Map<number, string>();
  let title = '';
  let waiting = '';
  return {
    show: (operation) => {
      if (title === '') print((title = operationTitle(operation)));
      const [accepted = ''] = acceptanceLine(operation);
      // The seconds that go by are no news.
      if (accepted !== '' && waiting === '') print(accepted);
      waiting = accepted;
      for (const [index, step] of operation.steps.entries()) {
        const line = stepLine(step, index, operation.steps);
        if (step.status === 'pending' || shown.get(index) === line) continue;
        shown.set(index, line);
        print(line);
      }
    },
    end: () => undefined,
  };
};

/** Of what no worker has taken up: it has no steps yet. */
const acceptanceLine = ({ status, steps, waiting_for }: OperationDocument): readonly string[] =>
  status === 'running' && steps.length === 0 && waiting_for !== null ? [`Accepted, waits for ${waiting_for}`] : [];

/** Redraws all steps in place; running ones count their time. */
const liveDisplay = (output: Screen): ProgressDisplay => {
  const startedAt = new Map<number, number>();
  let latest: OperationDocument | null = null;
  let drawn = 0;
  const draw = (): void => {
    if (!latest) return;
    const lines = liveLines(latest, startedAt, Date.now(), (output.rows ?? 24) - 1).map((line) =>
      line.slice(0, widthOf(output) - 1),
    );
    const up = drawn > 0 ? `\u001B[${drawn}A` : '';
    output.write(`${up}\u001B[0J${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  const ticking = setInterval(draw, 100);
  ticking.unref();
  return {
    show: (operation) => {
      latest = operation;
      for (const [index, { status }] of operation.steps.entries()) {
        if (status === 'running' && !startedAt.has(index)) startedAt.set(index, Date.now());
      }
      draw();
    },
    end: () => {
      clearInterval(ticking);
      draw();
    },
  };
};

/** The title, how far it is, and as many steps as fit: the ones around what runs now. */
export const liveLines = (
  operation: OperationDocument,
  startedAt: ReadonlyMap<number, number>,
  now: number,
  maximumLines: number,
): string[] => {
  const { steps } = operation;
  const done = steps.filter(({ status }) => status === 'done').length;
  const lines = steps.map((step, index) => {
    const began = startedAt.get(index);
    const ticking = step.status === 'running' && step.duration_ms === null && began !== undefined;
    return stepLine(ticking ? { ...step, duration_ms: now - began } : step, index, steps);
  });
  const elapsed = formatMs(operation.duration_ms ?? Math.max(0, now - Date.parse(operation.started_at)));
  const title = `${operationTitle(operation)}   ${done} of ${steps.length} steps, ${elapsed}`;
  const room = Math.max(1, maximumLines - 1);
  const active = steps.findLastIndex(({ status }) => status !== 'pending');
  const first = Math.max(0, Math.min(active - Math.floor(room / 2), steps.length - room));
  return [title, ...acceptanceLine(operation), ...lines.slice(first, first + room)];
};
