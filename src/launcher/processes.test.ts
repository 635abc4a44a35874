import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openHome } from './home.ts';
import { findProcess, startProcess, stopProcess, waitUntilHealthy, type ProcessSpec } from './processes.ts';

let folder: string;
let spec: ProcessSpec;
const pidFile = (): string => join(folder, 'run', 'worker.pid');

const worker = (script: string): ProcessSpec => ({
  home: openHome(folder),
  name: 'worker',
  command: process.execPath,
  arguments: ['-e', script],
  knownBy: script,
  fingerprint: 'first',
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgrow-processes-'));
  spec = worker('setInterval(() => {}, 1000)');
});
afterEach(async () => {
  await stopProcess(spec, 100);
  rmSync(folder, { recursive: true });
});

test('a process is found again by its pid file, and without one', () => {
  const pid = startProcess(spec);
  expect(findProcess(spec)).toEqual({ pid, fingerprint: 'first' });
  rmSync(pidFile());
  expect(findProcess(spec)).toEqual({ pid, fingerprint: 'first' });
  expect(existsSync(pidFile())).toBe(true);
});

test('a process ends when it is stopped', async () => {
  startProcess(spec);
  expect(await stopProcess(spec, 5000)).toBe(true);
  expect(findProcess(spec)).toBeNull();
  expect(existsSync(pidFile())).toBe(false);
  expect(await stopProcess(spec, 5000)).toBe(false);
});

test('a process that does not listen is killed after its time', async () => {
  spec = worker('process.on("SIGTERM", () => {}); console.log("deaf"); setInterval(() => {}, 1000)');
  startProcess(spec);
  expect(await stopProcess(spec, 300)).toBe(true);
  expect(findProcess(spec)).toBeNull();
});

test('a stranger to whom the pid has gone is neither taken for ours nor killed', async () => {
  const stranger = spawn('sleep', ['60']);
  try {
    writeFileSync(pidFile(), `${stranger.pid}\n`);
    expect(findProcess(spec)).toBeNull();
    expect(await stopProcess(spec, 100)).toBe(false);
    expect(stranger.exitCode).toBeNull();
    expect(() => process.kill(stranger.pid ?? 0, 0)).not.toThrow();
  } finally {
    stranger.kill('SIGKILL');
  }
});

test('the same program of another home is not ours', async () => {
  const other = mkdtempSync(join(tmpdir(), 'pgrow-processes-'));
  const others = { ...spec, home: openHome(other) };
  try {
    startProcess(others);
    expect(findProcess(spec)).toBeNull();
  } finally {
    await stopProcess(others, 5000);
    rmSync(other, { recursive: true });
  }
});

test('a process that dies while it starts is an error with what it wrote last', async () => {
  spec = worker('console.error("the port is taken"); process.exit(1)');
  startProcess(spec);
  await expect(waitUntilHealthy(spec, { check: async () => 'not yet', timeoutMs: 10_000 })).rejects.toThrow(
    /worker ended right after its start.*the port is taken/s,
  );
});
