import { plainText } from '../format/plain.ts';
import { changeKinds, type Change } from '../data/changes.ts';

type Body = Change['body'];

/** A change as somebody would type it. */
export interface Typed extends Change {
  readonly project: string;
  /** Of the database; of one that is made, its own. */
  readonly name: string;
  /** Whether something has to be confirmed. */
  readonly confirmed: boolean;
}

/** `./pgrow expand shop --to ha --with-pooling`: the same change by the command line, which asks for the same plan. */
export const commandLine = ({ kind, body, name, confirmed }: Typed): string => {
  const { words, rest } = spoken[kind](body, name);
  const yes = confirmed && !['start', 'create', 'restore', 'destroy'].includes(kind) ? ['--yes'] : [];
  return ['./pgrow', ...words, ...flagsOf(rest), ...yes].map((word) => quoted(word)).join(' ');
};

interface Spoken {
  /** Verb, arguments and what is special about it. */
  readonly words: readonly string[];
  /** What becomes a flag of its own name. */
  readonly rest: Body;
}

const spoken: Readonly<Record<Change['kind'], (body: Body, name: string) => Spoken>> = {
  pooling: (body, name) => {
    const { enabled, ...rest } = body;
    if (enabled === false) return { words: ['pooling', name, '--off'], rest };
    return 'cutover' in body || 'cutover_deadline' in body
      ? { words: ['expand', name, '--to', 'pooling'], rest }
      : { words: ['pooling', name], rest };
  },
  replicas: (body, name) => {
    const { count, ...rest } = body;
    const isCountOnly = count !== undefined && Object.keys(rest).every((key) => ofTheVerbReplicas.includes(key));
    return isCountOnly
      ? { words: ['replicas', name, plainText(count)], rest }
      : withPooling({ words: ['expand', name, '--to', 'replicas'], rest: body });
  },
  ha: (body, name) => {
    const { enabled, replicas, ...rest } = body;
    return enabled === false
      ? withReplicas({ words: ['scale-down', name, '--to', 'replicas'], rest: { ...rest, replicas } })
      : withPooling({ words: ['expand', name, '--to', 'ha'], rest });
  },
  'scale-down': (body, name) => {
    const { target, ...rest } = body;
    return target === 'unpooled'
      ? { words: ['pooling', name, '--off'], rest: without(rest, 'replicas') }
      : withReplicas({ words: ['scale-down', name, '--to', plainText(target)], rest });
  },
  change: ({ storage, settings, extensions, ...rest }, name) => ({
    words: [
      'change',
      name,
      ...(storage === null ? ['--storage', 'none'] : []),
      ...Object.entries((settings ?? {}) as Body).flatMap(([setting, value]) =>
        value === null ? ['--reset', setting] : ['--set', `${setting}=${plainText(value)}`],
      ),
      ...((extensions ?? []) as readonly unknown[]).flatMap((each) => ['--extension', plainText(each)]),
    ],
    rest: storage === null ? rest : { ...rest, storage },
  }),
  switchover: (body, name) => {
    const { target_node, on_obstacle, ...rest } = body;
    const how = on_obstacle === 'wait' ? ['--wait'] : on_obstacle === 'force' ? ['--force'] : [];
    return { words: ['switchover', name, ...ifGiven(target_node), ...how], rest };
  },
  failover: argument('failover', 'target_node'),
  reinitialize: argument('reinit', 'node'),
  repair: argument('repair', 'node'),
  rollback: (rest, name) => ({ words: ['rollback', name], rest }),
  snapshots: ({ keep_for, ...rest }, name) => ({
    words: ['snapshots', name, '--take', ...(keep_for === undefined ? [] : ['--keep', plainText(keep_for)])],
    rest,
  }),
  stop: (rest, name) => ({ words: ['stop', name], rest }),
  start: (rest, name) => ({ words: ['start', name], rest }),
  restore: (body, source) => {
    const { snapshot, name, ...rest } = body;
    return { words: ['restore', source, '--snapshot', plainText(snapshot), '--as', plainText(name ?? 'NAME')], rest };
  },
  create: (body) => ({ words: ['create', plainText(body['name'] ?? 'NAME')], rest: without(body, 'name') }),
  destroy: (_, name) => ({ words: ['destroy', name, '--confirm', name], rest: {} }),
};

/** Takes a number and nothing else of replicas. */
const ofTheVerbReplicas: readonly string[] = ['checkpoint_timeout', 'patience', 'confirm'];

function argument(verb: string, key: string) {
  return (body: Body, name: string): Spoken => ({
    words: [verb, name, ...ifGiven(body[key])],
    rest: without(body, key),
  });
}

const ifGiven = (value: unknown): string[] => (value === undefined ? [] : [plainText(value)]);

const without = (body: Body, key: string): Body =>
  Object.fromEntries(Object.entries(body).filter(([name]) => name !== key));

/** Pooling turned on with it stands in the body by itself, and among the other flags on the command line. */
const withPooling = ({ words, rest: { pooling, ...rest } }: Spoken): Spoken => {
  const { enabled: _, ...options } = (pooling ?? {}) as Body;
  return { words: pooling === undefined ? words : [...words, '--with-pooling'], rest: { ...rest, ...options } };
};

/** How many stay is called otherwise there. */
const withReplicas = ({ words, rest: { replicas, ...rest } }: Spoken): Spoken => {
  const { count, ...options } = (replicas ?? {}) as Body;
  return {
    words: count === undefined ? words : [...words, '--replicas', plainText(count)],
    rest: { ...rest, ...options },
  };
};

const flagsOf = (body: Body): readonly string[] =>
  Object.entries(body).flatMap(([key, value]) => {
    if (value === undefined || key === 'confirm') return [];
    if (key === 'enable_haproxy') return value === false ? ['--no-haproxy'] : [];
    if (key === 'auto_failback') return value === true ? ['--auto-failback'] : [];
    return [`--${key === 'grace_period' ? 'grace' : key.replaceAll('_', '-')}`, plainText(value)];
  });

/** For a shell. */
const quoted = (word: string): string =>
  /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** The same by `curl`; its token stands in a file, as the manual has it. `digest`: only this plan runs. */
export const curlCommand = (
  { kind, body, project, name, confirmed }: Typed,
  { origin, digest }: { readonly origin: string; readonly digest: string },
): string => {
  const { method, url } = changeKinds[kind];
  const sent = confirmed && kind !== 'destroy' ? { ...body, confirm: true } : body;
  const content = method === 'DELETE' ? '-X DELETE' : `--json ${quoted(JSON.stringify(sent))}`;
  const address = quoted(`${origin}${url(project, name)}`);
  return [`curl -H @$HOME/.pgrow-header -H 'If-Match: "${digest}"'`, content, address].join(' \\\n  ');
};
