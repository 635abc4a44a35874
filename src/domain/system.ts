/** The parts of a control plane, as far as the API can see them. */
export const systemParts = ['api', 'worker', 'temporal', 'monitor', 'docker', 'metadata'] as const;
export type SystemPart = (typeof systemParts)[number];

/** `unknown`: what would have to be asked is itself away. */
export const systemStates = ['up', 'down', 'unknown'] as const;
export type SystemState = (typeof systemStates)[number];

export interface PartFound {
  readonly state: SystemState;
  /** A sentence. */
  readonly says: string;
  /** What to do; null where nothing has to be done. */
  readonly next: string | null;
}

export type SystemDocument = Readonly<Record<SystemPart, PartFound & { readonly since: string }>>;

/** How long each part has been in its state, as far as one observer can tell: it began to look at some moment. */
export const sinceWhen = () => {
  const before = new Map<SystemPart, { readonly state: SystemState; readonly since: string }>();
  return (found: Readonly<Record<SystemPart, PartFound>>, now: Date): SystemDocument => {
    const dated = systemParts.map((part) => {
      const known = before.get(part);
      const since = known?.state === found[part].state ? known.since : now.toISOString();
      before.set(part, { state: found[part].state, since });
      return [part, { ...found[part], since }] as const;
    });
    return Object.fromEntries(dated) as SystemDocument;
  };
};
