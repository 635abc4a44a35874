import { PgrowError } from '../domain/errors.ts';

/** What docker-compose.yml reads from `.env`: names of images, and the group of the engine's socket. */
export type ComposeVariables = Readonly<Record<string, string>>;

const first = '# Written by "pgrow images --compose", which replaces these lines and no others.';
const last = '# End of what pgrow writes.';

/**
 * The content of an `.env` file with these variables in lines of their own. What others wrote stays as it is.
 *
 * @param content of the file so far; null if there is none
 * @param path of the file, for errors
 * @throws PgrowError `refused` when others set one of the variables, or the end of pgrow's lines is gone
 */
export const withVariables = (content: string | null, variables: ComposeVariables, path: string): string => {
  const lines = (content ?? '').split('\n');
  const start = lines.indexOf(first);
  const end = lines.indexOf(last, start);
  if (start >= 0 && end < 0)
    throw new PgrowError(
      'refused',
      `${path} begins what pgrow writes in line ${start + 1}, and the line "${last}" after it is gone. Remove pgrow's lines and run this again.`,
    );
  const foreign = lines.map((line, index) => (start >= 0 && index >= start && index <= end ? '' : line));
  for (const name of Object.keys(variables)) {
    const line = foreign.findIndex((one) => new RegExp(`^\\s*(export\\s+)?${name}\\s*[=:]`).test(one));
    if (line >= 0)
      throw new PgrowError(
        'refused',
        `${path} sets ${name} in line ${line + 1}, which pgrow did not write. Remove that line and run this again, or use the file as it is.`,
      );
  }
  const own = [first, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`), last];
  if (start >= 0) return lines.toSpliced(start, end - start + 1, ...own).join('\n');
  const before = content === null || content === '' || content.endsWith('\n') ? (content ?? '') : `${content}\n`;
  return `${before}${own.join('\n')}\n`;
};
