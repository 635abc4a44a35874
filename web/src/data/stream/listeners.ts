export const createListeners = <T>() => {
  const listeners = new Set<(value: T) => void>();
  return {
    /** @returns ends it */
    add(listener: (value: T) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    say(value: T): void {
      for (const listener of listeners) listener(value);
    },
  };
};
