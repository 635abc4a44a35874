/** A table as it is compared. */
export interface ComparedTable {
  /** `schema.table`, quoted where it has to be. */
  readonly name: string;
  /** Of its relation, the same on every physical copy. */
  readonly oid: string;
  /** Of the relation that holds its large values; null if it has none. */
  readonly toast: string | null;
  /** Columns whose values may be of any length, quoted. */
  readonly wide_columns: readonly string[];
  /** Main relation and large values, in bytes. */
  readonly bytes: number;
}

/** A table and how much of it is read. */
export interface SampledTable extends ComparedTable {
  /** Of its blocks, chosen the same way on every copy. */
  readonly percent: number;
}

/** Bytes that are read of one database at the most, each time. */
export const comparedBytes = 256 * 1024 * 1024;

/** Small tables whole, the others by a fair share of what is left; a tenth of a per mille at the least. */
export const sample = (tables: readonly ComparedTable[], budget = comparedBytes): readonly SampledTable[] => {
  let left = budget;
  return tables
    .toSorted((one, other) => one.bytes - other.bytes)
    .map((table, index) => {
      const share = left / (tables.length - index);
      const read = Math.min(table.bytes, share);
      left -= read;
      const percent = table.bytes === 0 ? 100 : Math.min(100, (100 * read) / table.bytes);
      return { ...table, percent: Math.max(0.01, Math.round(percent * 100) / 100) };
    });
};

/** Content by name of the table; null if it could not be read in time, or the table is gone. */
export type Prints = Readonly<Record<string, string | null>>;

export interface Looks {
  /** The primary before the copy was read, and after. */
  readonly before: Prints;
  readonly copy: Prints;
  readonly after: Prints;
}

/**
 * While writes continue no two servers are at the same position. A table that was the same on the primary before and after the
 * copy was read did not change, so the copy's must be the same too. A print tells versions of rows apart, not only their
 * content: a table that returned to what it was has changed.
 */
export const judge = ({ before, copy, after }: Looks) => {
  const verdicts = { same: [] as string[], changed: [] as string[], differs: [] as string[], unread: [] as string[] };
  for (const name of Object.keys(before)) {
    const prints = [before[name], copy[name], after[name]];
    if (prints.some((print) => print == null)) verdicts.unread.push(name);
    else if (before[name] !== after[name]) verdicts.changed.push(name);
    else verdicts[copy[name] === after[name] ? 'same' : 'differs'].push(name);
  }
  return verdicts;
};

/**
 * Looks after which a table that differs each time does differ. Once is no proof: a standby shows a commit a moment before
 * its primary does, where that waits for the standby's word.
 */
export const looksForProof = 3;
