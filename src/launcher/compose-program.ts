import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isUsableCompose } from './compose-version.ts';
import { readEnvironment } from './environment.ts';
import { ensureGoProgram, type GoProgram } from './go-program.ts';
import { messageOf } from './launcher-error.ts';
import { composeModule } from './paths.ts';
import type { Progress } from './progress.ts';
import { findProgram, runCommand } from './run-command.ts';

const compose: GoProgram = {
  name: 'docker-compose',
  package: 'github.com/docker/compose/v2/cmd',
  module: 'github.com/docker/compose/v2',
  pinnedIn: composeModule,
};

/** A command and its first arguments: `['docker', 'compose']`. */
export type ComposeCommand = readonly [string, ...string[]];

/**
 * How Docker Compose is called here. Where there is none that can read docker-compose.yml it is compiled, and made a plugin
 * of this user's `docker` unless there is one of that name.
 */
export const ensureCompose = async (progress: Progress): Promise<ComposeCommand> => {
  const plugin: ComposeCommand = ['docker', 'compose'];
  if (await works(plugin)) return plugin;
  const program = await ensureGoProgram(compose, progress);
  const plugins = join(readEnvironment().dockerConfig, 'cli-plugins');
  const path = join(plugins, 'docker-compose');
  try {
    mkdirSync(plugins, { recursive: true });
    symlinkSync(program, path);
    progress(`Docker Compose is a plugin of this user's docker now: ${path}`);
  } catch (error) {
    // There is an older one, which is not pgrow's to replace, or no home that can be written.
    progress(`Docker Compose is not made a plugin of docker: ${messageOf(error)}`);
  }
  return (await works(plugin)) ? plugin : [program];
};

const works = async ([program, ...first]: ComposeCommand): Promise<boolean> => {
  const path = findProgram(program);
  if (path === null) return false;
  return runCommand({ command: path, arguments: [...first, 'version', '--short'] }).then(isUsableCompose, () => false);
};
