import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import type { Labels } from '../src/platform/platform.ts';
import { until } from './until.ts';

/** What can happen to a node. Needs root on the engine's own machine. */

const engine = new Docker();
const run = promisify(execFile);
const effectMs = 15_000;

/** Kills its first process, as a crash would: the engine may start it again, as its policy says. */
export const killNode = async (container: string): Promise<string> => {
  const before = (await engine.getContainer(container).inspect()).State;
  if (!before.Running) throw new Error(`${container} does not run: there is nothing to kill`);
  process.kill(before.Pid, 'SIGKILL');
  await until(`${container} dead`, effectMs, async () => {
    const after = (await engine.getContainer(container).inspect()).State;
    return !after.Running || after.StartedAt !== before.StartedAt;
  });
  return `${container} died`;
};

export interface Cut {
  readonly effect: string;
  heal(): Promise<void>;
}

/** Pulls its cables: the host's ends of its networks go down, addresses and routes stay. */
export const cutOff = async (container: string): Promise<Cut> => {
  const { State, HostConfig, NetworkSettings } = await engine.getContainer(container).inspect();
  if (!State.Running) throw new Error(`${container} does not run: there is nothing to cut off`);
  // That by which the worker knows it.
  const address = NetworkSettings.Networks[HostConfig.NetworkMode ?? '']?.IPAddress;
  const inside = await run('nsenter', ['-t', String(State.Pid), '-n', 'ip', '-o', 'link']);
  const { stdout } = await run('ip', ['-o', 'link']);
  const cables = [...inside.stdout.matchAll(/eth\d+@if(\d+)/g)].map(
    ([, index]) => new RegExp(`^${index}: ([^@:]+)`, 'm').exec(stdout)?.[1],
  );
  if (!address || cables.length === 0 || cables.includes(undefined))
    throw new Error(`${container}: its cables were not found`);
  const turn = async (state: 'up' | 'down'): Promise<void> => {
    for (const cable of cables) await run('ip', ['link', 'set', 'dev', cable!, state]);
  };
  await turn('down');
  await until(`${container} out of reach`, effectMs, async () => !(await isReachable(address)));
  return {
    effect: `${container} was out of reach`,
    // A node that was made again meanwhile has another cable.
    heal: () => turn('up').catch(nothing),
  };
};

const nothing = (): void => undefined;
const probeMs = 400;

/** A refusal is an answer. */
const isReachable = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port: 9, timeout: probeMs });
    const answer = (reachable: boolean): void => {
      socket.destroy();
      resolve(reachable);
    };
    socket.once('connect', () => answer(true)).once('timeout', () => answer(false));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => answer(code === 'ECONNREFUSED'));
  });

export interface SmallDisk {
  readonly bytes: number;
  freeBytes(): number;
  /** Takes all that is free, until the result is called. */
  fill(): Promise<() => void>;
  remove(): Promise<void>;
}

/** A volume, made before pgrow makes it, on a file system of its own of that size; owned by the nodes' user. */
export const makeSmallVolume = async (name: string, labels: Labels, megabytes: number): Promise<SmallDisk> => {
  const folder = mkdtempSync(join(tmpdir(), 'pgrow-small-disk-'));
  const [image, mounted] = [join(folder, 'image'), join(folder, 'mounted')];
  await run('truncate', ['-s', `${megabytes}M`, image]);
  await run('mkfs.ext4', ['-q', '-m', '0', '-E', 'root_owner=999:999', image]);
  const device = (await run('losetup', ['--find', '--show', image])).stdout.trim();
  await run('mkdir', [mounted]);
  await run('mount', [device, mounted]);
  await engine.createVolume({
    Name: name,
    Labels: { ...labels },
    DriverOpts: { type: 'ext4', device },
  });
  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(mounted);
    return bavail * bsize;
  };
  return {
    bytes: megabytes * 1024 * 1024,
    freeBytes,
    async fill() {
      const file = join(mounted, 'full');
      await run('dd', ['if=/dev/zero', `of=${file}`, 'bs=64k', 'status=none']).catch(nothing);
      return () => rmSync(file, { force: true });
    },
    async remove() {
      await run('umount', [mounted]);
      await run('losetup', ['--detach', device]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
