import type { ReactNode } from 'react';
import { postgresPath } from '../../data/api.ts';
import { useDatabase } from '../../data/queries.ts';
import { useAddressValue } from '../../parts/address-value.ts';
import { Empty, Loading } from '../../parts/notice.tsx';
import { useRoleRefusal } from '../../parts/roles.ts';
import { useMe } from '../../data/queries.ts';
import type { OfDatabase } from '../../shell/of-database.ts';
import { LogTools, usualLines } from './log-tools.tsx';
import { FollowedLog, ReadLog } from './log-sources.tsx';
import styles from './logs.module.css';

/** What the nodes have logged. How it is looked at stands in the address. */
export const LogsPage = ({ project, name }: OfDatabase): ReactNode => {
  const { data: me } = useMe();
  const refusal = useRoleRefusal('operator');
  const { data: status } = useDatabase(project, name);
  const [node] = useAddressValue('node');
  const [lines] = useAddressValue('lines', usualLines);
  const [follow] = useAddressValue('follow');
  if (!me) return <Loading what="who you are" />;
  if (refusal !== null)
    return (
      <>
        <h2>Logs</h2>
        <Empty>
          <p>
            Reading logs {refusal}: they contain what PostgreSQL logs, such as the text of statements that fail. You are
            signed in as {me.role}.
          </p>
        </Empty>
      </>
    );
  const path = postgresPath(project, name, 'logs');
  const asked = { path, node, lines };
  return (
    <div className={styles['page']}>
      <h2>Logs</h2>
      <LogTools nodes={status?.nodes.map((each) => each.name) ?? []} />
      {follow === 'yes' ? (
        <FollowedLog key={`${node} ${lines}`} {...asked} name={name} />
      ) : (
        <ReadLog {...asked} project={project} name={name} />
      )}
    </div>
  );
};
