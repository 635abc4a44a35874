import { hostname } from 'node:os';
import type { PgrowClient } from '../client/client.ts';
import { messageOf, PgrowError, withoutStop } from '../domain/errors.ts';
import { nexusEndpointOf } from '../domain/naming.ts';
import type { Home } from './home.ts';
import type { Progress } from './progress.ts';
import type { TemporalSettings } from './settings.ts';
import { tlsRefusal } from './tls-refusal.ts';

/**
 * Takes the task queue in a Temporal that is not pgrow's own, which also shows whether it lets pgrow in, and registers search
 * attributes and a Nexus endpoint there. One that is away and was there before does not keep the rest of a control plane
 * from starting: databases are guarded without it.
 * @throws PgrowError `refused` when the queue is another control plane's, `invalid_input`, `temporal_unavailable`
 */
export const tryTemporal = async (
  home: Home,
  settings: TemporalSettings,
  known: boolean,
  progress: Progress,
): Promise<void> => {
  // Only where it is needed: no other verb of the command line loads a client of Temporal's.
  const { createPgrowClient } = await import('../client/client.ts');
  const client = createPgrowClient(settings);
  try {
    await client.holdQueue({ home: home.id, path: home.path, host: hostname() });
    await registerSearchAttributes(client, settings, progress);
    await ensureNexusEndpoint(client, settings, progress);
  } catch (error) {
    if (!(error instanceof PgrowError && error.code === 'temporal_unavailable')) throw error;
    const refusal = await tlsRefusal(settings);
    if (refusal !== null) throw noTls(settings, refusal);
    if (!known) throw error;
    progress(error.message);
  } finally {
    await client.close();
  }
};

/** Not every Temporal lets its users do that: without them everything works, but operations are found by workflow ID alone. */
const registerSearchAttributes = async (
  client: Pick<PgrowClient, 'registerSearchAttributes'>,
  { namespace }: TemporalSettings,
  progress: Progress,
): Promise<void> => {
  const { describedAttributes } = await import('../client/search-attributes.ts');
  await client.registerSearchAttributes().catch((error: unknown) => {
    const mayNot = error instanceof PgrowError && error.code === 'invalid_input';
    const reason = mayNot ? 'pgrow may not do that' : withoutStop(messageOf(error));
    progress(
      `Search attributes are not registered in namespace ${namespace}: ${reason}. Everything works without them, but Temporal's ` +
        `lists find operations by workflow ID only. An administrator can add ${describedAttributes}.`,
    );
  });
};

/** Nor that: only workflows of other namespaces miss it. The worker tries again when it starts. */
const ensureNexusEndpoint = async (
  client: Pick<PgrowClient, 'ensureNexusEndpoint'>,
  { namespace, taskQueue }: TemporalSettings,
  progress: Progress,
): Promise<void> => {
  await client.ensureNexusEndpoint().catch((error: unknown) => {
    progress(
      `There is no Nexus endpoint for this control plane: ${withoutStop(messageOf(error))}. Only workflows of other namespaces ` +
        `need it. An administrator can make it: temporal operator nexus endpoint create --name ${nexusEndpointOf(taskQueue)} ` +
        `--target-namespace ${namespace} --target-task-queue ${taskQueue}`,
    );
  });
};

const noTls = ({ address }: TemporalSettings, refusal: string): PgrowError =>
  new PgrowError(
    'invalid_input',
    `Temporal at ${address} and pgrow do not agree on TLS (${refusal}). Check TEMPORAL_TLS_….`,
  );
