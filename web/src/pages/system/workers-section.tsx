import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { get } from '../../data/api.ts';
import type { Workers } from '../../data/types.ts';
import { plural } from '../../format/numbers.ts';
import { durationText } from '../../format/times.ts';
import { Answered } from '../../parts/answered.tsx';
import { Notice } from '../../parts/notice.tsx';
import tables from '../../parts/parts.module.css';
import { Ago } from '../../parts/times.tsx';

/** Who carries changes out, in which version. */
export const WorkersSection = (): ReactNode => {
  const found = useQuery({
    queryKey: ['workers'],
    queryFn: ({ signal }) => get<Workers>('/v1/workers', signal),
    refetchInterval: 10_000,
  });
  return (
    <Answered of={found} what="the workers">
      {({ workers, versions, notices }) => (
        <>
          {notices.map((notice) => (
            <Notice key={notice} tone="warn">
              <p>{notice}</p>
            </Notice>
          ))}
          <WorkerTable workers={workers} />
          <h3>Versions</h3>
          <VersionTable versions={versions} />
        </>
      )}
    </Answered>
  );
};

const WorkerTable = ({ workers }: Pick<Workers, 'workers'>): ReactNode => (
  <table className={tables['table']}>
    <caption className="visually-hidden">Workers</caption>
    <thead>
      <tr>
        <th scope="col">Worker</th>
        <th scope="col">Host</th>
        <th scope="col">Version</th>
        <th scope="col">Asked for work</th>
      </tr>
    </thead>
    <tbody>
      {workers.map(({ identity, host, pid, version, seen_ago, polls }) => (
        <tr key={identity}>
          <th scope="row" data-label="Worker">
            {identity}
          </th>
          <td data-label="Host">{host === null ? 'unknown' : `${host}${pid === null ? '' : `, process ${pid}`}`}</td>
          <td data-label="Version">{version ?? 'unknown'}</td>
          <td data-label="Asked for work">
            {polls ? `${durationText(seen_ago * 1000)} ago` : `not since ${durationText(seen_ago * 1000)}`}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

const VersionTable = ({ versions }: Pick<Workers, 'versions'>): ReactNode => (
  <table className={tables['table']}>
    <caption className="visually-hidden">Versions of the worker</caption>
    <thead>
      <tr>
        <th scope="col">Version</th>
        <th scope="col">Status</th>
        <th scope="col">Since</th>
        <th scope="col">Workers</th>
        <th scope="col">Operations</th>
      </tr>
    </thead>
    <tbody>
      {versions.map(({ version, status, since, workers, operations }) => (
        <tr key={version}>
          <th scope="row" data-label="Version">
            <code>{version}</code>
          </th>
          <td data-label="Status">{status.replaceAll('_', ' ')}</td>
          <td data-label="Since">{since === null ? 'unknown' : <Ago at={since} />}</td>
          <td data-label="Workers">{workers.length}</td>
          <td data-label="Operations">
            {operations.length === 0
              ? 'none'
              : `${plural(operations.length, 'operation')}: ${operations
                  .map(({ workflow, database }) => `${workflow} ${database ?? ''}`.trim())
                  .join(', ')}`}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);
