import type { ChangeFacts, ChangeQuestion } from '../domain/change.ts';
import { applicationName } from '../domain/database.ts';
import { holdsSecret } from '../domain/refused-settings.ts';
import { replayNeeds, type Settings } from '../domain/settings.ts';
import { fromMemory } from '../domain/server-parameters.ts';
import { nodeNamed } from '../domain/topology.ts';
import type { Dependencies } from './dependencies.ts';
import { readOlderImages } from './read-older-images.ts';
import type { Session } from './session.ts';
import { trySettings } from './try-settings.ts';

/**
 * What a change has to know of the servers. Nothing is touched.
 * @throws PgrowError when the server that takes writes does not answer
 */
export const readChangeFacts = async (
  dependencies: Pick<Dependencies, 'platform' | 'components' | 'images'>,
  session: Session,
  leader: string,
  { settings: asked, extensions }: ChangeQuestion,
): Promise<ChangeFacts> => {
  const { platform, components } = dependencies;
  const { database } = session;
  const node = nodeNamed(database.topology, leader);
  const wanted = Object.fromEntries(
    Object.entries(asked).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
  const askAndTry = async () => {
    const server = await session.asSuperuser(node, (connection) =>
      askServer(components.postgres, connection, Object.keys(asked), wanted),
    );
    return { server, tried: await trySettings(platform, node, onlyKnown(wanted, server)) };
  };
  const [{ server, tried }, known, older_images] = await Promise.all([
    askAndTry(),
    extensions.length === 0
      ? {}
      : session.asSuperuserIn(node, applicationName(database.name), (connection) =>
          components.postgres.readKnownExtensions(connection, extensions),
        ),
    readOlderImages(dependencies, database),
  ]);
  const { refused, ...settings } = server;
  return { ...settings, refused: { ...refused, ...tried }, extensions: known, older_images };
};

/** A name that the server does not have is refused for that, and nothing has to start to say so. */
const onlyKnown = (wanted: Settings, { settings }: Pick<ChangeFacts, 'settings'>): Settings => {
  const names = new Set(Object.keys(settings).map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => names.has(name.toLowerCase())));
};

type Postgres = Dependencies['components']['postgres'];

const askServer = async (
  postgres: Postgres,
  connection: Parameters<Postgres['readServerSettings']>[0],
  asked: readonly string[],
  wanted: Settings,
): Promise<Pick<ChangeFacts, 'settings' | 'by_alter_system' | 'refused'>> => {
  const written = await postgres.readServerSettings(connection);
  const by_alter_system = postgres.setByAlterSystem(written);
  const names = [...asked, ...Object.keys(fromMemory(0)), ...replayNeeds, ...Object.keys(by_alter_system)];
  const settings = await postgres.readKnownSettings(connection, names, written);
  const ofLibraries = Object.fromEntries(Object.entries(wanted).filter(([name]) => name.includes('.')));
  const refused = await postgres.refusedByLibraries(connection, ofLibraries);
  return { settings, by_alter_system: withoutSecrets(by_alter_system), refused };
};

/** What may hold a password is only named: it is refused for its name. */
const withoutSecrets = (settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, holdsSecret(name) ? '' : value]));
