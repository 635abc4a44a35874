import type { ChangeFacts, ChangeQuestion } from '../../src/domain/change.ts';
import type { Database } from '../../src/domain/database.ts';
import type { ExtensionsSeen } from '../../src/domain/extension-list.ts';
import type { DescribedSetting, SettingsSeen } from '../../src/domain/setting-catalogue.ts';
import { settingText } from '../../src/domain/setting-text.ts';
import { parametersOf } from '../../src/domain/server-parameters.ts';
import { usualSize } from '../../src/domain/server-size.ts';
import type { Settings } from '../../src/domain/settings.ts';
import type { Store } from '../../src/store/store.ts';

/** What the servers of the world's databases are set to: the settings of a real server, with what was chosen of each database. */
export interface KnownServer {
  readSettings(id: string): Promise<SettingsSeen>;
  readExtensions(id: string): Promise<ExtensionsSeen>;
  changeFacts(database: Database, question: ChangeQuestion): Promise<ChangeFacts>;
  /** What somebody has set by ALTER SYSTEM, by the database's name. */
  readonly altered: Map<string, Settings>;
}

type Sql = (statement: string) => Promise<readonly Record<string, unknown>[]>;

/** `sql` asks a real server, that of the metadata: there are as many settings as there are. */
export const knownServer = (store: Store, sql: Sql): KnownServer => {
  const altered = new Map<string, Settings>();
  let catalogue: Promise<readonly DescribedSetting[]> | null = null;
  const settingsOf = async (database: Database): Promise<readonly DescribedSetting[]> => {
    catalogue ??= readCatalogue(sql);
    const { size = usualSize, settings = {}, chosen_settings = {} } = database;
    const own = { ...parametersOf(size.memory_bytes, settings, chosen_settings), ...altered.get(database.name) };
    return (await catalogue).map((each) => ({ ...each, value: own[each.name] ?? each.value }));
  };
  const found = async (id: string): Promise<Database> => {
    const database = await store.readDatabase(id);
    if (!database) throw new Error(`the world has no database ${id}`);
    return database;
  };
  return {
    altered,
    async readSettings(id) {
      const database = await found(id);
      const by_alter_system = altered.get(database.name) ?? {};
      return { node: database.topology.primary, settings: await settingsOf(database), by_alter_system };
    },
    async readExtensions(id) {
      const { topology } = await found(id);
      return { node: topology.primary, extensions: await readExtensions(sql) };
    },
    async changeFacts(database, { settings, extensions }) {
      const [known, listed] = [await settingsOf(database), await readExtensions(sql)];
      const asked = listed.filter(({ name }) => extensions.includes(name));
      return {
        settings: Object.fromEntries(known.map(({ name, context, value }) => [name, { context, value }])),
        refused: refusedOf(known, settings),
        by_alter_system: altered.get(database.name) ?? {},
        extensions: Object.fromEntries(asked.map(({ name, ...each }) => [name, each])),
        older_images: {},
      };
    },
  };
};

const readCatalogue = async (sql: Sql): Promise<readonly DescribedSetting[]> => {
  const rows =
    await sql(`SELECT name, category, short_desc AS description, vartype AS type, unit, min_val AS min, max_val AS max,
    enumvals AS choices, context, boot_val AS by_default FROM pg_settings ORDER BY name`);
  return (rows as unknown as readonly Omit<DescribedSetting, 'value'>[]).map((row) => ({
    ...row,
    value: settingText(row.by_default ?? '', row.unit),
  }));
};

const readExtensions = async (sql: Sql): Promise<ExtensionsSeen['extensions']> => {
  const rows = await sql(`SELECT name, default_version AS version, installed_version AS installed, comment
    FROM pg_available_extensions ORDER BY name`);
  return rows as unknown as ExtensionsSeen['extensions'];
};

/** As a server says it of a number that is none. */
const refusedOf = (known: readonly DescribedSetting[], asked: ChangeQuestion['settings']): ChangeFacts['refused'] =>
  Object.fromEntries(
    Object.entries(asked).flatMap(([name, value]) => {
      const type = known.find((each) => each.name === name)?.type;
      const isWrong = value !== null && (type === 'integer' || type === 'real') && !/^-?\d/.test(value);
      return isWrong ? [[name, `invalid value for parameter "${name}": "${value}"`]] : [];
    }),
  );
