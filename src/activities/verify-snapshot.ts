import { serverConfinement } from '../domain/confinement.ts';
import { dataPath, serverImage, serverResources } from '../domain/container-spec.ts';
import { PgrowError } from '../domain/errors.ts';
import { databaseLabels, labelNames, networkName, verificationName } from '../domain/naming.ts';
import type { Snapshot, Verification, VerifySnapshot } from '../domain/snapshot.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { openSession } from '../nodes/session.ts';
import type { ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/** Lines of what is wrong. A snapshot with more of them is not more damaged than one with so many. */
const mostFound = 20;

/** How `pgrow-verify-snapshot` ends where something is wrong. */
const somethingWrong = 1;

const patienceSeconds = 86_400;

/** Reads a snapshot through, against its manifest, in a container of its own, and records what was found. */
export const verifySnapshot = async (
  dependencies: Dependencies,
  { service_id, snapshot: id }: VerifySnapshot,
  signal: AbortSignal,
): Promise<Verification> => {
  const { platform, store } = dependencies;
  const began = performance.now();
  const snapshot = (await store.listSnapshots(service_id)).find((candidate) => candidate.id === id);
  if (!snapshot) throw new PgrowError('not_found', `Snapshot ${id} no longer exists.`);
  const isThere = (await platform.readLabels('volume', snapshot.volume)) !== null;
  const step = { signal, patience_seconds: patienceSeconds, note: () => undefined };
  const found = isThere ? await readThrough(dependencies, snapshot, step) : [`its volume ${snapshot.volume} is gone`];
  await store.recordVerification({
    service_id,
    id,
    verified_at: new Date().toISOString(),
    damage: found.length > 0 ? found.join('; ') : null,
  });
  return {
    status: found.length > 0 ? 'damaged' : 'whole',
    found,
    duration_ms: Math.round(performance.now() - began),
  };
};

const readThrough = async (
  dependencies: Dependencies,
  { id, volume, service_id }: Snapshot,
  step: Pick<ActionStep, 'signal' | 'note' | 'patience_seconds'>,
): Promise<readonly string[]> => {
  const { platform, images } = dependencies;
  const { database } = await openSession(dependencies, service_id);
  const container = verificationName(volume);
  // One that was left behind has an old answer.
  if ((await platform.inspectContainer(container))?.running === false) await platform.removeContainer(container);
  try {
    await platform.ensureContainer({
      name: container,
      image: images[serverImage(database.postgres_major)],
      hostname: 'verification',
      command: ['pgrow-verify-snapshot'],
      network: networkName(database),
      aliases: [],
      mounts: [{ volume, path: dataPath.postgres! }],
      ports: [],
      labels: { ...databaseLabels(database), [labelNames.kind]: 'verification' },
      environment: {},
      restart: 'no',
      ...serverResources(database),
      confinement: serverConfinement(database),
    });
    await platform.startContainer(container);
    const exitCode = await waitUntil({
      for: `snapshot ${id} to be verified`,
      step,
      look: async () => {
        const state = await platform.inspectContainer(container);
        if (!state) throw new PgrowError('node_failed', `Snapshot ${id} was removed while it was being verified.`);
        return state.exitCode === null ? { observed: 'reading' } : { found: state.exitCode };
      },
    });
    if (exitCode === 0) return [];
    const said = errorsIn(await platform.readLogs(container, mostFound));
    if (exitCode === somethingWrong) return said;
    throw new PgrowError('node_failed', `Snapshot ${id} could not be verified: ${said.join('; ')}`);
  } finally {
    await platform.removeContainer(container);
  }
};

/** Without the name of the program. */
const errorsIn = (log: string): readonly string[] => {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.trim().replace(/^(pg_\w+: )?(error: )?/, ''));
};
