import Docker from 'dockerode';
import { containerOf } from './faults.ts';
import type { ManagedDatabase } from './stack.ts';

const engine = new Docker();

/**
 * Makes a node's container again from an image of another name, as a pgrow made it that did not confine containers yet, which is
 * what an update of pgrow leaves: the same volume, files and address.
 *
 * @returns the name of that image; `forgetImage` removes it
 */
export const makeFromOlderImage = async (database: ManagedDatabase, node: string): Promise<string> => {
  const before = await containerOf(database, node);
  const { Name: name, Config: config, HostConfig, NetworkSettings } = await before.inspect();
  const files = await before.getArchive({ path: '/etc/pgrow' });
  const older = `pgrow/postgres:17-older-${database.name}`;
  const [repo, tag] = older.split(':') as [string, string];
  await engine.getImage(config.Image).tag({ repo, tag });
  const archive: Buffer[] = [];
  for await (const chunk of files) archive.push(Buffer.from(chunk));
  await before.stop();
  await before.remove({ v: true });
  const attached = Object.entries(NetworkSettings.Networks).map(
    ([network, { Aliases, IPAMConfig }]) => [network, { Aliases, IPAMConfig }] as const,
  );
  const again = await engine.createContainer({
    ...config,
    name: name.slice(1),
    Image: older,
    HostConfig: unconfined(HostConfig),
    NetworkingConfig: { EndpointsConfig: Object.fromEntries(attached) },
  });
  await again.putArchive(Buffer.concat(archive), { path: '/etc' });
  await again.start();
  return older;
};

const unconfined = (config: Docker.HostConfig): Docker.HostConfig => ({
  ...config,
  ReadonlyRootfs: false,
  PidsLimit: 0,
  Ulimits: [],
  Tmpfs: {},
  Mounts: (config.Mounts ?? []).filter(({ Source: volume }) => volume),
});

export const forgetImage = async (name: string): Promise<void> => {
  await engine.getImage(name).remove();
};
