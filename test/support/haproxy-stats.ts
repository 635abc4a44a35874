import type { ManagedDatabase } from './stack.ts';

/** Present sessions by server of one backend, from the published statistics (HAProxy management guide, 9.1 CSV format). */
export const readConnections = async (database: ManagedDatabase, backend: string): Promise<Record<string, number>> => {
  const { stats } = await database.ports();
  const response = await fetch(`http://127.0.0.1:${stats}/stats;csv`);
  const [header = '', ...lines] = (await response.text()).replace(/^# /, '').trim().split('\n');
  const columns = header.split(',');
  const rows = lines.map((line) => Object.fromEntries(line.split(',').map((value, index) => [columns[index], value])));
  const servers = rows.filter(({ pxname, svname }) => pxname === backend && svname !== 'BACKEND');
  return Object.fromEntries(servers.map(({ svname, scur }) => [svname, Number(scur)]));
};
