import type { ManagedDatabase } from './stack.ts';

const program = [
  'import sys',
  'from pgrow.server_control import ask_health_port',
  'path, *patch = sys.argv[1:]',
  'headers = {"content-type": "application/json"}',
  'changes = {"data": patch[0].encode(), "headers": headers, "method": "PATCH"} if patch else {}',
  'print(ask_health_port(path, 5, **changes).read().decode())',
].join('\n');

/**
 * What a node answers on its own health port: Patroni where it runs (Patroni REST API), else our supervisor. `patch`: what to
 * change there instead.
 */
export const askHealthPort = async (
  database: ManagedDatabase,
  node: string,
  path: string,
  patch?: object,
): Promise<unknown> => {
  const words = patch ? [path, JSON.stringify(patch)] : [path];
  return JSON.parse(await database.runOn(node, ['python3', '-c', program, ...words]));
};
