import { isPlainName } from './hide-literals.ts';

/** What the server says of a statement that failed, without the values that it repeats. */
export interface KnownMessage {
  readonly message: string;
  /** Names in it that may have been meant as values, in lower case: they are to be hidden in the statement as well. */
  readonly doubtful: ReadonlySet<string>;
  /** Whether the server knew all names of the statement by then. Others may be values in the wrong quotes. */
  readonly knewNames: boolean;
}

const none: ReadonlySet<string> = new Set();

/**
 * Null for what is not known to come from the server itself after it had read the whole statement: a message of the application's own may
 * repeat any value, and a statement that could not be read has no sure literals.
 */
export const knownMessage = (message: string): KnownMessage | null => {
  // The value that was compared with a column, in double quotes or in none.
  const missing = /^column "([^]+)" does not exist$/.exec(message)?.[1];
  if (missing !== undefined && !/^[^"]+" of relation "/.test(missing))
    return { message: 'column "?" does not exist', doubtful: new Set([missing.toLowerCase()]), knewNames: false };
  for (const { expression, kinds, knewNames } of templates) {
    const found = expression.exec(message)?.indices;
    if (!found) continue;
    const pieces: string[] = [];
    let at = 0;
    for (const [index, kind] of kinds.entries()) {
      const [from, to] = found[index + 1]!;
      pieces.push(message.slice(at, from), shown(kind, message.slice(from, to)));
      at = to;
    }
    return { message: `${pieces.join('')}${message.slice(at)}`, doubtful: none, knewNames };
  }
  return null;
};

type PartKind = 'name' | 'value' | 'words';

const shown = (kind: PartKind, text: string): string => {
  if (kind === 'words') return text;
  return kind === 'name' && isPlainName(text) ? text : '?';
};

/**
 * What the server says of a statement that runs: `%i` a name, `%v` a value, `%t` a type, `%f` a function with the types of its arguments,
 * `%q` a column with its table, `%o` an operator between two types, `%k` a command, `{a|b}` one of these.
 */
const whileRunning = [
  'duplicate key value violates unique constraint "%i"',
  'conflicting key value violates exclusion constraint "%i"',
  'insert or update on table "%i" violates foreign key constraint "%i"',
  'update or delete on table "%i" violates foreign key constraint "%i" on table "%i"',
  'update or delete on table "%i" violates RESTRICT setting of foreign key constraint "%i" on table "%i"',
  'null value in column "%i" of relation "%i" violates not-null constraint',
  'new row for relation "%i" violates check constraint "%i"',
  'new row violates row-level security policy for table "%i"',
  'no partition of relation "%i" found for row',
  'value too long for type %t',
  'prepared statement "%i" {does not exist|already exists}',
  'deadlock detected',
  'canceling statement due to {statement timeout|lock timeout|user request|conflict with recovery}',
  'could not serialize access due to {concurrent update|concurrent delete|read/write dependencies among transactions}',
  'terminating connection due to {administrator command|idle-in-transaction timeout|transaction timeout|conflict with recovery}',
  'cannot execute %k in a read-only transaction',
  'division by zero',
  'numeric field overflow',
  '{smallint|integer|bigint|timestamp|date|interval} out of range',
  'value out of range: {overflow|underflow}',
  'cached plan must not change result type',
  'more than one row returned by a subquery used as an expression',
  'there is no unique or exclusion constraint matching the ON CONFLICT specification',
  'out of shared memory',
];

/** The same before it has looked up all names of a statement. */
const whileReading = [
  'relation "%i" {does not exist|already exists}',
  'column "%i" of relation "%i" {does not exist|already exists}',
  'column %q does not exist',
  'column reference "%i" is ambiguous',
  'missing FROM-clause entry for table "%i"',
  'function %f {does not exist|is not unique}',
  'operator does not exist: %o',
  '{type|schema} "%i" does not exist',
  'permission denied for {table|view|materialized view|foreign table|sequence|schema|function|database|relation|type} %i',
  'must be owner of {table|view|materialized view|sequence|schema|function|database|relation|type} %i',
  'could not obtain lock on {row in relation|relation} "%i"',
  'current transaction is aborted, commands ignored until end of transaction block',
  'invalid input syntax for type %t: "%v"',
  'invalid input value for enum %i: "%v"',
  'value "%v" is out of range for type %t',
  'date/time field value out of range: "%v"',
];

const type = '[a-z_][\\w .]{0,99}(?:\\(\\d+(?:,\\d+)?\\))?(?:[a-z ]{0,30})(?:\\[\\])?';
const word = '[\\p{L}_][\\p{L}\\p{N}_$]{0,62}';

const parts: Readonly<Record<string, { readonly kind: PartKind; readonly source: string }>> = {
  '%i': { kind: 'name', source: '([^"]+)' },
  '%v': { kind: 'value', source: '([^]*)' },
  '%t': { kind: 'words', source: `(${type})` },
  '%f': { kind: 'words', source: `((?:${word}\\.)?${word}\\((?:[\\w ,.[\\]]{0,300})\\))` },
  '%q': { kind: 'words', source: `(${word}(?:\\.${word})+)` },
  '%o': { kind: 'words', source: `(${type} [<>=!~@#%^&|*\\/+?\\-]{1,5} ${type})` },
  '%k': { kind: 'words', source: '([A-Z][A-Z ]{1,40})' },
};

const templateOf = (text: string, knewNames: boolean) => {
  const kinds: PartKind[] = [];
  const source = text.replaceAll(/%[ivtfqok]|\{[^}]+\}|[.*+?^$()[\]\\]/g, (found) => {
    const known = parts[found];
    if (known) kinds.push(known.kind);
    return known?.source ?? (found.startsWith('{') ? `(?:${found.slice(1, -1)})` : `\\${found}`);
  });
  return { kinds, knewNames, expression: new RegExp(`^${source}$`, 'du') };
};

const templates = [
  ...whileRunning.map((text) => templateOf(text, true)),
  ...whileReading.map((text) => templateOf(text, false)),
];
