import type { Extensions, Setting, Settings } from '../../data/types.ts';

const setting = (name: string, more: Partial<Setting> = {}): Setting => ({
  name,
  category: 'Resource Usage / Memory',
  description: `Sets ${name}.`,
  type: 'integer',
  unit: 'kB',
  min: '64',
  max: '2147483647',
  choices: null,
  context: 'user',
  takes_effect: 'live',
  value: '4MB',
  default: '4MB',
  chosen: null,
  by_alter_system: null,
  refused: null,
  ...more,
});

export const exampleSettings: Settings = {
  node: 'postgres-1',
  settings: [
    setting('work_mem'),
    setting('shared_buffers', { takes_effect: 'hand_over', value: '512MB', chosen: '512MB', default: '256MB' }),
    setting('wal_level', { takes_effect: null, refused: 'Replicas need it. Leave it as it is.', value: 'replica' }),
    setting('jit', { type: 'bool', unit: null, min: null, max: null, value: 'on', by_alter_system: 'on' }),
    setting('search_path', { type: 'string', unit: null, min: null, max: null, value: 'public', default: 'public' }),
    setting('statement_timeout', { value: '30s', chosen: '10s', by_alter_system: '30s', default: '0' }),
    setting('geqo', { type: 'bool', unit: null, min: null, max: null, value: 'on' }),
  ],
};

export const exampleExtensions: Extensions = {
  node: 'postgres-1',
  extensions: [
    { name: 'plpgsql', version: '1.0', installed: '1.0', comment: null, offered: true, library: null, refused: null },
    {
      name: 'vector',
      version: '0.8',
      installed: null,
      comment: 'vectors',
      offered: true,
      library: null,
      refused: null,
    },
    { name: 'adminpack', version: '2', installed: null, comment: null, offered: false, library: null, refused: 'no' },
  ],
};
