import type { ContainerEvent, Labels } from '../platform.ts';

/** What we use of an event (Engine API, "Monitor events"). */
export interface EngineEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  /** Nanoseconds since the epoch, rounded by JSON to some hundred of them. */
  readonly timeNano: number;
}

interface Known {
  readonly name: string;
  readonly labels: Labels;
}

export interface EventReader {
  /** A container that was there before the first event. */
  know(id: string, container: Known): void;
  /** Null for what is of another container, of no interest, or reported before. */
  read(event: EngineEvent): ContainerEvent | null;
}

const actions = ['start', 'die', 'pause', 'unpause', 'oom', 'health_status'] as const;
/** Events remembered so that none is reported twice after a reconnect: as many as the engine itself remembers. */
const remembered = 256;

/**
 * A network's event carries neither the labels nor the name of the container, and by then the container may be gone;
 * so the reader remembers every container of ours it has heard of.
 */
export const createEventReader = (isOurs: (labels: Labels) => boolean): EventReader => {
  const containers = new Map<string, Known>();
  const reported = new Set<string>();

  const isRepeated = (event: EngineEvent): boolean => {
    const key = [event.timeNano, event.Action, event.Actor.ID, event.Actor.Attributes.container].join(' ');
    if (reported.has(key)) return true;
    reported.add(key);
    const [oldest] = reported;
    if (reported.size > remembered && oldest !== undefined) reported.delete(oldest);
    return false;
  };

  const containerOf = (event: EngineEvent): Known | undefined => {
    const { ID: id, Attributes: attributes } = event.Actor;
    if (event.Type === 'network') return containers.get(attributes.container ?? '');
    if (isOurs(attributes)) containers.set(id, known(attributes, containers.get(id)));
    return containers.get(id);
  };

  return {
    know: (id, container) => {
      containers.set(id, container);
    },
    read: (event) => {
      const container = containerOf(event);
      if (event.Action === 'destroy') containers.delete(event.Actor.ID);
      const action = actionOf(event);
      if (!container || action === null || isRepeated(event)) return null;
      return {
        container: container.name,
        labels: container.labels,
        action,
        at: Math.floor(event.timeNano / 1e6),
      };
    },
  };
};

const actionOf = ({ Type: type, Action: action }: EngineEvent): ContainerEvent['action'] | null => {
  if (type === 'network') return action === 'disconnect' ? action : null;
  return actions.find((candidate) => action === candidate || action.startsWith(`${candidate}:`)) ?? null;
};

/** The engine mixes labels with facts of its own; the labels alone come from the list of containers or from here. */
const known = (attributes: Labels, before: Known | undefined): Known => {
  if (before) return before;
  const {
    name = '',
    image: _image,
    exitCode: _exitCode,
    signal: _signal,
    execDuration: _duration,
    ...labels
  } = attributes;
  return { name, labels };
};
