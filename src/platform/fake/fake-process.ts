import { addressTaken, networkAbsent, portTaken } from '../platform-errors.ts';
import type { Attachment, ContainerEvent } from '../platform.ts';
import { existing, type FakeContainer, type FakeEndpoint, type FakeState } from './fake-state.ts';

/** Milliseconds until the engine restarts a container that died by itself, as Docker's first restart. */
const restartDelayMs = 100;

/** Its own process begins: address, ports, event. A failure leaves the container as it was. */
export const begin = (state: FakeState, container: FakeContainer, attempt: 'start' | 'restart'): void => {
  if (container.running) return;
  const { spec, endpoints } = container;
  for (const name of endpoints.keys())
    if (!state.networks.has(name)) throw networkAbsent(`${attempt} ${spec.name}`, name);
  const taken = spec.ports.find(({ host }) => isTaken(state, host));
  if (taken) throw portTaken(spec.name, taken.host);
  const addresses = [...endpoints.values()].map((endpoint) => addressFor(state, spec.name, endpoint));
  cancelRestart(container);
  container.running = true;
  container.wasEnded = false;
  container.exitCode = null;
  container.restarts = 0;
  for (const [index, endpoint] of [...endpoints.values()].entries()) endpoint.address = addresses[index]!;
  container.startedAt = new Date().toISOString();
  tell(state, container, 'start');
  const exitCode = state.onStart(spec);
  if (exitCode !== undefined) dieByItself(state, container, exitCode);
};

/** Its process ends on request: the restart policy does not apply. Of one that has ended before, nothing is remembered. */
export const end = (state: FakeState, container: FakeContainer, exitCode: number): void => {
  cancelRestart(container);
  if (!container.running) return;
  container.running = false;
  container.wasEnded = true;
  container.exitCode = exitCode;
  for (const endpoint of container.endpoints.values()) endpoint.address = null;
  tell(state, container, 'die');
  for (const _ of container.endpoints.keys()) tell(state, container, 'disconnect');
};

/** Its process ends unexpectedly: the restart policy decides. */
export const dieByItself = (state: FakeState, container: FakeContainer, exitCode: number): void => {
  if (!container.running) return;
  end(state, container, exitCode);
  container.wasEnded = false;
  if (container.restart === 'no') return;
  container.restartTimer = setTimeout(() => comeBack(state, container), restartDelayMs).unref();
};

/** The engine ends and starts again: everything in it dies, and what was not ended on request comes back, if it may. */
export const restartEngine = (state: FakeState): void => {
  for (const container of state.containers.values()) {
    const { wasEnded, running } = container;
    end(state, container, 137);
    container.wasEnded = !running && wasEnded;
  }
  for (const container of state.containers.values()) {
    const hasRun = container.exitCode !== null;
    if (container.restart === 'unless-stopped' && hasRun && !container.wasEnded) comeBack(state, container);
  }
};

/** A restart that fails, as for a port taken in the meantime, leaves the container down. */
const comeBack = (state: FakeState, container: FakeContainer): void => {
  const restarts = container.restarts + 1;
  try {
    begin(state, container, 'restart');
  } catch {
    container.exitCode = 128;
  }
  container.restarts = restarts;
};

export const tell = (state: FakeState, { spec }: FakeContainer, action: ContainerEvent['action']): void =>
  state.emit({ container: spec.name, labels: spec.labels, action, at: Date.now() });

const cancelRestart = (container: FakeContainer): void => {
  if (container.restartTimer) clearTimeout(container.restartTimer);
  container.restartTimer = null;
};

const isTaken = (state: FakeState, port: number): boolean =>
  state.foreignPorts.has(port) ||
  [...state.containers.values()].some(({ running, spec }) => running && spec.ports.some(({ host }) => host === port));

/** It runs on without. */
export const leaveNetwork = (state: FakeState, name: string, network: string): void => {
  const container = existing(state, name, 'disconnect');
  if (container.endpoints.delete(network)) tell(state, container, 'disconnect');
};

/** In it already is success. */
export const attach = (state: FakeState, container: FakeContainer, attachment: Attachment): void => {
  const { name } = container.spec;
  const { network, aliases, address } = attachment;
  // As with Docker, what does not run is connected to one that is not there, and does not start.
  if (container.running && !state.networks.has(network)) throw networkAbsent(`connect ${name}`, network);
  if (container.endpoints.has(network)) return;
  const endpoint: FakeEndpoint = {
    attachment: { network, aliases, ...(address === undefined ? {} : { address }) },
    address: null,
  };
  if (container.running) endpoint.address = addressFor(state, name, endpoint);
  container.endpoints.set(network, endpoint);
};

const addressFor = (state: FakeState, name: string, { attachment: { network, address } }: FakeEndpoint): string => {
  const { prefix } = state.networks.get(network)!;
  const used = new Set(
    [...state.containers.values()].flatMap(({ endpoints }) =>
      [...endpoints.values()].map((endpoint) => endpoint.address),
    ),
  );
  if (address !== undefined && used.has(address)) throw addressTaken(name);
  if (address !== undefined) return address;
  // The gateway may be number 1.
  for (let number = 2; ; number += 1) if (!used.has(`${prefix}.${number}`)) return `${prefix}.${number}`;
};
