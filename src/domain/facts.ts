/** What a server holds besides rows that a plan must take into account. */
export interface Facts {
  /** The node that was asked: the one that takes writes. */
  readonly server: string;
  readonly unlogged: Listed;
  readonly logical_slots: readonly LogicalSlot[];
  /** Physical slots that pgrow did not make. */
  readonly guest_slots: readonly GuestSlot[];
  readonly tablespaces: readonly Tablespace[];
  /** Null if it could not be read. */
  readonly connections: ConnectionFacts | null;
  /** What could not be read, with the reason. It must not be treated as absent. */
  readonly unknown: readonly string[];
}

/** Many things, of which a few are named: `shop.public.sessions`. */
export interface Listed {
  readonly count: number;
  readonly names: readonly string[];
}

export interface LogicalSlot {
  readonly name: string;
  readonly database: string;
  readonly plugin: string;
  readonly active: boolean;
}

export interface GuestSlot {
  readonly name: string;
  /** Whether something streams through it now. */
  readonly active: boolean;
}

export interface Tablespace {
  readonly name: string;
  readonly location: string;
}

/** How many connections there are on the server, and how many databases share them. */
export interface ConnectionFacts {
  readonly max_connections: number;
  readonly superuser_reserved_connections: number;
  /** PostgreSQL 16 and later; 0 before. */
  readonly reserved_connections: number;
  /** Databases that applications can use, without `postgres`. */
  readonly databases: number;
}

/** This many names are enough to recognize the things. */
const namesShown = 10;

/** `a, b, c and 4 more` */
export const listText = ({ count, names }: Listed): string => {
  const shown = names.slice(0, namesShown);
  const more = count - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
};

/** Lists of several databases as one. */
export const joinLists = (lists: readonly Listed[]): Listed => ({
  count: lists.reduce((sum, { count }) => sum + count, 0),
  names: lists.flatMap(({ names }) => names),
});
