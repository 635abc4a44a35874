import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { get, postgresPath } from '../../data/api.ts';
import { keys } from '../../data/keys.ts';
import type { ConnectionStrings } from '../../data/types.ts';
import { connectionParts } from '../../format/connection.ts';
import { endpointTitles } from '../../plan/plan-text.ts';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';
import styles from './overview.module.css';

interface Address {
  readonly label: string;
  readonly port: string;
}

/** Only the ports are kept: the strings may have a password. */
const readPorts = async (project: string, name: string, signal: AbortSignal): Promise<readonly Address[]> => {
  const { host } = await get<ConnectionStrings>(postgresPath(project, name, 'connection-strings?reveal=false'), signal);
  return (Object.keys(endpointTitles) as (keyof typeof endpointTitles)[]).flatMap((endpoint) => {
    const url = host[endpoint];
    return url === null ? [] : [{ label: endpointTitles[endpoint], port: connectionParts(url).port }];
  });
};

/** Where clients connect on this host. They keep their addresses as the database grows. */
export const Endpoints = ({ of: { project, name } }: { readonly of: OfDatabase }): ReactNode => {
  const { data } = useQuery({
    queryKey: keys.of(project, name, 'ports'),
    queryFn: ({ signal }) => readPorts(project, name, signal),
  });
  return (
    <p className={styles['endpoints']}>
      <span>127.0.0.1</span>
      {data?.map(({ label, port }) => (
        <span key={label} className={styles['endpoint']}>
          <code>:{port}</code> {label}
        </span>
      ))}
      <Link href={databasePath(project, name, 'connect')}>Connection strings</Link>
    </p>
  );
};
