import { addressTaken, networkAbsent, portTaken } from '../platform-errors.ts';
import type { ContainerEvent } from '../platform.ts';
import { existing, type FakeContainer, type FakeNetwork, type FakeState } from './fake-state.ts';

/** Milliseconds until the engine restarts a container that died by itself, as Docker's first restart. */
const restartDelayMs = 100;

/** Its own process begins: address, ports, event. A failure leaves the container as it was. */
export const begin = (state: FakeState, container: FakeContainer, attempt: 'start' | 'restart'): void => {
  if (container.running) return;
  const { spec } = container;
  const network = state.networks.get(spec.network);
  if (!network) throw networkAbsent(`${attempt} ${spec.name}`, spec.network);
  const taken = spec.ports.find(({ host }) => isTaken(state, host));
  if (taken) throw portTaken(spec.name, taken.host);
  const address = addressFor(state, network, container);
  cancelRestart(container);
  container.running = true;
  container.wasEnded = false;
  container.exitCode = null;
  container.restarts = 0;
  container.address = address;
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
  container.address = null;
  tell(state, container, 'die');
  tell(state, container, 'disconnect');
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

/** It runs on, in no network. */
export const leaveNetwork = (state: FakeState, name: string): void => {
  const container = existing(state, name, 'disconnect');
  container.address = null;
  tell(state, container, 'disconnect');
};

/** In it already is success. */
export const joinAgain = (state: FakeState, name: string, address: string | undefined): void => {
  const container = existing(state, name, 'connect');
  const network = state.networks.get(container.spec.network);
  if (!container.running || container.address !== null) return;
  if (!network) throw networkAbsent(`connect ${name}`, container.spec.network);
  container.fixedAddress = address;
  container.address = addressFor(state, network, container);
};

const addressFor = (
  state: FakeState,
  { prefix }: FakeNetwork,
  { spec: { name }, fixedAddress: address }: FakeContainer,
): string => {
  const used = new Set([...state.containers.values()].map((container) => container.address));
  if (address !== undefined && used.has(address)) throw addressTaken(name);
  if (address !== undefined) return address;
  // The gateway may be number 1.
  for (let number = 2; ; number += 1) if (!used.has(`${prefix}.${number}`)) return `${prefix}.${number}`;
};
