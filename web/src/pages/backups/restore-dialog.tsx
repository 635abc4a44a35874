import { type FormEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { changeSearch } from '../../data/changes.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { TextField } from '../../parts/field.tsx';
import tables from '../../parts/parts.module.css';
import { databasePath, type OfDatabase } from '../../shell/of-database.ts';

interface RestoreProps extends OfDatabase {
  readonly id: string;
  readonly onClose: () => void;
}

/** Asks for the new database's name; what follows from it, its plan says. */
export const RestoreDialog = ({ project, name, id, onClose }: RestoreProps): ReactNode => {
  const [as, setAs] = useState(`${name}-restored`);
  const [, navigate] = useLocation();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onClose();
    const change = changeSearch({ kind: 'restore', body: { snapshot: id, name: as } });
    navigate(`${databasePath(project, name, 'backups')}${change}`);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Restore ${id}`}
      description={`A new database begins with what the snapshot holds, with passwords of its own. ${name} is not changed.`}
    >
      <form onSubmit={submit} className={tables['confirm']}>
        <TextField label="Name of the new database" value={as} onChange={(event) => setAs(event.target.value)} />
        <div className={tables['actions']}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" refused={as === '' ? 'The name is empty.' : null}>
            Show the plan
          </Button>
        </div>
      </form>
    </Dialog>
  );
};
