import { readFile } from 'node:fs/promises';

/** Where this host already leads somewhere. Nothing is known where the kernel is not Linux. */
export const readRoutes = async (): Promise<readonly string[]> => {
  const table = await readFile('/proc/net/route', 'utf8').catch(() => '');
  return parseRoutes(table);
};

/** The kernel's table (proc_pid_net(5), route): hexadecimal, least byte first. Without the default route, which leads anywhere. */
export const parseRoutes = (table: string): readonly string[] =>
  table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .flatMap(([, destination = '', , , , , , mask = '']) => {
      const bits = bytesOf(mask).reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
      return bits === 0 ? [] : [`${bytesOf(destination).join('.')}/${bits}`];
    });

const bytesOf = (hexadecimal: string): readonly number[] =>
  (hexadecimal.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).toReversed();
