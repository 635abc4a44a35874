/** A process that answers the API's questions about nodes (`looks.ts`). */
export interface Answerer {
  /** For users. */
  readonly name: string;
  /** Name of its Unix socket. */
  readonly socket: string;
  /** Whether the socket is of one process only: a later one has another name. */
  readonly isUnique: boolean;
}

/** Where the processes of a home answer the API. */
export interface LooksSockets {
  /** Whom to ask, the best one first. */
  list(): readonly Answerer[];
  /** From where this process works: the address of a socket must be short. */
  pathOf(answerer: Answerer): string;
  /** Hears that a socket refuses connections: its process is gone, and left it behind. */
  forget(answerer: Answerer): void;
}

const socketName = /^(worker|monitor)(?:-([0-9a-f]+))?(?:-([0-9a-f]+))?\.sock$/;

/**
 * Whom to ask, in which order: workers of the newest version first, monitors last. `sockets`: names of files, others among
 * them. `prepared`: builds, the newest last.
 */
export const orderAnswerers = (sockets: readonly string[], prepared: readonly string[]): readonly Answerer[] =>
  sockets
    .flatMap((socket) => {
      const [, program, first, second] = socketName.exec(socket) ?? [];
      if (program === undefined) return [];
      const isWorker = program === 'worker';
      const isUnique = (isWorker ? second : first) !== undefined;
      const age = isWorker ? prepared.length - prepared.indexOf(first ?? '') : Number.POSITIVE_INFINITY;
      return [{ name: `the ${program}`, socket, isUnique, age }];
    })
    .toSorted((one, other) => (one.age === other.age ? one.socket.localeCompare(other.socket) : one.age - other.age))
    .map(({ name, socket, isUnique }) => ({ name, socket, isUnique }));
