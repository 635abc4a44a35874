import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { trimLogs } from './log-files.ts';

const mebibytes = (count: number): string => 'x'.repeat(count * 1024 * 1024);

// A log was put aside at a start only: that of a control plane which runs for years filled the disk.
test('the log of a program that runs is put aside once it is full, and the program writes on', async () => {
  const logs = mkdtempSync(join(tmpdir(), 'pgrow-logs-'));
  onTestFinished(() => rmSync(logs, { recursive: true }));
  const [full, small] = [join(logs, 'worker.log'), join(logs, 'api.log')];
  writeFileSync(small, 'short\n');
  const program = openSync(full, 'a', 0o600);
  writeSync(program, mebibytes(21));

  await trimLogs(logs);
  writeSync(program, 'later\n');
  closeSync(program);
  expect(readFileSync(full, 'utf8')).toBe('later\n');
  expect(statSync(`${full}.1`)).toMatchObject({ size: 21 * 1024 * 1024 });
  expect(statSync(`${full}.1`).mode & 0o777).toBe(0o600);
  expect(readFileSync(small, 'utf8')).toBe('short\n');

  writeFileSync(full, `${mebibytes(20)}second`);
  await trimLogs(logs);
  expect(readFileSync(`${full}.1`, 'utf8').slice(-6)).toBe('second');
});
