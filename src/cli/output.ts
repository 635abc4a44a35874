/**
 * Conventions: with `--json` standard output carries exactly one JSON document in snake_case. Progress, warnings and
 * errors go to standard error, always; what is refused is then the document, `{"error": …}`.
 */

let printed = false;

/** Whether the one document has been printed: there must be no second. */
export const hasPrintedJson = (): boolean => printed;

/** Prints the one document of a `--json` run. */
export const printJson = (document: unknown): void => {
  printed = true;
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
};

/** Prints a line of the human-readable result. */
export const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Prints a line of progress, a warning or an error. */
export const printProgress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
