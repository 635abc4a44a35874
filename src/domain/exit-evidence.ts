/** What the engine shows of a container (`ContainerState` of the platform); null when it knows none of that name. */
type Shown = { readonly running: boolean } | null;

/**
 * Whether a container has exited, on evidence: the engine shows that it has, or reported its exit and knows none of that
 * name now. "There is no such container" alone is no evidence: it may run where this engine does not look.
 */
export const hasExited = (shown: Shown, reported: 'exit reported' | 'nothing reported'): boolean =>
  shown === null ? reported === 'exit reported' : !shown.running;
