import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { repositoryRoot } from '../../src/launcher/paths.ts';
import { commandsOf, type ShellCommand } from './shell-commands.ts';

/** A page of the documentation: `path` from the root of the repository, `text` in Markdown. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** A command that a page tells its readers to run. */
export interface DocumentedCommand extends ShellCommand {
  readonly page: string;
}

const folders = ['docs', 'examples', 'packages'];

/** README.md and its neighbours, and everything below these folders. */
export const readPages = (): readonly Page[] => {
  const below = folders.flatMap((folder) => markdownBelow(join(repositoryRoot, folder)));
  return [...markdownIn(repositoryRoot), ...below].toSorted().map((file) => ({
    path: relative(repositoryRoot, file),
    text: readFileSync(file, 'utf8'),
  }));
};

const markdownIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

const markdownBelow = (folder: string): string[] => {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
      .map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

/** The text of each fenced block, by what follows the fence: `sh`, `console`, `json`. */
export const blocksOf = ({ text }: Page, language: string): readonly string[] =>
  [...text.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].filter(([, tag]) => tag === language).map(([, , body]) => body!);

/** Without what is code, where a bracket or a number sign means something else. */
export const proseOf = ({ text }: Page): string =>
  text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** The commands of a page in its blocks: all of `sh`, and what follows a `$` in `console`. */
export const commandsInBlocks = (page: Page): readonly DocumentedCommand[] => {
  const typed = blocksOf(page, 'console').flatMap((block) =>
    [...block.matchAll(/^\$ ((?:.*\\\n)*.*)$/gm)].map(([, line]) => line!),
  );
  return [...blocksOf(page, 'sh'), ...typed].flatMap(commandsOf).map((command) => ({ ...command, page: page.path }));
};

/** Every command of a page: those in its blocks, and inline code that begins with `./pgrow`. */
export const documentedCommands = (page: Page): readonly DocumentedCommand[] => {
  const inline = [...page.text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`(\.\/pgrow [^`]+)`/g)];
  const texts = inline.map(([, code]) => code!.replaceAll(/\s+/g, ' '));
  return [...commandsInBlocks(page), ...texts.flatMap(commandsOf).map((command) => ({ ...command, page: page.path }))];
};

/** The five commands with which the README begins, without the name of the program. */
export const readWalk = () => {
  const readme = readPages().find(({ path }) => path === 'README.md')!;
  const block = blocksOf(readme, 'sh').find((each) => each.startsWith('./pgrow up'))!;
  const lines = commandsOf(block).map(({ words }) => words.slice(1));
  const [up, create, plan, expand, url] = lines;
  const verbs = lines.map(([verb]) => verb).join(' ');
  if (verbs !== 'up create plan expand url' || !up || !create || !plan || !expand || !url)
    throw new Error(`The README is to begin with up, create, plan, expand, url; it begins with ${verbs}`);
  return { up, create, plan, expand, url };
};
