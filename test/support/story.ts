import type { ManagedDatabase } from './stack.ts';

/** What moves a leader or ends sessions. */
const telling =
  /demot|promot|lock|DCS|etcd|fail|terminat|shut ?down|fast|recovery|restart|pause|read-only|memory|ended|closing/i;
const lastLines = 25;

/** What a database and its servers went through, for a failure that cannot be seen a second time. Never an error. */
export const storyOf = async (database: ManagedDatabase): Promise<string> => {
  const events = await database.read<object>('events').then(
    (document) => JSON.stringify(document).slice(0, 6000),
    (error: unknown) => String(error),
  );
  const servers = await database.nodes().catch(() => []);
  const logs = await Promise.all(
    servers.map(async ({ name, container }) => {
      const log = await database.plane.platform.readLogs(container, 400).catch((error: unknown) => String(error));
      const lines = log.split('\n').filter((line) => telling.test(line));
      return [`${name}:`, ...lines.slice(-lastLines)].join('\n');
    }),
  );
  return [`events: ${events}`, ...logs].join('\n');
};
