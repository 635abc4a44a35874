/**
 * Why a transaction failed: `refused` – no connection came about; `reset` – the connection broke under it; `timeout` –
 * no answer in time; `sql` – the server answered with an error.
 */
export const failureCategories = ['refused', 'reset', 'timeout', 'sql'] as const;
export type FailureCategory = (typeof failureCategories)[number];

export interface ReportedError {
  readonly category: FailureCategory;
  /** SQLSTATE or the operating system's code (`ECONNRESET`); null if there is none. */
  readonly code: string | null;
  readonly message: string;
  readonly count: number;
  /** Milliseconds after the start of the workload. */
  readonly first_at_ms: number;
}

/** Distinct messages that are kept; a storm of failures must not fill memory. */
const keptMessages = 10;

export interface FailureLog {
  add(category: FailureCategory, error: unknown, atMs: number): void;
  readonly total: number;
  readonly byCategory: Readonly<Record<FailureCategory, number>>;
  readonly errors: readonly ReportedError[];
}

export const createFailureLog = (): FailureLog => {
  const byCategory = { refused: 0, reset: 0, timeout: 0, sql: 0 };
  const errors = new Map<string, ReportedError>();
  return {
    add: (category, error, atMs) => {
      byCategory[category] += 1;
      const { code, message } = describe(error);
      const key = `${category} ${code} ${message}`;
      const known = errors.get(key);
      if (known) errors.set(key, { ...known, count: known.count + 1 });
      else if (errors.size < keptMessages) {
        errors.set(key, { category, code, message, count: 1, first_at_ms: Math.round(atMs) });
      }
    },
    get total() {
      return failureCategories.reduce((sum, category) => sum + byCategory[category], 0);
    },
    get byCategory() {
      return { ...byCategory };
    },
    get errors() {
      return [...errors.values()];
    },
  };
};

/** Whether the server itself said no (and the session lives on), the connection is gone, or a pooler never had one for it. */
export const categoryOf = (error: unknown): 'refused' | 'reset' | 'sql' => {
  const { code, message } = describe(error);
  if (message.startsWith(noServerConnection)) return 'refused';
  if (code === null || !/^[0-9A-Z]{5}$/.test(code)) return 'reset';
  // Class 08: connection exceptions. 57P01–57P03: terminated by an administrator, crash, cannot connect now. Node's own
  // codes of five letters: EPIPE.
  return code.startsWith('08') || /^57P0[1-3]$/.test(code) || code === 'EPIPE' ? 'reset' : 'sql';
};

/** PgBouncer says so to clients whose transaction has not begun: they wait for a server connection, and none can be opened. */
const noServerConnection = 'server login has been failing';

const describe = (error: unknown): { code: string | null; message: string } => {
  if (!(error instanceof Error)) return { code: null, message: String(error) };
  const { code } = error as Error & { code?: unknown };
  // Node's AggregateError (several addresses tried) has an empty message.
  const message = error.message || (error instanceof AggregateError ? describe(error.errors[0]).message : error.name);
  return { code: typeof code === 'string' ? code : null, message };
};
