/**
 * The text of a statement without the values in it, by the lexical rules of PostgreSQL ("Lexical Structure" in its manual).
 * Each literal becomes `?`, comments go. What cannot be told apart for sure is left out up to the end, as `…`.
 */
export const hideLiterals = (statement: string, hiding: Hiding = {}): string => {
  const shown: string[] = [];
  const context = contextOfStatement();
  let at = 0;
  while (at < statement.length) {
    const token = tokenAt(statement, at);
    at += token.length;
    if (token.kind === 'lost') {
      shown.push(rest);
      break;
    }
    shown.push(context.isValue(token) ? hidden : shownAs(token, hiding));
  }
  return shown.join('').trim();
};

/** What it does, for a statement of which nothing else can be shown: `SELECT …`. */
export const commandOf = (statement: string): string => {
  for (let at = 0; at < statement.length;) {
    const token = tokenAt(statement, at);
    at += token.length;
    if (token.kind === 'comment' || (token.kind === 'other' && /^[\s(]+$/.test(token.text))) continue;
    return token.kind === 'name' && commands.has(token.text.toUpperCase()) ? `${token.text} ${rest}` : rest;
  }
  return rest;
};

/** Another first word may be a value that was sent by mistake. */
const commands = new Set(
  (
    'ABORT ALTER ANALYZE BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE DELETE DISCARD DO DROP ' +
    'END EXECUTE EXPLAIN FETCH GRANT IMPORT INSERT LISTEN LOAD LOCK MERGE MOVE NOTIFY PREPARE REASSIGN REFRESH REINDEX RELEASE ' +
    'RESET REVOKE ROLLBACK SAVEPOINT SECURITY SELECT SET SHOW START TABLE TRUNCATE UNLISTEN UPDATE VACUUM VALUES WITH'
  ).split(' '),
);

interface Hiding {
  /** Names that may be values which were written as names by mistake. As the server says them, in lower case. */
  readonly hiddenNames?: ReadonlySet<string>;
  /** Whether all names in double quotes are hidden. Default false. */
  readonly hidesQuoted?: boolean;
}

const hidden = '?';
const rest = '…';

type Kind = 'literal' | 'comment' | 'name' | 'other' | 'lost';

interface Token {
  readonly kind: Kind;
  readonly text: string;
  readonly length: number;
}

const start = '[\\p{L}_\\u0080-\\u{10ffff}]';
const part = '[\\p{L}\\p{N}_$\\u0080-\\u{10ffff}]';
const pattern = (source: string) => new RegExp(source, 'uy');

const patterns = {
  // To PostgreSQL no other character is one.
  space: pattern('[ \\t\\n\\r\\f\\v]+'),
  lineComment: pattern('--[^\\n\\r]*'),
  dollar: pattern(`\\$(?:${start}[\\p{L}\\p{N}_\\u0080-\\u{10ffff}]*)?\\$`),
  parameter: pattern('\\$\\d+'),
  escaped: pattern("[eE]'(?:[^'\\\\]|''|\\\\[^])*'"),
  quoted: pattern("(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'"),
  quotedName: pattern('(?:[uU]&)?"(?:[^"]|"")*"'),
  // With what follows directly: PostgreSQL takes it for junk, and so must not be shown.
  number: pattern(`(?:\\d[\\d_]*(?:\\.[\\d_]*)?|\\.\\d[\\d_]*)(?:[eE][+-]?\\d+)?${part}*`),
  name: pattern(`${start}${part}*`),
} as const;

const match = (what: keyof typeof patterns, text: string, at: number): string | null => {
  const { [what]: expression } = patterns;
  expression.lastIndex = at;
  return expression.exec(text)?.[0] ?? null;
};

const tokenAt = (text: string, at: number): Token => {
  const token = (kind: Kind, said: string): Token => ({ kind, text: said, length: said.length });
  const lost = token('lost', text.slice(at));
  const space = match('space', text, at);
  if (space !== null) return token('other', space);
  const comment = match('lineComment', text, at) ?? blockComment(text, at);
  if (comment !== null) return comment === unended ? lost : token('comment', comment);
  const opening = match('dollar', text, at);
  if (opening !== null) {
    const end = text.indexOf(opening, at + opening.length);
    return end === -1 ? lost : token('literal', text.slice(at, end + opening.length));
  }
  const parameter = match('parameter', text, at);
  if (parameter !== null) return token(parameter.length > '$65535'.length ? 'literal' : 'other', parameter);
  const escaped = match('escaped', text, at);
  if (escaped !== null) return token('literal', escaped);
  const quoted = match('quoted', text, at);
  if (quoted !== null) return isDoubtful(quoted) ? lost : token('literal', quoted);
  const name = match('quotedName', text, at);
  if (name !== null) return token('name', name);
  // A quote that does not end.
  if (/['"]/.test(text[at]!) || /^(?:[eEbBxXnN]|[uU]&)['"]/.test(text.slice(at, at + 3))) return lost;
  const number = match('number', text, at);
  if (number !== null) return token('literal', number);
  return token(...nameOrOther(text, at));
};

const nameOrOther = (text: string, at: number): [Kind, string] => {
  const name = match('name', text, at);
  return name === null ? ['other', String.fromCodePoint(text.codePointAt(at)!)] : ['name', name];
};

/** With `standard_conforming_strings` off a backslash before a quote means that the string continues. */
const isDoubtful = (quoted: string): boolean => /(?:^|[^\\])(?:\\\\)*\\'/.test(quoted);

const unended = Symbol('unended');

/** They nest. Null for none. */
const blockComment = (text: string, at: number): string | typeof unended | null => {
  if (!text.startsWith('/*', at)) return null;
  let depth = 0;
  for (let end = at; end < text.length; end += 1) {
    if (text.startsWith('/*', end)) depth += 1;
    else if (text.startsWith('*/', end)) depth -= 1;
    else continue;
    end += 1;
    if (depth === 0) return text.slice(at, end + 1);
  }
  return unended;
};

const shownAs = ({ kind, text }: Token, { hiddenNames, hidesQuoted = false }: Hiding): string => {
  if (kind === 'literal') return hidden;
  if (kind === 'comment') return ' ';
  if (kind !== 'name') return text;
  const isQuoted = text.endsWith('"');
  if (hiddenNames?.has(nameIn(text))) return isQuoted ? `"${hidden}"` : hidden;
  return isQuoted && (hidesQuoted || !isPlainName(text.slice(1, -1))) ? `"${hidden}"` : text;
};

/** As the server compares it. */
const nameIn = (text: string): string =>
  keptOf(text.endsWith('"') ? text.slice(text.indexOf('"') + 1, -1).replaceAll('""', '"') : text).toLowerCase();

/** Bytes of a name; what follows the server leaves out, in its messages as well. */
const longestName = 63;

const keptOf = (name: string): string => {
  const bytes = Buffer.from(name);
  if (bytes.length <= longestName) return name;
  return bytes
    .subarray(0, longestName)
    .toString()
    .replace(/\ufffd$/, '');
};

/** A value that was put into the wrong quotes is rarely one word. */
export const isPlainName = (name: string): boolean => /^[\p{L}_][\p{L}\p{N}_$]{0,62}$/u.test(name);

/** Values of settings need no quotes: `SET x TO value`, `ALTER ROLE r SET x = value`. */
const contextOfStatement = () => {
  let first: string | null = null;
  let isAfter = false;
  return {
    isValue({ kind, text }: Token): boolean {
      if (kind === 'other' && text === ';') {
        first = null;
        isAfter = false;
      }
      if (kind === 'name') first ??= text.toLowerCase();
      if (isAfter && kind === 'name') return true;
      const isSetting = first === 'set' || first === 'alter';
      if (isSetting && (text === '=' || (kind === 'name' && text.toLowerCase() === 'to'))) isAfter = true;
      return false;
    },
  };
};
