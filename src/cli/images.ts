import type { Command } from 'commander';
import { postgresMajors } from '../domain/database.ts';
import { invalidInput } from '../domain/input-problems.ts';
import { numberIfOne } from './create.ts';
import { print, printJson, printProgress } from './output.ts';

interface ImagesFlags {
  readonly postgresMajor?: readonly string[];
  readonly controlPlane?: true;
  readonly compose?: true;
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
    .option('--control-plane', 'also build the image of pgrow itself')
    .option(
      '--compose',
      'also build what docker-compose.yml runs, for engines without an image registry, and name it in .env',
    )
    .option('--json', 'print their names as one JSON document')
    .action(async ({ postgresMajor = [], controlPlane, compose, json }: ImagesFlags) => {
      const majors = postgresMajor.map(majorIn);
      const { buildImages } = await import('../launcher/control-plane.ts');
      const nodes = await buildImages({ majors, progress: printProgress });
      const ofPgrow = controlPlane ? { control_plane: await imageOfControlPlane() } : {};
      const ofCompose = compose ? await imagesOfCompose(nodes.postgres!) : null;
      const built = { ...nodes, ...ofPgrow, ...ofCompose?.images };
      if (json) return printJson(built);
      for (const name of Object.values(built)) print(name);
      if (ofCompose !== null) print(`Start the control plane: ${ofCompose.command.join(' ')} up --detach`);
    });
};

const imageOfControlPlane = async (): Promise<string> => {
  const { ensureControlPlaneImage } = await import('../launcher/control-plane-image.ts');
  return ensureControlPlaneImage(printProgress);
};

const imagesOfCompose = async (postgres: string) => {
  const { ensureComposeImages } = await import('../launcher/compose-images.ts');
  const { ensureCompose } = await import('../launcher/compose-program.ts');
  const { PGROW_DOCKER_GID: _, ...built } = await ensureComposeImages(postgres, printProgress);
  return { images: built, command: await ensureCompose(printProgress) };
};

const majorIn = (text: string) => {
  const major = postgresMajors.find((one) => one === numberIfOne(text));
  if (major !== undefined) return major;
  throw invalidInput('The command', [{ path: '--postgres-major', value: text, allowed: postgresMajors.join(', ') }]);
};
