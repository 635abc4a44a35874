import type { ManagedDatabase } from './stack.ts';

/** What cannot be the same on every server, each with its reason. */
const ownOfServer: Readonly<Record<string, string>> = {
  cluster_name: 'the name of the node',
  config_file: 'Patroni writes a file of its own',
  external_pid_file: 'as above',
  hba_file: 'as above',
  ident_file: 'as above',
  in_hot_standby: 'the role of the moment',
  primary_conninfo: 'whom it follows, left over on one that follows nobody any more',
  primary_slot_name: 'as above',
  recovery_target_timeline: 'as above',
  shared_memory_size: 'computed from the others',
  shared_memory_size_in_huge_pages: 'as above',
  synchronous_standby_names: 'the replicas by their names',
  transaction_read_only: 'the role of the moment',
};

/** Every other setting of a node's server, by name, as a session in the application's database has it. */
export const settingsOf = async (
  database: ManagedDatabase,
  node: string,
): Promise<Readonly<Record<string, string>>> => {
  const answer = await database.queryNode(node, 'select json_object_agg(name, setting order by name) from pg_settings');
  const settings = JSON.parse(answer) as Record<string, string>;
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !(name in ownOfServer)));
};
