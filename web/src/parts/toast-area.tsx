import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { Button, ButtonLink } from './button.tsx';
import styles from './parts.module.css';
import { type SaidToast, takeToasts } from './toasts.tsx';

type Data = Omit<SaidToast, 'sentence'>;
const manager = Toast.createToastManager<Data>();

const Toasts = (): ReactNode => {
  const { toasts } = Toast.useToastManager<Data>();
  return toasts.map((each) => (
    <Toast.Root key={each.id} toast={each} className={styles['toast']}>
      <Toast.Description />
      {each.data?.href !== undefined && (
        <ButtonLink look="quiet" href={each.data.href}>
          {each.data.link ?? 'Show'}
        </ButtonLink>
      )}
      <Toast.Close
        render={
          <Button look="quiet" icon aria-label="Close">
            <X size={16} aria-hidden />
          </Button>
        }
      />
    </Toast.Root>
  ));
};

/** Shows what has been said so far, and what follows. */
export const ToastViewport = (): ReactNode => {
  useEffect(() => takeToasts(({ sentence, ...data }) => manager.add({ description: sentence, data })), []);
  return (
    <Toast.Provider toastManager={manager}>
      <Toast.Portal>
        <Toast.Viewport className={styles['toasts']}>
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
};
