import { PgrowError } from '../domain/errors.ts';
import { localEngineHost, type EngineHost } from './engine-host.ts';
import { launcherError, messageOf } from './launcher-error.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';
import { waitUntil } from './wait-until.ts';

/** dockerd restores the containers of an earlier run before it answers. */
const engineStartTimeoutMs = 90_000;

/** Makes sure that a Docker engine answers: finds it running, starts it, or installs and starts it where that is possible. */
export const ensureEngine = async (progress: Progress, host: EngineHost = localEngineHost()): Promise<void> => {
  if ((await host.whySilent()) === null) return;
  await withLock(host.lockName, progress, async () => {
    const reason = await host.whySilent();
    if (reason === null) return;
    if (host.namedElsewhere !== null) {
      throw unavailable(
        `The Docker engine at ${host.namedElsewhere} (DOCKER_HOST) does not answer: ${reason}. Start it, or unset DOCKER_HOST.`,
      );
    }
    if (reason === 'EACCES') {
      throw unavailable(
        'This user may not use the Docker engine. Add it to the group "docker" (usermod -aG docker USER, then log in again) or run pgrow as root.',
      );
    }
    if (!host.isRoot) {
      throw unavailable(
        `The Docker engine does not answer: ${reason}. Start it (systemctl start docker), or run pgrow as root.`,
      );
    }
    if (!host.isInstalled()) await install(host, progress);
    await start(host, progress);
  });
};

const install = async (host: EngineHost, progress: Progress): Promise<void> => {
  const obstacle = host.whyNotInstallable();
  if (obstacle !== null) {
    throw unavailable(
      `There is no Docker engine, and pgrow cannot install one: ${obstacle}. Install Docker Engine (https://docs.docker.com/engine/install/) and run this again.`,
    );
  }
  await host.install(progress);
};

const start = async (host: EngineHost, progress: Progress): Promise<void> => {
  if (host.isStarting()) {
    progress('Waiting for the Docker engine, which is starting');
  } else if (host.hasServiceManager()) {
    progress('Starting the Docker engine (systemctl start docker)');
    await host.startService();
  } else {
    progress('Starting the Docker engine (dockerd)');
    host.removeStaleFiles();
    host.startDaemon();
  }
  try {
    await untilItAnswers(host);
  } catch (error) {
    if (host.hasServiceManager() || !(await host.repairFirewall())) throw error;
    progress('Starting the Docker engine again, with legacy iptables');
    host.removeStaleFiles();
    host.startDaemon();
    await untilItAnswers(host);
  }
};

const untilItAnswers = async (host: EngineHost): Promise<void> => {
  try {
    await waitUntil({
      what: 'the Docker engine to answer',
      timeoutMs: engineStartTimeoutMs,
      check: async () => {
        const reason = await host.whySilent();
        if (reason === null) return true;
        if (!host.hasServiceManager() && !host.isStarting()) throw launcherError(`dockerd ended. ${host.logTail()}`);
        return reason;
      },
    });
  } catch (error) {
    throw unavailable(`The Docker engine does not start: ${messageOf(error)}`, error);
  }
};

const unavailable = (message: string, cause?: unknown): PgrowError =>
  new PgrowError('docker_unavailable', message, { cause });
