import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openHome } from './home.ts';
import { startProcess, stopProcess } from './processes.ts';
import { refuseOtherVersions } from './rotate-secret-key.ts';

test('a process of another version keeps the key from being rotated; one of this version does not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgrow-rotate-'));
  const home = openHome(folder);
  const monitor = {
    home,
    name: 'monitor',
    command: process.execPath,
    arguments: ['-e', 'setInterval(() => {}, 1000)', '/cache/workers/aaaa/src/monitor/main.ts'],
    fingerprint: '',
  } as const;
  try {
    refuseOtherVersions(home, 'bbbb');
    const pid = startProcess(monitor);
    refuseOtherVersions(home, 'aaaa');
    expect(() => refuseOtherVersions(home, 'bbbb')).toThrow(
      `Processes of another version run in ${folder}, which may not know two keys: monitor (process ${pid}). Nothing was touched.`,
    );
  } finally {
    await stopProcess(monitor, 1000);
    rmSync(folder, { recursive: true });
  }
});
