/** A command as a shell would run it, without what its output is sent to. */
export interface ShellCommand {
  /** Without the variables that are set for it. */
  readonly words: readonly string[];
}

const substitution = String.raw`[$<]\((?:[^()]|\([^()]*\))*\)`;
const singleQuoted = `'[^']*'`;
const doubleQuoted = String.raw`"(?:\\[\s\S]|[^"\\])*"`;
const word = String.raw`(?:${singleQuoted}|${doubleQuoted}|${substitution}|\\.|[^\s|&;()<>'"\\])+`;

/** What a script consists of. A number sign begins a comment only where a word could begin. */
const part = new RegExp(
  String.raw`(?<space>\\\n|[ \t]+)|(?<comment>#[^\n]*)|(?<redirection>[<>]+&?[ \t]*${word})|(?<end>[|&;()\n])|(?<word>${word})`,
  'y',
);

/**
 * The commands of a script, also those within `$(…)` and `<(…)`. Knows quotes, comments, continued lines, pipes, redirections and
 * variables set for one command; no loops, and no documents in place.
 */
export const commandsOf = (script: string): readonly ShellCommand[] => {
  const found: ShellCommand[] = [];
  let words: string[] = [];
  for (const { end, word: text } of partsOf(`${script}\n`)) {
    if (text !== undefined) {
      words.push(unquoted(text));
      found.push(...substitutionsIn(text).flatMap(commandsOf));
    }
    if (end === undefined) continue;
    const first = words.findIndex((each) => !/^[A-Z][A-Z_0-9]*=/.test(each));
    if (first !== -1) found.push({ words: words.slice(first) });
    words = [];
  }
  return found;
};

const partsOf = (script: string): readonly Partial<Record<'end' | 'word', string>>[] => {
  const parts = [];
  for (part.lastIndex = 0; part.lastIndex < script.length;) {
    const from = part.lastIndex;
    const match = part.exec(script);
    if (!match) throw new Error(`Not understood: ${script.slice(from, from + 60)}`);
    parts.push(match.groups!);
  }
  return parts;
};

const unquoted = (text: string): string =>
  text.replaceAll(
    /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\(.)/g,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped!,
  );

const substitutionsIn = (text: string): readonly string[] =>
  [...text.replaceAll(/'[^']*'/g, '').matchAll(new RegExp(substitution, 'g'))].map(([found]) => found.slice(2, -1));
