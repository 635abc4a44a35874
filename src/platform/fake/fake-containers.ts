import { imageMissing } from '../platform-errors.ts';
import { attachmentsOf, descriptionOf } from '../describe.ts';
import { carries } from '../labels.ts';
import type { ContainerSpec, ContainerState, Platform } from '../platform.ts';
import { attach, begin, end } from './fake-process.ts';
import { putInto } from './fake-files.ts';
import { existing, type FakeContainer, type FakeState } from './fake-state.ts';

type Containers = Pick<
  Platform,
  | 'ensureContainer'
  | 'startContainer'
  | 'stopContainer'
  | 'restartContainer'
  | 'removeContainer'
  | 'setRestart'
  | 'limitContainer'
  | 'signalContainer'
  | 'inspectContainer'
  | 'describeContainer'
  | 'listContainers'
  | 'readLogs'
>;

/** Exit codes of processes that a signal ends. */
const endings: Readonly<Record<string, number>> = {
  KILL: 137,
  TERM: 0,
  INT: 0,
  QUIT: 0,
  ABRT: 134,
};

export const fakeContainers = (state: FakeState): Containers => ({
  ensureContainer: async (spec) => {
    if (!state.containers.has(spec.name)) create(state, spec);
    for (const attachment of spec.alsoIn ?? []) attach(state, existing(state, spec.name, 'connect'), attachment);
    putInto(state, spec.name, spec.files ?? []);
  },

  startContainer: async (name) => begin(state, existing(state, name, 'start'), 'start'),

  stopContainer: async (name) => {
    const container = state.containers.get(name);
    if (container) end(state, container, 0);
  },

  restartContainer: async (name) => {
    const container = existing(state, name, 'restart');
    end(state, container, 0);
    begin(state, container, 'restart');
  },

  removeContainer: async (name) => {
    const container = state.containers.get(name);
    if (!container) return;
    end(state, container, 137);
    state.containers.delete(name);
  },

  setRestart: async (name, restart) => {
    const container = state.containers.get(name);
    if (container) container.restart = restart;
  },

  limitContainer: async (name, { cpus }) => {
    const container = state.containers.get(name);
    if (container) container.cpus = cpus;
  },

  signalContainer: async (name, signal) => {
    const container = state.containers.get(name);
    const exitCode = endings[signal.replace(/^SIG/, '')];
    if (container && exitCode !== undefined) end(state, container, exitCode);
  },

  inspectContainer: async (name) => {
    const container = state.containers.get(name);
    return container ? stateOf(container) : null;
  },

  describeContainer: async (name) => {
    const container = state.containers.get(name);
    if (!container) return null;
    const { spec, restart, cpus, endpoints } = container;
    const attachments = [...endpoints.values()].map(({ attachment: { address = null, ...rest } }) => ({
      ...rest,
      address,
    }));
    return { ...descriptionOf(spec), attachments, restart, cpus };
  },

  listContainers: async (labels) =>
    [...state.containers.values()].filter(({ spec }) => carries(spec.labels, labels)).map(stateOf),

  // Its lines have no times.
  readLogs: async (name, lines) => {
    const { log } = existing(state, name, 'read the log of');
    return lines === 0 ? '' : (log.match(/[^\n]*\n|[^\n]+$/g) ?? []).slice(-lines).join('');
  },
});

const stateOf = ({
  spec,
  running,
  health,
  exitCode,
  restarts,
  endpoints,
  startedAt,
}: FakeContainer): ContainerState => ({
  name: spec.name,
  running,
  frozen: false,
  health,
  healthSays: '',
  exitCode,
  restarts,
  address: endpoints.get(spec.network)?.address ?? null,
  labels: spec.labels,
  image: spec.image,
  startedAt,
  ownName: null,
});

const create = (state: FakeState, spec: ContainerSpec): void => {
  if (state.missingImages.has(spec.image)) throw imageMissing(spec.image);
  for (const { volume } of spec.mounts) {
    if (!state.volumes.has(volume)) state.volumes.set(volume, { labels: spec.labels, files: new Map() });
  }
  state.containers.set(spec.name, created(spec));
};

const created = (spec: ContainerSpec): FakeContainer => ({
  spec,
  files: new Map(),
  running: false,
  health: 'none',
  exitCode: null,
  restarts: 0,
  endpoints: new Map(attachmentsOf(spec).map((attachment) => [attachment.network, { attachment, address: null }])),
  restart: spec.restart,
  cpus: spec.cpus,
  wasEnded: false,
  startedAt: '0001-01-01T00:00:00Z',
  log: '',
  restartTimer: null,
});
