import { imageOf } from '../domain/container-spec.ts';
import { usualMajor, type PostgresMajor } from '../domain/database.ts';
import { messageOf, PgrowError, type ErrorCode } from '../domain/errors.ts';
import { formatBytes } from '../domain/format-bytes.ts';
import {
  preflightChecks,
  type PreflightCheck,
  type PreflightName,
  type PreflightQuestion,
} from '../domain/preflight.ts';
import type { Plan } from '../domain/plan.ts';
import { beyondCapacity, type ServerSize } from '../domain/server-size.ts';
import { nodeNamed } from '../domain/topology.ts';
import type { Dependencies } from './dependencies.ts';
import { chooseHostPorts } from './host-ports.ts';
import { openSession } from './session.ts';

/** Room that must be left on the disk after everything has been copied, and WAL has piled up meanwhile. Bytes. */
const headroomBytes = 512 * 1024 * 1024;

type Needs = Pick<Dependencies, 'platform' | 'store' | 'components' | 'images'>;

/** Each says what it found; what does not allow the operation is thrown. What it cannot find out it leaves open. */
type Checks = Readonly<Record<PreflightName, () => Promise<string | Open>>>;

interface Open {
  readonly open: string;
}

/** What the world has to allow before an operation touches anything. @throws PgrowError what it is refused with */
export const preflightOf = (dependencies: Needs, question: PreflightQuestion): Checks => {
  const { platform, images, store } = dependencies;
  const { database, plan, restored_bytes, port } = question;
  const { name, project, size, postgres_major } = database;
  // What was kept for a rollback comes back as it is.
  const kept = plan.from?.kept.map((node) => node.name) ?? [];
  const added = (plan.to?.nodes ?? []).filter(
    (node) => plan.nodes_added.includes(node.name) && !kept.includes(node.name),
  );
  return {
    async engine() {
      await platform.ping();
      return 'Docker answers';
    },

    /** A server that is larger than its host is killed as soon as it uses what it was given. */
    async host() {
      // A database that is there was given its size, unless it is being given another.
      if (plan.from && plan.type !== 'change') return 'its servers have their size already';
      const wanted = plan.type === 'change' ? largestOf(plan) : size;
      if (!wanted) return 'no size was chosen for its servers';
      const problem = beyondCapacity(wanted, await platform.capacity());
      if (problem) throw new PgrowError('refused', `${name} does not fit on this host: ${problem}. Choose less.`);
      return 'it has room for its servers';
    },

    async images() {
      // Every server is made again, or may be.
      const remade = plan.type === 'change' ? (plan.to?.nodes ?? []).filter(({ kind }) => kind === 'postgres') : [];
      // Where the image that a node keeps is gone, it is made from the newest.
      const needed = [...added, ...remade].map((node) => images[imageOf(node.kind, postgres_major)]);
      for (const image of new Set(needed)) {
        if (await platform.hasImage(image)) continue;
        throw new PgrowError(
          'image_missing',
          `Image ${image} is missing on the Docker engine. Build it: ${buildCommand(postgres_major)}`,
        );
      }
      return needed.length === 0 ? 'no node is added' : 'those of all new nodes are there';
    },

    async disk() {
      const copies = added.filter((node) => node.kind === 'postgres').length + (plan.snapshot ? 1 : 0);
      if (plan.from && copies > 0)
        return refuseFullDisk(dependencies, name, copies, await sizeOf(dependencies, database));
      if (restored_bytes) return refuseFullDisk(dependencies, name, 1, restored_bytes);
      return 'nothing is copied';
    },

    async ports() {
      if (plan.from || !plan.to) return 'they stay as they are';
      await chooseHostPorts(await store.listDatabases({}), { wanted: port, project });
      return port === null ? 'there are free ones' : `${port} is free`;
    },
  };
};

/** Of the servers that there will be. */
const largestOf = ({ to }: Pick<Plan, 'to'>): ServerSize | null =>
  (to?.nodes ?? []).reduce<ServerSize | null>((largest, { size }) => {
    if (!size) return largest;
    return {
      memory_bytes: Math.max(size.memory_bytes, largest?.memory_bytes ?? 0),
      cpus: Math.max(size.cpus, largest?.cpus ?? 0),
    };
  }, null);

/** The same for people: everything is looked at, whatever is wrong. Never an error. */
export const readPreflight = async (
  dependencies: Needs,
  question: PreflightQuestion,
): Promise<readonly PreflightCheck[]> => {
  const checks = preflightOf(dependencies, question);
  const wanted = question.plan.type === 'destroy' ? (['engine'] as const) : preflightChecks;
  return Promise.all(
    wanted.map((check) =>
      checks[check]().then(
        (found): PreflightCheck =>
          typeof found === 'string' ? { check, ok: true, says: found } : { check, ok: null, says: found.open },
        (error: unknown) => ({
          check,
          ok: isRefusal(error) || check === 'engine' ? false : null,
          says: messageOf(error),
        }),
      ),
    ),
  );
};

const refusals: readonly ErrorCode[] = ['refused', 'image_missing', 'no_disk_space', 'port_taken'];
const isRefusal = (error: unknown): boolean => error instanceof PgrowError && refusals.includes(error.code);

/** `up` builds those of the usual major. */
const buildCommand = (major: PostgresMajor): string =>
  major === usualMajor ? './pgrow up' : `./pgrow images --postgres-major ${major}`;

/** Bytes. */
const sizeOf = async (dependencies: Needs, { id, topology }: PreflightQuestion['database']): Promise<number> => {
  const session = await openSession(dependencies, id);
  const { postgres } = dependencies.components;
  return session.asSuperuser(nodeNamed(topology, topology.primary), postgres.databaseSizeBytes);
};

const refuseFullDisk = async ({ platform }: Needs, name: string, copies: number, size: number) => {
  const needed = size * copies + headroomBytes;
  const free = await platform.freeBytes();
  // Of an engine on another machine, or whose files this process does not see.
  if (free === Infinity)
    return { open: `${formatBytes(needed)} are needed at most; how much the engine has free is not known` };
  if (free >= needed) return `${formatBytes(needed)} of ${formatBytes(free)} that are free are needed at most`;
  throw new PgrowError(
    'no_disk_space',
    `Not enough disk space for ${name}: ${copies} ${copies === 1 ? 'copy' : 'copies'} of ${megabytes(size)} MB and ${megabytes(headroomBytes)} MB ` +
      `of headroom need ${megabytes(needed)} MB, ${megabytes(free)} MB are free. Make room where Docker keeps its volumes.`,
  );
};

const megabytes = (bytes: number): number => Math.ceil(bytes / 1_048_576);
