import type { Capacity } from '../../domain/server-size.ts';
import type { ContainerSpec, ContainerState, NodeFile, Platform } from '../platform.ts';
import { createRecorder, type FakeCall, type PlatformCall } from './fake-calls.ts';
import { fakeContainers } from './fake-containers.ts';
import { fakeEvents } from './fake-events.ts';
import { fakeExec, type ExecHandler, type ExecHandlers, type InteractiveHandler } from './fake-exec.ts';
import { fakeFiles, filesOf } from './fake-files.ts';
import { dieByItself, leaveNetwork, restartEngine, tell } from './fake-process.ts';
import { fakeResources } from './fake-resources.ts';
import { existing, type FakeState } from './fake-state.ts';

/** An engine in memory that behaves as Docker does, for tests of workflows; and what a test does to it. */
export interface FakePlatform extends Platform {
  /** Every call so far, oldest first. */
  readonly calls: readonly FakeCall[];
  /** The next `times` calls of this method throw, having done nothing. */
  failNext(method: PlatformCall, error: Error, times?: number): void;
  /** By path; those in the container's volumes too. */
  files(container: string): Readonly<Record<string, NodeFile>>;
  /** The handler registered last is asked first. Without one a command prints nothing and exits with 0. */
  onExec(handler: ExecHandler): void;
  onInteractiveExec(handler: InteractiveHandler): void;
  /** A number is the code the container exits with at once, as one that runs to its end. */
  onStart(handler: (container: ContainerSpec) => number | undefined): void;
  /** Its process dies by itself; `unless-stopped` brings it back as Docker would. */
  kill(container: string, exitCode: number): void;
  /** The engine's own program is restarted, or its host. */
  restartEngine(): void;
  /** As by hand: it runs on, no longer in this network. */
  disconnect(container: string, network: string): void;
  setHealth(container: string, health: ContainerState['health']): void;
  print(container: string, text: string): void;
  removeImage(image: string): void;
  /** A program outside the engine listens there from now on; the result lets it go. */
  takePort(port: number): () => void;
}

export interface FakePlatformOptions {
  /** How long a removal waits for what is still in use. Milliseconds. */
  readonly removalTimeoutMs?: number;
  /** Bytes. */
  readonly freeBytes?: () => Promise<number>;
  readonly capacity?: Capacity;
}

const plentyBytes = 1e12;
const plenty: Capacity = { memory_bytes: 64 * 1024 ** 3, cpus: 16 };

export const createFakePlatform = (options: FakePlatformOptions = {}): FakePlatform => {
  const events = fakeEvents();
  const state: FakeState = {
    containers: new Map(),
    volumes: new Map(),
    networks: new Map(),
    missingImages: new Set(),
    foreignPorts: new Set(),
    emit: events.emit,
    onStart: () => undefined,
  };
  const handlers: ExecHandlers = { exec: [], interactive: [] };
  const recorder = createRecorder();

  return {
    ...recorder.record({
      ...fakeResources(state, options.removalTimeoutMs ?? 10_000),
      ...fakeContainers(state),
      ...fakeFiles(state),
      ...fakeExec(state, handlers),
      capacity: async () => options.capacity ?? plenty,
      freeBytes: options.freeBytes ?? (async () => plentyBytes),
      ping: async () => {},
      hasImage: async (image) => !state.missingImages.has(image),
      imageMadeAt: async (image) => (state.missingImages.has(image) ? null : '2026-01-01T00:00:00.000Z'),
    }),
    watch: events.watch,
    followLog: async function* (name, { lines }) {
      const { log } = existing(state, name, 'read the log of');
      for (const text of log.split('\n').slice(0, -1).slice(-lines)) yield { at: '', text };
    },
    // Nothing listens in a container without processes.
    dial: async ({ address }, port) => {
      throw Object.assign(new Error(`connect ECONNREFUSED ${address}:${port}`), { code: 'ECONNREFUSED' });
    },

    calls: recorder.calls,
    failNext: recorder.failNext,
    files: (container) => filesOf(state, container),
    onExec: (handler) => void handlers.exec.push(handler),
    onInteractiveExec: (handler) => void handlers.interactive.push(handler),
    onStart: (handler) => {
      state.onStart = handler;
    },
    kill: (container, exitCode) => dieByItself(state, existing(state, container, 'kill'), exitCode),
    restartEngine: () => restartEngine(state),
    disconnect: (container, network) => leaveNetwork(state, container, network),
    setHealth: (name, health) => {
      const container = existing(state, name, 'set the health of');
      container.health = health;
      tell(state, container, 'health_status');
    },
    print: (container, text) => {
      existing(state, container, 'print in').log += text;
    },
    removeImage: (image) => void state.missingImages.add(image),
    takePort: (port) => {
      state.foreignPorts.add(port);
      return () => void state.foreignPorts.delete(port);
    },
  };
};
