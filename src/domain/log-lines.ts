/**
 * What an error may quote from a server's log, which goes into workflow histories, events and notifications: PostgreSQL
 * logs a statement that fails, with its literals, and what it says of it may repeat them. Left are the server's own affairs
 * (LOG, FATAL, PANIC) and the words of other programs.
 */

/** "Reporting and Logging" in PostgreSQL's manual: the severity is followed by two spaces, lines after a first by a tab. */
const header =
  /^(?!pg_\w+: |Cannot )(?:.*? )?(DEBUG\d?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|STATEMENT|DETAIL|CONTEXT|HINT|QUERY|LOCATION|BACKTRACE): {2}(.*)$/;

/** Of `log_statement`, `log_duration` and auto_explain. */
const ofStatement = /^(statement|execute|parse|bind|duration|fastpath function call)\b/;

/** Longer lines are cut: characters. */
const longest = 500;

/** The last `most` lines that remain, oldest first. */
export const withoutStatements = (log: string, most: number): string => {
  /** Of the message that the line belongs to: whether the server ended something with it, and whether its part is quoted. */
  let isFatal = false;
  let isTold = false;
  const quoted = log.split('\n').filter((line) => {
    const [, severity, said = ''] = header.exec(line) ?? [];
    if (severity === undefined) {
      if (line.startsWith('\t')) return isFatal && isTold;
      return line.trim() !== '';
    }
    if (!partsOfMessage.includes(severity)) isFatal = severity === 'FATAL' || severity === 'PANIC';
    if (severity === 'DETAIL' || severity === 'HINT') isTold = isFatal;
    else isTold = ['FATAL', 'PANIC'].includes(severity) || (severity === 'LOG' && !ofStatement.test(said));
    return isTold;
  });
  return quoted
    .slice(-most)
    .map((line) => (line.length > longest ? `${line.slice(0, longest)}…` : line))
    .join('\n');
};

/** They follow the line with the message itself. */
const partsOfMessage = ['STATEMENT', 'DETAIL', 'CONTEXT', 'HINT', 'QUERY', 'LOCATION', 'BACKTRACE'];
