/** What the servers say of a password: taken, refused, or none of them can be asked. */
export type PasswordAnswer = 'accepted' | 'refused' | 'unknown';

/** Characters. PgBouncer takes no longer ones. */
const longest = 1023;

/** What is wrong with a password as such, without showing it; null if nothing is. */
export const passwordProblem = (password: unknown): string | null => {
  if (typeof password !== 'string') return 'it is missing';
  if (password === '') return 'it is empty';
  if (password.length > longest) return `it has ${password.length} characters, ${longest} are allowed`;
  return /[\0\r\n]/.test(password) ? 'it has more than one line' : null;
};
