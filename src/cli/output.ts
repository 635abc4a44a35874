/**
 * Conventions: with `--json` or `--output json|yaml` standard output carries exactly one document in snake_case. Progress,
 * warnings and errors go to standard error, always; what is refused is then the document, `{"error": …}`.
 */

let printed = false;
let format = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

/** Documents are JSON unless something else is chosen before the first. */
export const formatDocuments = (chosen: (document: unknown) => string): void => {
  format = chosen;
};

/** Whether the one document has been printed: there must be no second. */
export const hasPrintedJson = (): boolean => printed;

/** Prints the one document of a `--json` run, in the format that is asked for. */
export const printJson = (document: unknown): void => {
  printed = true;
  process.stdout.write(format(document));
};

/** Prints a line of the human-readable result. */
export const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Prints a line of progress, a warning or an error. */
export const printProgress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
