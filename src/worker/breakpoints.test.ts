import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openBreakpoints, type Breakpoint } from './breakpoints.ts';

/** What a worker did, one line after the other, and where it stood still. */
let story: string[];
let file: string;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'pgrow-breakpoints-'));
  file = join(folder, 'breakpoint.json');
  story = [];
  return () => rmSync(folder, { recursive: true });
});

const place = (breakpoint: Breakpoint): void => writeFileSync(file, JSON.stringify(breakpoint));

/** A worker whose one activity pauses a pooler over a connection and then starts two containers. */
const work = async (step: number, direction = 'run'): Promise<void> => {
  const breakpoints = openBreakpoints(file, () => story.push('stands still'));
  const { pgbouncer, platform } = breakpoints.observe({
    pgbouncer: { connectPooler: async () => ({ pause: async () => void story.push('pause') }) },
    platform: { startContainer: async (name: string) => void story.push(`start ${name}`) },
  });
  const { cutOver } = breakpoints.into({
    async cutOver({ context }: { readonly context: { readonly step: number; readonly direction: string } }) {
      expect(context.step).toBe(step);
      const admin = await pgbouncer.connectPooler();
      await admin.pause();
      await platform.startContainer('a');
      await platform.startContainer('b');
    },
  });
  await cutOver({ context: { step, direction } });
};

test.each<[Breakpoint, readonly string[]]>([
  [{ at: 'begin' }, ['stands still', 'pause', 'start a', 'start b']],
  [{ at: 'end' }, ['pause', 'start a', 'start b', 'stands still']],
  [{ at: 'pgbouncer.pause' }, ['pause', 'stands still', 'start a', 'start b']],
  [{ at: 'platform.startContainer', call: 2 }, ['pause', 'start a', 'start b', 'stands still']],
  [{ activity: 'cutOver', step: 3, at: 'begin' }, ['stands still', 'pause', 'start a', 'start b']],
])('at %j it stands still once', async (breakpoint, expected) => {
  place(breakpoint);
  await work(3);
  expect(story).toEqual(expected);
  expect(existsSync(file)).toBe(false);

  await work(3);
  expect(story.slice(expected.length)).toEqual(['pause', 'start a', 'start b']);
});

test.each<Breakpoint>([
  { step: 4, at: 'begin' },
  { activity: 'ensureNode', at: 'begin' },
  { direction: 'undo', at: 'begin' },
  { at: 'platform.startContainer', call: 3 },
  { at: 'pgbouncer.resume' },
])('%j is not here: it goes on', async (breakpoint) => {
  place(breakpoint);
  await work(3);
  expect(story).toEqual(['pause', 'start a', 'start b']);
  expect(existsSync(file)).toBe(true);
});

test('a compensation is met with its own direction', async () => {
  place({ step: 3, direction: 'undo', at: 'begin' });
  await work(3, 'undo');
  expect(story[0]).toBe('stands still');
});
