import { Option, type Command } from 'commander';
import { formatDocuments } from './output.ts';
import { verbOf } from './value-kinds.ts';

/** `--output`, for all verbs at one place: to a verb, `--output yaml` is `--json`. */

const formats = ['json', 'yaml', 'table'] as const;
type Format = (typeof formats)[number];

export const outputOption = (): Option =>
  new Option('-o, --output <format>', 'print one document, or what people read; --json is short for json').choices(
    formats,
  );

/**
 * What is asked for, known before commander has read the arguments: it may find them wrong, and that is a document too.
 * What follows `--` belongs to another program.
 */
export const documentFormat = (args: readonly string[]): 'json' | 'yaml' | null => {
  const own = args.slice(0, args.includes('--') ? args.indexOf('--') : args.length);
  const asked = own.flatMap((word, index) => {
    if (word === '-o' || word === '--output') return [own[index + 1]];
    const [, value] = /^(?:--output=|-o)([a-z]+)$/.exec(word) ?? [];
    return value === undefined ? [] : [value];
  });
  const format = asked.at(-1);
  if (format === 'json' || format === 'yaml') return format;
  return own.includes('--json') ? 'json' : null;
};

/** YAML is loaded only where it is asked for. */
export const prepareDocuments = async (args: readonly string[]): Promise<void> => {
  if (documentFormat(args) !== 'yaml') return;
  const { stringify } = await import('yaml');
  formatDocuments((document) => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }));
};

/** Hands `--output` on to the verb that runs, before the verb's own options are read. */
export const handOverOutput = (program: Command, chosen: Command): void => {
  const { output } = program.opts<{ output?: Format }>();
  if (output === undefined || output === 'table' || chosen.commands.length > 0) return;
  if (!chosen.options.some(({ long }) => long === '--json')) {
    program.error(`error: "${verbOf(chosen)}" prints no document. Omit --output ${output}.`);
  }
  chosen.setOptionValueWithSource('json', true, 'implied');
};

export const refuseTwoFormats = (program: Command, running: Command): void => {
  const { output } = program.opts<{ output?: Format }>();
  if (output === undefined || output === 'json' || running.getOptionValueSource('json') !== 'cli') return;
  program.error(`error: --json and --output ${output} contradict each other. Omit one.`);
};
