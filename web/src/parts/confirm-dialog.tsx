import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ProblemNotice } from './notice.tsx';
import styles from './parts.module.css';

interface ConfirmProps {
  readonly title: string;
  /** What goes, by name. */
  readonly children: ReactNode;
  /** `Revoke`. */
  readonly action: string;
  /** It closes once this has succeeded. */
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks once before something that is no change of a database, and so has no plan. */
export const ConfirmDialog = ({ title, children, action, onConfirm, onClose }: ConfirmProps): ReactNode => {
  const { mutate, isPending, error } = useMutation({ mutationFn: onConfirm, onSuccess: onClose });
  return (
    <Dialog open onClose={onClose} title={title}>
      <div className={styles['confirm']}>
        {children}
        {error && <ProblemNotice error={error} />}
        <div className={styles['actions']}>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" refused={isPending ? 'It is being done.' : null} onClick={() => mutate()}>
            {action}
          </Button>
        </div>
      </div>
    </Dialog>
  );
};
