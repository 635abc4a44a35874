import { X509Certificate } from 'node:crypto';
import { isSilence, messageOf, PgrowError } from '../domain/errors.ts';
import { tlsPorts } from '../domain/tls-ports.ts';
import type { Node } from '../domain/topology.ts';
import { reloadPatroni } from './cluster-members.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { identityFiles } from '../nodes/identity-files.ts';
import { openSession, type Session } from '../nodes/session.ts';
import type { NodeFile } from '../platform/platform.ts';
import { asideWhenLate } from './left-aside.ts';
import type { Action, ActionStep } from './step-activity.ts';
import { waitUntil } from './wait-until.ts';

/** Milliseconds for a port to show its certificate. */
const showWithinMs = 2000;

/** Every program takes another certificate while it serves: sessions go on as they began, and who connects from then on sees it. */
export const renewCertificateAction = (dependencies: Dependencies) => {
  const { platform, components } = dependencies;

  /** A node that hangs has its file by then: it takes it when it is started again. */
  const renewCertificate: Action<'renewCertificate'> = async ({ node }, step) => {
    const session = await openSession(dependencies, step.database);
    const state = await platform.inspectContainer(node.container);
    if (!state) return step.remark(node.name, `${node.name} is gone; it has a new certificate once it is repaired`);
    const files = await identityFiles(session, node);
    if (!state.running) {
      await platform.putFiles(node.container, files);
      return step.remark(node.name, `${node.name} does not run, and takes its new certificate when it starts`);
    }
    const { serialNumber } = new X509Certificate(files[0]!.content);
    const isLate = asideWhenLate(session.database, step);
    let isGiven = false;
    await waitUntil({
      for: `${node.name} to show its new certificate`,
      step,
      look: async () => {
        try {
          if (!isGiven) await give(session, node, files, step);
          isGiven = true;
          const port = await oldPort(session, node, serialNumber);
          isLate(node.name, null);
          return port === null ? { found: true } : { observed: `port ${port} shows the one of before` };
        } catch (error) {
          const says = messageOf(error);
          if (!isSilence(error)) throw error;
          return isLate(node.name, { says }) ? { found: true } : { observed: says };
        }
      },
    });
  };

  /** By renaming: etcd and Patroni read at any moment, and must never find half a file. */
  const give = async (session: Session, node: Node, files: readonly NodeFile[], step: ActionStep): Promise<void> => {
    const aside = files.map((file) => ({ ...file, path: `${file.path}.next` }));
    await platform.putFiles(node.container, aside);
    for (const { path } of files) await run(node, ['mv', '-f', `${path}.next`, path]);
    await tell(session, node, step);
  };

  const tell = async (session: Session, node: Node, step: ActionStep): Promise<void> => {
    switch (node.kind) {
      case 'haproxy':
      case 'front':
      case 'pgbouncer':
        return run(node, ['pgrow-reload']);
      case 'postgres':
        if (node.mode === 'patroni') return reloadPatroni(dependencies, session, node, step);
        // To the supervisor, which passes it on to the server.
        return platform.signalContainer(node.container, 'SIGHUP');
      case 'etcd':
        // Reads its files at every handshake.
        return;
      default:
        node.kind satisfies never;
    }
  };

  const run = async (node: Node, command: readonly string[]): Promise<void> => {
    const { exitCode, stderr } = await platform.exec(node.container, command);
    if (exitCode === 0) return;
    throw new PgrowError('internal', `${node.name} did not take its new certificate: ${stderr.trim()}.`);
  };

  /** A port on which another certificate is shown; null if none is. */
  const oldPort = async (session: Session, node: Node, serialNumber: string): Promise<number | null> => {
    const peer = await session.peer(node);
    for (const where of tlsPorts[node.kind]) {
      const served = await components.certificates.readServed(peer, where, showWithinMs).catch((error: unknown) => {
        throw new PgrowError('no_answer', `${node.name}:${where.port} does not answer: ${messageOf(error)}.`, {
          cause: error,
        });
      });
      if (served.serialNumber !== serialNumber) return where.port;
    }
    return null;
  };

  return { renewCertificate };
};
