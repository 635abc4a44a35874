import { serverConfinement } from '../domain/confinement.ts';
import { dataPath, serverImage, serverResources } from '../domain/container-spec.ts';
import { PgrowError } from '../domain/errors.ts';
import { databaseLabels, labelNames, networkName, nodeLabels, restorationName, roles } from '../domain/naming.ts';
import type { ContainerSpec, NodeFile } from '../platform/platform.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { lastWords } from '../nodes/last-words.ts';
import { openSession } from '../nodes/session.ts';
import type { Action } from './step-activity.ts';
import { waitUntil, type Observation } from './wait-until.ts';

/** Where the snapshot's volume is mounted. */
const snapshotPath = '/snapshot';

/** A new node's volume filled from a snapshot's, by a container that runs once (`images/postgres/pgrow/restoration.py`). */
export const restoreActions = (dependencies: Dependencies) => {
  const { platform, components, images } = dependencies;
  const { postgres } = components;

  const restoreSnapshot: Action<'restoreSnapshot'> = async ({ node, volume, renamed }, step) => {
    const { database, secrets } = await openSession(dependencies, step.database);
    const container = restorationName(node);
    const labels = {
      ...databaseLabels(database),
      [labelNames.operation]: step.operation,
      [labelNames.kind]: 'restore',
    };
    if ((await platform.readLabels('volume', volume)) === null) {
      throw new PgrowError('not_found', `The snapshot is gone: volume ${volume} no longer exists.`);
    }
    await platform.ensureVolume({ name: node.volume!, labels: nodeLabels(database, node, step.operation) });
    const spec: ContainerSpec = {
      name: container,
      image: images[serverImage(database.postgres_major)],
      hostname: 'restore',
      command: ['pgrow-restore', snapshotPath],
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
      ...serverResources(node),
      confinement: serverConfinement(node),
    };
    const config = { kind: 'postgres', mode: 'primary', synchronous_standbys: [] } as const;
    const { memoryBytes } = serverResources(node);
    const files: readonly NodeFile[] = [
      {
        path: '/etc/pgrow/postgresql.conf',
        content: postgres.postgresqlConf({ nodeName: node.name, config, memoryBytes, kept: database.settings ?? {} }),
        mode: 0o644,
      },
      {
        path: '/etc/pgrow/restore.sql',
        content: restoreSql(renamed, postgres.scramVerifier(secrets.superuser)),
        mode: 0o600,
      },
    ];
    try {
      await platform.ensureContainer({ ...spec, files });
      await platform.startContainer(container);
      await waitUntil({ for: 'the snapshot to be copied', step, look: () => look(container) });
    } finally {
      // It holds both volumes.
      await platform.removeContainer(container);
    }
  };

  const look = async (container: string): Promise<Observation<true>> => {
    const state = await platform.inspectContainer(container);
    if (state?.exitCode === 0) return { found: true };
    if (state && state.exitCode === null) return { observed: 'copying' };
    const log = await lastWords(platform, container, 1).catch(() => 'its container is gone');
    const advice = /already exists/.test(log)
      ? '. The snapshot has one of that name: restore it under another name.'
      : '';
    throw new PgrowError('node_failed', `${log.trim()}${advice}`);
  };

  return { restoreSnapshot };
};

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * One statement a line, as single-user mode wants it. Subscriptions come disabled: the copy's would take from the source's
 * what its publisher keeps for it. There is no command for all of them at once.
 */
const restoreSql = ({ from, to }: { readonly from: string; readonly to: string }, verifier: string): string =>
  [
    `ALTER ROLE ${roles.superuser} PASSWORD '${verifier}';`,
    'UPDATE pg_catalog.pg_subscription SET subenabled = false;',
    ...(from === to
      ? []
      : [
          `ALTER DATABASE ${identifier(from)} RENAME TO ${identifier(to)};`,
          `ALTER ROLE ${identifier(from)} RENAME TO ${identifier(to)};`,
        ]),
    '',
  ].join('\n');
