import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { EngineHost } from './engine-host.ts';
import { ensureEngine } from './engine.ts';

/** A machine on which dockerd answers as soon as it has been started. */
const machine = (differences: Partial<EngineHost> = {}) => {
  const done: string[] = [];
  let runs = false;
  const host: EngineHost = {
    lockName: `engine-test-${randomUUID()}`,
    isRoot: true,
    namedElsewhere: null,
    whySilent: async () => (runs ? null : 'ENOENT'),
    isInstalled: () => true,
    whyNotInstallable: () => null,
    install: async () => void done.push('install'),
    hasServiceManager: () => false,
    startService: async () => {
      done.push('systemctl start');
      runs = true;
    },
    isStarting: () => runs,
    removeStaleFiles: () => void done.push('remove stale files'),
    startDaemon: () => {
      done.push('dockerd');
      runs = true;
    },
    repairFirewall: async () => false,
    logTail: () => 'its log',
    ...differences,
  };
  return { host, done, answers: () => (runs = true) };
};

const silently = (): void => undefined;

describe('an engine', () => {
  test('that answers is left alone', async () => {
    const { host, done, answers } = machine();
    answers();
    await ensureEngine(silently, host);
    expect(done).toEqual([]);
  });

  test('that is missing is installed and started after what a killed one left behind is gone', async () => {
    const { host, done } = machine({ isInstalled: () => false });
    await ensureEngine(silently, host);
    expect(done).toEqual(['install', 'remove stale files', 'dockerd']);
  });

  test('is started only once by two launchers at the same time', async () => {
    const { host, done } = machine();
    await Promise.all([ensureEngine(silently, host), ensureEngine(silently, host)]);
    expect(done).toEqual(['remove stale files', 'dockerd']);
  });

  test('is started by the service manager where there is one', async () => {
    const { host, done } = machine({ hasServiceManager: () => true });
    await ensureEngine(silently, host);
    expect(done).toEqual(['systemctl start']);
  });

  test('that cannot do with nftables is started again with legacy iptables', async () => {
    let starts = 0;
    const { host } = machine({
      isStarting: () => starts === 2,
      whySilent: async () => (starts === 2 ? null : 'ECONNREFUSED'),
      startDaemon: () => void starts++,
      repairFirewall: async () => true,
    });
    await ensureEngine(silently, host);
    expect(starts).toBe(2);
  });
});

describe('the error says what to do', () => {
  const refusal = async (differences: Partial<EngineHost>): Promise<string> =>
    ensureEngine(silently, machine(differences).host).then(
      () => 'it started',
      (error: Error) => error.message,
    );

  test('without rights on the socket', async () => {
    expect(await refusal({ whySilent: async () => 'EACCES', isRoot: false })).toMatch(/group "docker"/);
  });
  test('without root', async () => {
    expect(await refusal({ isRoot: false })).toMatch(/systemctl start docker.*as root/);
  });
  test('with an engine elsewhere that is silent', async () => {
    expect(await refusal({ namedElsewhere: 'tcp://docker.example:2376' })).toMatch(/tcp:\/\/docker.example:2376/);
  });
  test('on a system without apt-get', async () => {
    expect(await refusal({ isInstalled: () => false, whyNotInstallable: () => 'there is no apt-get' })).toMatch(
      /there is no apt-get.*docs\.docker\.com/,
    );
  });
  test('when dockerd ends at once', async () => {
    expect(await refusal({ startDaemon: silently })).toMatch(/dockerd ended. its log/);
  });
});
