import type { Machine } from './machines.ts';

/** Servers that do not take connections yet. */
export interface SlowStarts {
  has(machine: Machine): boolean;
  begin(machine: Machine, start: () => void): void;
  callOff(machine: Machine): void;
  /** Someone sees who is starting, and may wait for that: from then on it does not take long. */
  lookAround(): void;
}

/** Milliseconds until a server that starts takes connections: a little after someone has seen that it does not yet. */
const delayMs = { once_seen: 15, unseen: 1000 } as const;

export const createSlowStarts = (): SlowStarts => {
  const starting = new Map<string, { readonly start: () => void; seen: boolean; timer: NodeJS.Timeout }>();
  return {
    has: ({ container }) => starting.has(container),
    begin({ container }, then) {
      const start = () => {
        starting.delete(container);
        then();
      };
      starting.set(container, { start, seen: false, timer: setTimeout(start, delayMs.unseen) });
    },
    callOff({ container }) {
      clearTimeout(starting.get(container)?.timer);
      starting.delete(container);
    },
    lookAround() {
      for (const one of starting.values()) {
        if (one.seen) continue;
        clearTimeout(one.timer);
        Object.assign(one, { seen: true, timer: setTimeout(one.start, delayMs.once_seen) });
      }
    },
  };
};
