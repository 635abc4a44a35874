import type { Command } from 'commander';
import { postgresMajors } from '../domain/database.ts';
import { invalidInput } from '../domain/input-problems.ts';
import { numberIfOne } from './create.ts';
import { print, printJson, printProgress } from './output.ts';

interface ImagesFlags {
  readonly postgresMajor?: readonly string[];
  readonly json?: true;
}

export const images = (program: Command): void => {
  program
    .command('images')
    .description('build the images of nodes that are missing')
    .option(
      '--postgres-major <majors...>',
      `also for these majors, now and after every update: ${postgresMajors.join(', ')}`,
    )
    .option('--json', 'print their names as one JSON document')
    .action(async ({ postgresMajor = [], json }: ImagesFlags) => {
      const majors = postgresMajor.map(majorIn);
      const { buildImages } = await import('../launcher/control-plane.ts');
      const built = await buildImages({ majors, progress: printProgress });
      if (json) return printJson(built);
      for (const name of Object.values(built)) print(name);
    });
};

const majorIn = (text: string) => {
  const major = postgresMajors.find((one) => one === numberIfOne(text));
  if (major !== undefined) return major;
  throw invalidInput('The command', [{ path: '--postgres-major', value: text, allowed: postgresMajors.join(', ') }]);
};
