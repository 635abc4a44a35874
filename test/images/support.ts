import { randomUUID } from 'node:crypto';

import type { Peer, PeerTls } from '../../src/components/peer.ts';
import type { Confinement } from '../../src/domain/container-description.ts';
import { confinementOf, trialConfinement } from '../../src/domain/confinement.ts';
import { ensureImages, type ImageTags } from '../../src/launcher/images.ts';
import { createDockerPlatform } from '../../src/platform/docker/index.ts';
import type { Platform } from '../../src/platform/platform.ts';

export interface Node {
  /** Its name in the stack's network. */
  readonly name: string;
  readonly image: keyof ImageTags;
  /** Below /etc/pgrow, all readable by their owner alone. */
  readonly files?: Readonly<Record<string, string>>;
  /** Run instead of the node, once. */
  readonly command?: readonly string[];
  /** Where its volume is mounted. */
  readonly data?: string;
  /** Default 512 MiB. */
  readonly memoryBytes?: number;
}

/** Containers of one test file, in a network of their own. */
export interface Stack {
  readonly platform: Platform;
  readonly container: (name: string) => string;
  readonly create: (node: Node) => Promise<void>;
  readonly start: (node: Node) => Promise<void>;
  readonly put: (name: string, files: Readonly<Record<string, string>>) => Promise<void>;
  /** From where the test connects. */
  readonly gateway: () => Promise<string>;
  /** The node of this name as pgrow speaks with it. */
  readonly peer: (name: string, tls?: PeerTls) => Promise<Peer>;
  /** What the command said on standard output; throws what it said on standard error if it failed. */
  readonly run: (name: string, ...command: string[]) => Promise<string>;
  /** Removes everything of this stack. */
  readonly remove: () => Promise<void>;
}

export const createStack = async (): Promise<Stack> => {
  const platform = createDockerPlatform();
  const images = await ensureImages(() => undefined);
  const stack = `pgrow-test-${randomUUID().slice(0, 8)}`;
  const labels = { 'pgrow.test': stack };
  const container = (name: string): string => `${stack}-${name}`;
  await platform.ensureNetwork({ name: stack, labels });

  const put: Stack['put'] = (name, files) =>
    platform.putFiles(
      container(name),
      Object.entries(files).map(([file, content]) => ({
        path: `/etc/pgrow/${file}`,
        content,
        mode: 0o600,
      })),
    );

  const create: Stack['create'] = async ({ name, image, files = {}, command, data, memoryBytes }) => {
    await platform.ensureContainer({
      name: container(name),
      image: images[image],
      hostname: name,
      ...(command ? { command } : {}),
      network: stack,
      aliases: [name],
      mounts: data ? [{ volume: container(name), path: data }] : [],
      ports: [],
      labels,
      environment: {},
      restart: command ? 'no' : 'unless-stopped',
      memoryBytes: memoryBytes ?? 512 * 1024 ** 2,
      cpus: 2,
      confinement: confinementFor(image, data),
    });
    await put(name, files);
  };

  return {
    platform,
    container,
    create,
    put,
    async start(node) {
      await create(node);
      await platform.startContainer(container(node.name));
    },
    gateway: () => platform.networkGateway(stack),
    async peer(name, tls) {
      const address = (await platform.inspectContainer(container(name)))?.address;
      if (!address) throw new Error(`${name} does not run`);
      const dial: Peer['dial'] = (port, limitMs) =>
        platform.dial({ container: container(name), address }, port, limitMs);
      return { name, address, dial, ...(tls ? { tls } : {}) };
    },
    async run(name, ...command) {
      const { exitCode, stdout, stderr } = await platform.exec(container(name), command);
      if (exitCode !== 0) throw new Error(`${command.join(' ')}: exit code ${exitCode}: ${stderr}${stdout}`);
      return stdout.trim();
    },
    async remove() {
      const found = await platform.findByLabels(labels);
      await Promise.all(found.containers.map((name) => platform.removeContainer(name)));
      await Promise.all(found.volumes.map((name) => platform.removeVolume(name)));
      await Promise.all(found.networks.map((name) => platform.removeNetwork(name)));
    },
  };
};

/** As pgrow has it for this kind of node; data without a volume goes with its container. */
const confinementFor = (image: keyof ImageTags, data: string | undefined): Confinement => {
  if (image === 'pgbouncer' || image === 'haproxy' || image === 'etcd') return confinementOf({ kind: image });
  return data ? confinementOf({ kind: 'postgres' }) : trialConfinement({});
};
