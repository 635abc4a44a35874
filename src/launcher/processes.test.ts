import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openHome } from './home.ts';
import {
  findProcess,
  findProcesses,
  logPath,
  refuseCopy,
  runsAsTold,
  startProcess,
  stopProcess,
  waitUntilHealthy,
  type ProcessSpec,
} from './processes.ts';

let folder: string;
let spec: ProcessSpec;
const pidFile = (): string => join(folder, 'run', 'worker.pid');

const worker = (script: string): ProcessSpec => ({
  home: openHome(folder),
  name: 'worker',
  command: process.execPath,
  arguments: ['-e', script],
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
  expect(findProcess(spec)).toMatchObject({ pid, fingerprint: 'first' });
  rmSync(pidFile());
  expect(findProcess(spec)).toMatchObject({ pid, fingerprint: 'first' });
  expect(existsSync(pidFile())).toBe(true);
});

test('a process ends when it is stopped', async () => {
  startProcess(spec);
  expect(await stopProcess(spec, 5000)).toBe(true);
  expect(findProcess(spec)).toBeNull();
  expect(existsSync(pidFile())).toBe(false);
  expect(await stopProcess(spec, 5000)).toBe(false);
});

// `down` from a new clone beside the old one stopped Temporal, said "Stopped", and left worker, api and monitor to run for ever.
test('a process that another checkout has started is known, and ends when it is stopped', async () => {
  const fromAnotherCheckout = worker('setInterval(() => {}, 2000)');
  const pid = startProcess(fromAnotherCheckout);
  expect(findProcess(spec)).toMatchObject({ pid, command: [process.execPath, '-e', 'setInterval(() => {}, 2000)'] });
  expect(await stopProcess(spec, 5000)).toBe(true);
  expect(findProcess(fromAnotherCheckout)).toBeNull();
});

// The folder of a control plane was moved while it ran: from its new place nothing was found and a second set was started on
// the same database files; from the old one, by then a new home, another control plane's processes were stopped.
describe('a home that is moved while its processes run', () => {
  let elsewhere: string;
  beforeEach(() => {
    elsewhere = `${folder}-moved`;
  });
  afterEach(async () => {
    if (existsSync(elsewhere)) await stopProcess({ ...spec, home: openHome(elsewhere) }, 100);
    rmSync(elsewhere, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  });

  test('knows them from its new place, as such that have to be started again there', async () => {
    const pid = startProcess(spec);
    renameSync(folder, elsewhere);
    const moved = { ...spec, home: openHome(elsewhere) };
    expect(findProcess(moved)).toMatchObject({ pid, startedIn: folder });
    expect(runsAsTold(findProcesses(moved), moved)).toBe(false);
    expect(await stopProcess(moved, 5000)).toBe(true);
    expect(findProcess(moved)).toBeNull();
  });

  test('is not rebuilt at its old place, and what another home there finds is not taken for its own', () => {
    const pid = startProcess(spec);
    renameSync(folder, elsewhere);
    expect(() => openHome(folder)).toThrow(`its control plane runs in ${elsewhere}`);
    expect(existsSync(folder)).toBe(false);
    mkdirSync(folder);
    expect(findProcess({ ...spec, home: openHome(folder) })).toBeNull();
    expect(findProcess({ ...spec, home: openHome(elsewhere) })).toMatchObject({ pid });
  });

  test('knows them also when it was moved to another disk, where it is another directory', async () => {
    const pid = startProcess(spec);
    cpSync(folder, elsewhere, { recursive: true });
    rmSync(folder, { recursive: true });
    expect(findProcess({ ...spec, home: openHome(elsewhere) })).toMatchObject({ pid });
  });

  test('refuses as a copy, whose original runs, to touch its processes', async () => {
    const pid = startProcess(spec);
    cpSync(folder, elsewhere, { recursive: true });
    const copy = openHome(elsewhere);
    expect(() => refuseCopy(copy)).toThrow(`${elsewhere} is a copy of ${folder}, whose worker runs (process ${pid})`);
    expect(findProcess({ ...spec, home: copy })).toBeNull();
    expect(() => refuseCopy(spec.home)).not.toThrow();
  });
});

test('of several by mistake every one is stopped', async () => {
  const pids = [startProcess(worker('setInterval(() => {}, 2000)')), startProcess(spec)];
  expect(new Set(findProcesses(spec).map(({ pid }) => pid))).toEqual(new Set(pids));
  expect(await stopProcess(spec, 5000)).toBe(true);
  expect(findProcesses(spec)).toEqual([]);
});

test('what a process has started, with its environment, is not taken for it', async () => {
  const spawns = `require('child_process').spawn('sleep', ['60']).once('spawn', () => console.log('spawned'))`;
  spec = worker(`${spawns}; setInterval(() => {}, 1000)`);
  const pid = startProcess(spec);
  await waitUntilHealthy(spec, {
    check: async () => readFileSync(logPath(spec), 'utf8') === 'spawned\n' || 'not spawned yet',
    timeoutMs: 10_000,
  });
  const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
  try {
    expect(findProcesses(spec)).toEqual([expect.objectContaining({ pid })]);
  } finally {
    process.kill(child, 'SIGKILL');
  }
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
