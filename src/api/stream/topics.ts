import { PgrowError } from '../../domain/errors.ts';
import { invalidInput } from '../../domain/input-problems.ts';
import { allProjects } from '../../domain/tokens.ts';
import type { Identity } from '../../store/tokens.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { findAnyOperation } from '../lookup.ts';
import type { SystemDocument } from '../../domain/system.ts';
import { fleetSource } from './fleet-source.ts';
import { sharedTopic, type Topic, type TopicSource } from './shared-topic.ts';
import { databaseSource, operationSource, systemSource } from './topic-sources.ts';

export const mostTopics = 30;
/** Topics that nothing hears any more are kept for those who come back: the latest so many, of this age at most. */
const mostLeft = 100;
const keptMs = 300_000;

export interface Topics {
  /**
   * The topics that a caller asks for, each of which it may hear.
   * @throws PgrowError `invalid_input`, `not_found`
   */
  find(asked: readonly string[], caller: Pick<Identity, 'project'>): Promise<readonly Topic[]>;
}

type TopicDependencies = Pick<ApiDependencies, 'store' | 'client' | 'prices'> & {
  readonly readSystem: () => Promise<SystemDocument>;
};

/** One of each, however many listen. */
export const topicRegistry = (dependencies: TopicDependencies): Topics => {
  const topics = new Map<string, { readonly topic: Topic; used: number }>();
  let sequence = 0;
  const shared = <S>(key: string, source: () => TopicSource<S>): Topic => {
    const known = topics.get(key);
    const topic = known?.topic ?? sharedTopic(source(), () => (sequence += 1));
    // The one used last is the last of the map.
    topics.delete(key);
    topics.set(key, { topic, used: performance.now() });
    forget();
    return topic;
  };
  const forget = (): void => {
    const left = [...topics].filter(([, { topic }]) => !topic.isHeard());
    const tooMany = left.length - mostLeft;
    for (const [index, [key, { used }]] of left.entries())
      if (index < tooMany || performance.now() - used > keptMs) topics.delete(key);
  };
  const find = async (name: string, project: string): Promise<Topic | null> => {
    const { store } = dependencies;
    const [kind, id] = name.split(':');
    const within = project === allProjects ? undefined : project;
    if (id === undefined) {
      if (kind === 'databases') return shared(`databases of ${project}`, () => fleetSource(dependencies, project));
      return kind === 'system' ? shared('system', () => systemSource(dependencies.readSystem)) : null;
    }
    if (!isId.test(id)) return null;
    if (kind === 'database') {
      if (!(await store.readDatabase(id, within))) throw notFound('database', id);
      return shared(name, () => databaseSource(dependencies, id));
    }
    if (kind !== 'operation') return null;
    const operation = await findAnyOperation(dependencies, { project: within ?? null, operation: id });
    if (!operation) throw notFound('operation', id);
    return shared(name, () => operationSource(dependencies, id));
  };
  return {
    async find(asked, { project }) {
      if (asked.length > mostTopics || asked.length === 0) throw notTopics(asked.join());
      const found: Topic[] = [];
      for (const name of asked) {
        const topic = await find(name, project);
        if (!topic) throw notTopics(name);
        found.push(topic);
      }
      return found;
    },
  };
};

const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const notTopics = (value: string): PgrowError =>
  invalidInput('The request', [
    {
      path: 'topics',
      value,
      allowed: `1 to ${mostTopics} of databases, database:ID, operation:ID, system, separated by commas`,
    },
  ]);

const notFound = (what: string, id: string): PgrowError =>
  new PgrowError('not_found', `There is no ${what} ${id} that this token may see. See GET /v1/databases.`);
