import Docker from 'dockerode';
import { expect } from 'vitest';
import type { NodeKind } from '../../src/domain/topology.ts';
import type { ManagedDatabase } from './stack.ts';

/** One place of each part of the root file system. */
const outside = ['/anywhere', '/etc/anywhere', '/usr/local/bin/anywhere', '/var/lib/anywhere'];

/**
 * As the engine has each node's container, as the kernel has its first process, and by trying.
 *
 * @returns the kinds of node that were looked at
 */
export const expectConfinedNodes = async (database: ManagedDatabase): Promise<ReadonlySet<NodeKind>> => {
  const engine = new Docker();
  const nodes = await database.nodes();
  for (const { name, container } of nodes) {
    const {
      Config: config,
      HostConfig: host,
      NetworkSettings: network,
    } = await engine.getContainer(container).inspect();
    expect.soft(config.User, name).toBe('999:999');
    // Engines write an empty list as null or as a list.
    expect.soft([host.CapAdd ?? [], host.Devices ?? []], name).toEqual([[], []]);
    expect.soft(host, name).toMatchObject({
      Privileged: false,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: expect.toSatisfy(isLimit),
      Memory: expect.toSatisfy(isLimit),
      CpuQuota: expect.toSatisfy(isLimit),
      PidMode: '',
    });
    // 2: system calls go through the engine's filter.
    const status = await database.runOn(name, ['cat', '/proc/1/status']);
    expect.soft(fieldsOf(status), name).toMatchObject({
      Uid: '999 999 999 999',
      Gid: '999 999 999 999',
      Groups: expect.stringMatching(/^(?:999)?$/),
      CapEff: '0000000000000000',
      CapPrm: '0000000000000000',
      CapBnd: '0000000000000000',
      NoNewPrivs: '1',
      Seccomp: '2',
    });
    expect.soft(await database.runOn(name, ['cat', '/proc/1/limits']), name).toMatch(/Max core file size +0 +0 /);
    if (Object.keys(network.Networks).length > 1)
      expect.soft(await database.runOn(name, ['cat', '/proc/sys/net/ipv4/ip_forward']), name).toMatch(/^0\s*$/);
    const tried = await database.runOn(name, ['sh', '-c', `LC_ALL=C touch ${outside.join(' ')} 2>&1; true`]);
    expect.soft(tried.match(/Read-only file system/g), name).toHaveLength(outside.length);
  }
  return new Set(nodes.map(({ kind }) => kind));
};

const isLimit = (limit: number): boolean => limit > 0;

const fieldsOf = (status: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    status
      .split('\n')
      .map((line) => line.split(':\t'))
      .map(([field, value]) => [field, value?.trim().replaceAll(/\s+/g, ' ')]),
  );
