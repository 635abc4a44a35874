const blot = '[password]';

/** In words of PostgreSQL, in connection strings of libpq, and in URLs. */
const patterns: readonly RegExp[] = [
  /(\bpassword\s*(?:=\s*)?)(?:e?'(?:[^'\\]|''|\\.)*'|\$(\w*)\$[\s\S]*?\$\2\$)/gi,
  /(\bpassword\s*=\s*)[^\s'$]+/gi,
  /(\b[a-z][a-z+.-]*:\/\/[^\s:@/]+:)[^\s@/]+(?=@)/gi,
];

/**
 * Log lines without the passwords that can be recognised as such: PostgreSQL logs the text of statements that fail, and that
 * of an `ALTER ROLE … PASSWORD` holds one.
 */
export const blotPasswords = (text: string): string =>
  patterns.reduce((blotted, pattern) => blotted.replace(pattern, `$1${blot}`), text);
