import { X509Certificate } from 'node:crypto';
import { messageOf, PgrowError, type ErrorCode } from '../domain/errors.ts';
import { tlsPorts } from '../domain/tls-ports.ts';
import type { Node } from '../domain/topology.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { identityFiles } from '../nodes/identity-files.ts';
import { openSession, type Session } from '../nodes/session.ts';
import type { NodeFile } from '../platform/platform.ts';
import { asideWhenLate } from './left-aside.ts';
import type { Action } from './step-activity.ts';
import { waitUntil, type Observation } from './wait-until.ts';

/** Milliseconds for a port to show its certificate. */
const showWithinMs = 2000;

const ofTheNode: readonly ErrorCode[] = ['node_failed', 'not_ready', 'no_answer', 'internal'];

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
      look: async (): Promise<Observation<true>> => {
        try {
          if (!isGiven) await give(node, files);
          isGiven = true;
          const port = await oldPort(session, node, serialNumber);
          if (port === null) {
            isLate(node.name, null);
            return { found: true };
          }
          return aside(`port ${port} shows the one of before`);
        } catch (error) {
          // Whatever is wrong with one node must not keep the others from theirs.
          if (!(error instanceof PgrowError) || !ofTheNode.includes(error.code)) throw error;
          return aside(messageOf(error));
        }
      },
    });
    function aside(says: string): Observation<true> {
      return isLate(node.name, { says }) ? { found: true } : { observed: says };
    }
  };

  /** By renaming: etcd and Patroni read at any moment, and must never find half a file. */
  const give = async (node: Node, files: readonly NodeFile[]): Promise<void> => {
    await platform.putFiles(
      node.container,
      files.map((file) => ({ ...file, path: `${file.path}.next` })),
    );
    for (const { path } of files) await run(node, ['mv', '-f', `${path}.next`, path]);
    await tell(node);
  };

  const tell = async (node: Node): Promise<void> => {
    switch (node.kind) {
      case 'haproxy':
      case 'front':
        // Without a reload: that would leave its sessions to a process that ends after a day.
        return run(node, ['pgrow-renew']);
      case 'pgbouncer':
        return run(node, ['pgrow-reload']);
      case 'postgres':
        // To the supervisor, which passes it on to the server, or to Patroni. It needs no login, which an ended certificate refuses.
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
