import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, ButtonLink } from './button.tsx';
import styles from './parts.module.css';

const manager = Toast.createToastManager<{ readonly href?: string; readonly link?: string }>();

/** A sentence at the edge of the screen, which goes by itself. For what no page says. */
export const toast = (sentence: string, more: { readonly href?: string; readonly link?: string } = {}): void => {
  manager.add({ description: sentence, data: more });
};

const Toasts = (): ReactNode => {
  const { toasts } = Toast.useToastManager<{ readonly href?: string; readonly link?: string }>();
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

export const ToastArea = ({ children }: { readonly children: ReactNode }): ReactNode => (
  <Toast.Provider toastManager={manager}>
    {children}
    <Toast.Portal>
      <Toast.Viewport className={styles['toasts']}>
        <Toasts />
      </Toast.Viewport>
    </Toast.Portal>
  </Toast.Provider>
);
