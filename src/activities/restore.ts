import { dataPath, nodeResources } from '../domain/container-spec.ts';
import { PgrowError } from '../domain/errors.ts';
import { databaseLabels, labelNames, networkName, roles } from '../domain/naming.ts';
import type { Dependencies } from './dependencies.ts';
import { openSession } from './session.ts';
import type { Action } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

const snapshotPath = '/snapshot';
const data = `${dataPath.postgres}/pgdata`;

/**
 * Copies, replays the backup's own WAL in single-user mode and gives the superuser its new password, all beside the
 * final place: what is there when it is renamed is whole.
 */
const script = `set -eu
test ! -d ${data} || exit 0
rm -rf ${data}.tmp
cp -a ${snapshotPath}/pgdata ${data}.tmp
rm -f ${data}.tmp/standby.signal ${data}.tmp/recovery.signal
postgres --single -D ${data}.tmp -c config_file=/etc/pgrow/postgresql.conf postgres < /etc/pgrow/restore.sql > /dev/null
mv ${data}.tmp ${data}
`;

export const restoreActions = (dependencies: Dependencies) => {
  const { platform, components, images } = dependencies;
  const { postgres } = components;

  const restoreSnapshot: Action<'restoreSnapshot'> = async ({ node, volume, renamed }, step) => {
    const { database, secrets } = await openSession(dependencies, step.database);
    const container = `${node.container}-restore`;
    const labels = {
      ...databaseLabels(database),
      [labelNames.operation]: step.operation,
      [labelNames.kind]: 'restore',
    };
    await platform.ensureVolume({ name: node.volume!, labels });
    await platform.ensureContainer({
      name: container,
      image: images.postgres,
      hostname: 'restore',
      command: ['bash', '-c', script],
      network: networkName(database),
      aliases: [],
      mounts: [
        { volume: node.volume!, path: dataPath.postgres! },
        { volume, path: snapshotPath },
      ],
      ports: [],
      labels,
      environment: {},
      restart: 'no',
      ...nodeResources.postgres,
    });
    const config = { kind: 'postgres', mode: 'primary', synchronous_standbys: [] } as const;
    const { memoryBytes } = nodeResources.postgres;
    await platform.putFiles(container, [
      {
        path: '/etc/pgrow/postgresql.conf',
        content: postgres.postgresqlConf({ nodeName: node.name, config, memoryBytes }),
        mode: 0o644,
      },
      {
        path: '/etc/pgrow/restore.sql',
        content: restoreSql(renamed, postgres.scramVerifier(secrets.superuser)),
        mode: 0o600,
      },
    ]);
    await platform.startContainer(container);
    await waitUntil({
      for: 'the snapshot to be copied',
      step,
      look: async () => {
        const state = await platform.inspectContainer(container);
        if (state?.exitCode === 0) return { found: true };
        if (!state || state.exitCode !== null) {
          const log = await platform.readLogs(container, 3).catch(() => 'its container is gone');
          throw new PgrowError('node_failed', `The snapshot cannot be restored: ${log.trim()}`);
        }
        return { observed: 'copying' };
      },
    });
    await platform.removeContainer(container);
  };

  return { restoreSnapshot };
};

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** One statement a line, as single-user mode wants it. */
const restoreSql = ({ from, to }: { readonly from: string; readonly to: string }, verifier: string): string =>
  [
    `ALTER ROLE ${roles.superuser} PASSWORD '${verifier}';`,
    ...(from === to
      ? []
      : [
          `ALTER DATABASE ${identifier(from)} RENAME TO ${identifier(to)};`,
          `ALTER ROLE ${identifier(from)} RENAME TO ${identifier(to)};`,
        ]),
    '',
  ].join('\n');
