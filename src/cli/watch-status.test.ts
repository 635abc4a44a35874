import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PgrowError } from '../domain/errors.ts';
import { exampleStatus } from './example-status.ts';
import { createStatusView, watchStatus } from './watch-status.ts';

beforeEach(() => {
  for (const [name, value] of Object.entries({ TERM: 'xterm', COLUMNS: '', NO_COLOR: '' })) vi.stubEnv(name, value);
});
afterEach(() => vi.unstubAllEnvs());

const away = new PgrowError('internal', 'The API does not answer.');

/** Watches until the looks are used up. */
const watch = async (
  looks: readonly (object | PgrowError)[],
  { isTTY = false, json = false, rows = 24 }: { isTTY?: boolean; json?: boolean; rows?: number } = {},
) => {
  let written = '';
  const notices: string[] = [];
  const output = { isTTY, columns: 30, rows, write: (text: string) => (written += text) };
  const textOf = ({ health }: object & { health?: string }) => [
    'shop',
    '',
    `it is ${health}`,
    'a line that is wider than this screen',
  ];
  const view = createStatusView(output, { json, textOf, notice: (line) => notices.push(line) });
  const left = [...looks];
  const watching = watchStatus({
    view,
    read: async () => {
      const look = left.shift()!;
      if (look instanceof PgrowError) throw look;
      return { ...exampleStatus, ...look };
    },
    wait: async () => {
      if (left.length === 0) throw new Error('seen enough');
    },
  });
  await expect(watching).rejects.toThrow(left.length === 0 ? 'seen enough' : /./);
  return { written, notices };
};

test('without a terminal it is a document a line, of changes only, an age being none', async () => {
  const { written, notices } = await watch([
    { age_ms: 100 },
    { age_ms: 1100, seen_at: '2026-01-01T10:00:01.000Z' },
    away,
    away,
    { health: 'healthy' },
  ]);
  const lines = written.trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { health: string }).health)).toEqual(['degraded', 'healthy']);
  expect(notices).toEqual(['The API does not answer.']);
  expect((await watch([{}], { isTTY: true, json: true })).written).toMatch(/^\{.*\}\n$/);
});

test('on a terminal it is drawn over in place, and no line is wider than the screen', async () => {
  const { written } = await watch([{}, { health: 'healthy' }], { isTTY: true });
  const end = '\u001B[K\n';
  const view = (health: string) =>
    `\u001B[H${['shop', '', `it is ${health}`, 'a line that is wider than this'].map((line) => line + end).join('')}\u001B[J`;
  expect(written).toBe(`\u001B[2J${view('degraded')}${view('healthy')}`);
});

test('what does not fit below each other is counted', async () => {
  expect((await watch([{}], { isTTY: true, rows: 4 })).written).toContain(
    `shop\u001B[K\n\u001B[K\n2 more lines\u001B[K\n`,
  );
});

test('an API that goes away is said above what was seen last; one that was never there is an error', async () => {
  expect((await watch([{}, away], { isTTY: true })).written).toContain(
    'The API does not answer.\u001B[K\n\u001B[K\nshop\u001B[K\n',
  );
  const gone = watchStatus({
    read: () => Promise.reject(away),
    view: { show: () => undefined, notice: () => undefined },
    wait: async () => undefined,
  });
  await expect(gone).rejects.toBe(away);
});
