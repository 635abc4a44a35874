import { PgrowError } from '../../../src/domain/errors.ts';
import { fencePath } from '../../../src/domain/container-spec.ts';
import { labelNames } from '../../../src/domain/naming.ts';
import { createFakePlatform, type FakePlatform } from '../../../src/platform/fake/index.ts';
import type { ContainerSpec } from '../../../src/platform/platform.ts';

/** The containers of the fake engine as machines that boot, answer to names and forget their data with their volume. */
export interface Machines {
  readonly platform: FakePlatform;
  running(): readonly Machine[];
  /** The one that answers to this name; null while none runs. */
  named(name: string): Machine | null;
  /** Where a node of the network gets to that connects to this host: an address, or a name that its DNS knows. */
  resolve(host: string): Machine | null;
  /** From now on the network's DNS answers nothing. */
  loseNames(): void;
  /** @throws PgrowError `no_answer` when nothing runs there */
  at(address: string): Promise<Machine>;
  /** @throws Error when it was never put there */
  read(container: string, path: string): string;
  /** A number is the code with which the machine's process ends at once. */
  onBoot(kind: string, boot: (machine: Machine) => number | undefined): void;
  /** Stopped, killed or removed: it runs no more. */
  onGone(hear: (machine: Machine) => void): void;
  onVolumeRemoved(forget: (volume: string) => void): void;
  /** A fence is put into this volume, whose container has exited. */
  onFenced(hear: (volume: string) => void): void;
  /** `paused`: nothing in it gets any time. `cut off`: its container runs in no network. Until the result is called. */
  hang(name: string, how: 'paused' | 'cut off'): () => void;
  hangs(machine: Machine): boolean;
  /** From now on its process ends as soon as it begins, until the result is called. */
  breakDown(name: string): () => void;
  /** The next connection to each that runs now is refused. */
  refuseOnce(): void;
  /** None of these refusals is left. */
  takeAll(): void;
  /** Nodes have an image from before their supervisors took orders, from now on. */
  forgetOrders(): void;
  knowsOrders(): boolean;
  /** Whatever has a name that ends so cannot be removed any more. */
  keep(name: string): void;
}

export interface Machine {
  readonly container: string;
  /** `postgres-1`. */
  readonly name: string;
  readonly kind: string;
  readonly volume: string | null;
  readonly spec: ContainerSpec;
}

export const createMachines = (): Machines => {
  const fake = createFakePlatform({ removalTimeoutMs: 500 });
  const machines = new Map<string, Machine>();
  const boots = new Map<string, (machine: Machine) => number | undefined>();
  const forgetters: ((volume: string) => void)[] = [];
  const listeners: ((machine: Machine) => void)[] = [];
  const fenceListeners: ((volume: string) => void)[] = [];
  /** Those that have exited as well. */
  const known = new Map<string, Machine>();

  let namesAreLost = false;
  const named = (name: string) => [...machines.values()].find(({ spec }) => spec.aliases.includes(name)) ?? null;
  const hanging = new Map<string, 'paused' | 'cut off'>();
  const kept = new Set<string>();
  const broken = new Set<string>();
  let takesOrders = true;
  const refusing = new Set<Machine>();
  const refuseKept = (name: string) => {
    if ([...kept].some((end) => name.endsWith(end)))
      throw new PgrowError('not_ready', `Cannot remove ${name}: it is stuck.`);
  };
  const forget = (name: string) => {
    const machine = machines.get(name);
    machines.delete(name);
    if (machine && hanging.get(machine.name) === 'paused') hanging.delete(machine.name);
    if (machine) for (const hear of listeners) hear(machine);
  };

  fake.onStart((spec) => {
    const machine = toMachine(spec);
    machines.set(spec.name, machine);
    known.set(spec.name, machine);
    const exitCode = broken.has(machine.name) ? 1 : boots.get(machine.kind)?.(machine);
    if (exitCode !== undefined) forget(spec.name);
    return exitCode;
  });

  const howItHangs = (container: string) => hanging.get(machines.get(container)?.name ?? '');
  const refusePaused = (container: string) => {
    if (howItHangs(container) === 'paused')
      throw new PgrowError('no_answer', `Cannot run a command in ${container}: Docker says "Container is paused".`);
  };
  const platform: FakePlatform = {
    ...fake,
    async inspectContainer(name) {
      const state = await fake.inspectContainer(name);
      const how = howItHangs(name);
      if (!state || !how) return state;
      return how === 'paused' ? { ...state, frozen: true } : { ...state, address: null };
    },
    async exec(name, command, stdin) {
      refusePaused(name);
      return fake.exec(name, command, stdin);
    },
    async execInteractive(name, command) {
      refusePaused(name);
      return fake.execInteractive(name, command);
    },
    async putFiles(name, files) {
      const [others, fences] = [files.filter(({ path }) => path !== fencePath), files.length];
      if (others.length < fences) for (const hear of fenceListeners) hear(known.get(name)?.volume ?? '');
      if (others.length > 0 || fences === 0) await fake.putFiles(name, others);
    },
    async joinNetworks(attachment) {
      await fake.joinNetworks(attachment);
      const machine = machines.get(attachment.name);
      if (machine && hanging.get(machine.name) === 'cut off') hanging.delete(machine.name);
    },
    async stopContainer(name, timeoutSeconds) {
      await fake.stopContainer(name, timeoutSeconds);
      forget(name);
    },
    async removeContainer(name) {
      refuseKept(name);
      await fake.removeContainer(name);
      hanging.delete(known.get(name)?.name ?? '');
      forget(name);
    },
    async removeVolume(name) {
      refuseKept(name);
      await fake.removeVolume(name);
      for (const forgetVolume of forgetters) forgetVolume(name);
    },
    async signalContainer(name, signal) {
      await fake.signalContainer(name, signal);
      if (signal === 'SIGKILL') forget(name);
    },
    kill(name, exitCode) {
      forget(name);
      fake.kill(name, exitCode);
    },
    restartEngine() {
      for (const name of machines.keys()) forget(name);
      fake.restartEngine();
    },
  };

  return {
    platform,
    running: () => [...machines.values()],
    named,
    resolve: (host) =>
      [...machines.values()].find(({ spec }) => spec.address === host) ?? (namesAreLost ? null : named(host)),
    loseNames() {
      namesAreLost = true;
    },
    async at(address) {
      for (const machine of machines.values()) {
        if ((await fake.inspectContainer(machine.container))?.address !== address) continue;
        if (hanging.has(machine.name))
          throw new PgrowError('no_answer', `Cannot connect to ${machine.name}: no connection in time.`);
        if (!refusing.delete(machine)) return machine;
        throw new PgrowError('no_answer', `Cannot connect to ${machine.name}: ECONNREFUSED.`);
      }
      throw new PgrowError('no_answer', `Nothing answers at ${address}.`);
    },
    hang(name, how) {
      hanging.set(name, how);
      return () => void hanging.delete(name);
    },
    hangs: ({ name }) => hanging.has(name),
    breakDown(name) {
      broken.add(name);
      return () => void broken.delete(name);
    },
    read(container, path) {
      const file = fake.files(container)[path];
      if (!file) throw new Error(`${container} was never given ${path}`);
      return file.content;
    },
    onBoot: (kind, boot) => void boots.set(kind, boot),
    onGone: (hear) => void listeners.push(hear),
    onFenced: (hear) => void fenceListeners.push(hear),
    onVolumeRemoved: (forgetVolume) => void forgetters.push(forgetVolume),
    refuseOnce() {
      for (const machine of machines.values()) refusing.add(machine);
    },
    takeAll: () => refusing.clear(),
    forgetOrders() {
      takesOrders = false;
    },
    knowsOrders: () => takesOrders,
    keep: (name) => void kept.add(name),
  };
};

const toMachine = (spec: ContainerSpec): Machine => ({
  container: spec.name,
  name: spec.labels[labelNames.node] ?? spec.hostname,
  kind: spec.labels[labelNames.kind] ?? 'unknown',
  volume: spec.mounts[0]?.volume ?? null,
  spec,
});
