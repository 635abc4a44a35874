import { join } from 'node:path';
import { homeIdIn } from './home-files.ts';
import { readEnvironment } from './environment.ts';
import { readExternal } from './external.ts';
import { openHome, refuseMovedAway, type Home } from './home.ts';
import { readIfThere } from './kept-files.ts';
import { launcherError } from './launcher-error.ts';
import { readPorts } from './ports.ts';
import { databaseUrlOf, metadataUrl } from './settings.ts';

/**
 * The home of the environment and the address of its metadata, whether its control plane runs or not.
 * @param otherwise what follows where there is none, for the error
 */
export const controlPlaneOf = (otherwise: string): { readonly home: Home; readonly url: string } => {
  const environment = readEnvironment();
  const directory = environment.home;
  refuseMovedAway(directory);
  if (homeIdIn(directory) === null) throw launcherError(`${directory} has no control plane: ${otherwise}.`);
  // Opening the home would make another key, which opens nothing.
  if (readIfThere(join(directory, 'secret.key')) === null)
    throw launcherError(
      `${directory} lacks secret.key, without which no password can be read: restore that file first.`,
    );
  const home = openHome(directory);
  const ports = readPorts(home);
  const url = databaseUrlOf(readExternal(home.path, environment)) ?? (ports && metadataUrl(home, ports.metadata));
  if (url !== null) return { home, url };
  throw launcherError(`${directory} has no metadata database yet. Start the control plane: ./pgrow up`);
};
