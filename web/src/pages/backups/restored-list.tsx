import { Fragment, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { Snapshots } from '../../data/types.ts';
import { databasePath } from '../../shell/of-database.ts';

interface Props extends Pick<Snapshots, 'restored'> {
  readonly project: string;
  readonly withSnapshot?: boolean;
}

/** Databases that began with a snapshot, each a link. */
export const RestoredList = ({ project, restored, withSnapshot = false }: Props): ReactNode =>
  restored.map(({ id, name, snapshot }, index) => (
    <Fragment key={id}>
      {index > 0 && ', '}
      <Link href={databasePath(project, name, '')}>{name}</Link>
      {withSnapshot && ` (${snapshot})`}
    </Fragment>
  ));
