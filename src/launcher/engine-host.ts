import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { whyDockerIsSilent } from './docker-client.ts';
import { childEnvironment, readEnvironment, searchPath } from './environment.ts';
import { installPackages, whyNoPackages } from './packages.ts';
import type { Progress } from './progress.ts';
import { findProgram, lastLines, runCommand } from './run-command.ts';

/** The machine, as far as a Docker engine on it is concerned. */
export interface EngineHost {
  /** Name of the lock that keeps two launchers from starting two engines. */
  readonly lockName: string;
  readonly isRoot: boolean;
  /** DOCKER_HOST when it names another engine than the usual local one. */
  readonly namedElsewhere: string | null;
  /** Null when the engine answers, else why not. */
  whySilent(): Promise<string | null>;
  isInstalled(): boolean;
  whyNotInstallable(): string | null;
  install(progress: Progress): Promise<void>;
  hasServiceManager(): boolean;
  startService(): Promise<void>;
  /** Whether a dockerd runs, answering or not. */
  isStarting(): boolean;
  /** What an engine that was killed left behind and a new one would stumble over. */
  removeStaleFiles(): void;
  startDaemon(): void;
  /** True when the engine failed for want of nftables in the kernel and may be tried again. */
  repairFirewall(): Promise<boolean>;
  logTail(): string;
}

/** Pid file and sockets that are only good while their process lives. */
const leftovers = [
  { program: 'dockerd', files: ['/var/run/docker.pid', '/var/run/docker.sock'] },
  {
    program: 'containerd',
    files: [
      '/var/run/docker/containerd/containerd.pid',
      '/var/run/docker/containerd/containerd.sock',
      '/var/run/docker/containerd/containerd.sock.ttrpc',
      '/var/run/docker/containerd/containerd-debug.sock',
      // dockerd takes a socket at this place for a running containerd and waits for it in vain.
      '/run/containerd/containerd.sock',
      '/run/containerd/containerd.sock.ttrpc',
    ],
  },
] as const;

export const localEngineHost = (): EngineHost => {
  const { cache, dockerHost } = readEnvironment();
  const log = join(cache, 'dockerd.log');
  return {
    lockName: 'engine',
    isRoot: process.getuid?.() === 0,
    namedElsewhere:
      dockerHost === undefined || /^unix:\/\/(\/var)?\/run\/docker\.sock$/.test(dockerHost) ? null : dockerHost,
    whySilent: () => whyDockerIsSilent(),
    isInstalled: () => findProgram('dockerd') !== null,
    whyNotInstallable: whyNoPackages,
    install: (progress) => installPackages(['docker.io', 'iptables', 'ca-certificates'], progress),
    hasServiceManager: () => existsSync('/run/systemd/system'),
    startService: async () => {
      await runCommand({ command: 'systemctl', arguments: ['start', 'docker'] });
    },
    isStarting: () => isAlive('dockerd'),
    removeStaleFiles: () => {
      for (const { program, files } of leftovers) {
        if (isAlive(program)) continue;
        for (const file of files) rmSync(file, { force: true });
      }
    },
    startDaemon: () => startDaemon(log),
    repairFirewall: async () => {
      if (!readLog(log).includes('iptables') || !existsSync('/usr/sbin/iptables-legacy')) return false;
      await runCommand({
        command: 'update-alternatives',
        arguments: ['--set', 'iptables', '/usr/sbin/iptables-legacy'],
      });
      return true;
    },
    logTail: () => `The end of ${log}:\n${lastLines(readLog(log))}`,
  };
};

const startDaemon = (log: string): void => {
  mkdirSync(join(log, '..'), { recursive: true });
  const output = openSync(log, 'w', 0o600);
  const child = spawn('dockerd', [], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', output, output],
    env: childEnvironment({ PATH: searchPath().join(':') }),
  });
  child.once('error', () => undefined);
  child.unref();
  closeSync(output);
};

const readLog = (log: string): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');

/** Whether a process of that name lives; a zombie does not. */
export const isAlive = (program: string): boolean =>
  readdirSync('/proc').some((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      // "3095 (dockerd) S …", see proc_pid_stat(5).
      const [, name, state] = /^\d+ \((.*)\) (\S)/.exec(readFileSync(`/proc/${entry}/stat`, 'utf8')) ?? [];
      return name === program && state !== 'Z';
    } catch {
      return false;
    }
  });
