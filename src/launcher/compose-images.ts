import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withVariables, type ComposeVariables } from './compose-variables.ts';
import { ensureControlPlaneImage } from './control-plane-image.ts';
import { ensureGoProgram, type GoProgram } from './go-program.ts';
import { readContextFile } from './image-context.ts';
import { ensureOtherImage } from './images.ts';
import { readIfThere } from './kept-files.ts';
import { imagesDirectory, repositoryRoot, temporalModule } from './paths.ts';
import type { Progress } from './progress.ts';
import { ensureTemporal } from './temporal-binary.ts';

const server: GoProgram = {
  name: 'temporal-server',
  package: 'go.temporal.io/server/cmd/server',
  module: 'go.temporal.io/server',
  pinnedIn: temporalModule,
};
const sqlTool: GoProgram = { ...server, name: 'temporal-sql-tool', package: 'go.temporal.io/server/cmd/tools/sql' };
const ui: GoProgram = {
  name: 'temporal-ui-server',
  package: 'github.com/temporalio/ui-server/v2/cmd/server',
  module: 'github.com/temporalio/ui-server/v2',
  pinnedIn: temporalModule,
};

/** Read by docker-compose.yml. */
export const variableNames = [
  'PGROW_IMAGE',
  'PGROW_POSTGRES_IMAGE',
  'PGROW_TEMPORAL_IMAGE',
  'PGROW_TEMPORAL_ADMIN_TOOLS_IMAGE',
  'PGROW_TEMPORAL_UI_IMAGE',
  'PGROW_DOCKER_GID',
] as const;

const socketPath = '/var/run/docker.sock';

/**
 * Builds what docker-compose.yml runs, for engines that reach no image registry: images with the interface of those that
 * it names by default, and pgrow's own.
 *
 * @param postgres the image of nodes, from which the one of the control plane's PostgreSQL is made
 * @returns the variables by which Compose finds them, as they are in `.env` now
 */
export const ensureComposeImages = async (postgres: string, progress: Progress): Promise<ComposeVariables> => {
  const path = join(repositoryRoot, '.env');
  // Refused before anything is built.
  withVariables(readIfThere(path), Object.fromEntries(variableNames.map((name) => [name, ''])), path);
  // One after the other: each of them takes all cores.
  const temporal = await ensureImageOf(
    'temporal-server',
    { 'temporal-server': await ensureGoProgram(server, progress) },
    progress,
  );
  const tools = {
    'bin/temporal-sql-tool': await ensureGoProgram(sqlTool, progress),
    'bin/temporal': await ensureTemporal(progress),
  };
  const adminTools = await ensureImageOf('temporal-admin-tools', tools, progress);
  const web = await ensureImageOf('temporal-ui', { 'ui-server': await ensureGoProgram(ui, progress) }, progress);
  const image = 'compose-postgres';
  const database = await ensureOtherImage({ image, folder: join(imagesDirectory, image), base: postgres }, progress);
  const variables: Record<(typeof variableNames)[number], string> = {
    PGROW_IMAGE: await ensureControlPlaneImage(progress),
    PGROW_POSTGRES_IMAGE: database,
    PGROW_TEMPORAL_IMAGE: temporal,
    PGROW_TEMPORAL_ADMIN_TOOLS_IMAGE: adminTools,
    PGROW_TEMPORAL_UI_IMAGE: web,
    PGROW_DOCKER_GID: String(statSync(socketPath, { throwIfNoEntry: false })?.gid ?? 0),
  };
  const before = readIfThere(path);
  const content = withVariables(before, variables, path);
  if (content !== before) writeFileSync(path, content);
  return variables;
};

/** From the folder of that name. `programs`: files of this machine, by their paths in the image's context. */
const ensureImageOf = (
  name: string,
  programs: Readonly<Record<string, string>>,
  progress: Progress,
): Promise<string> => {
  const files = Object.entries(programs).map(([inContext, program]) => readContextFile(program, inContext));
  return ensureOtherImage({ image: name, folder: join(imagesDirectory, name), files }, progress);
};
