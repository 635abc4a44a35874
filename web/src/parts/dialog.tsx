import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, type RefObject, useState } from 'react';
import { Button } from './button.tsx';
import styles from './parts.module.css';

type FinalFocus = () => HTMLElement | null | true;

/** For one that is opened by a key or an address: where nothing had the focus, or what had it is gone, the page gets it. */
export const useFinalFocus = (): FinalFocus => {
  const [before] = useState(() => document.activeElement);
  const isNowhere = (): boolean => before === null || before === document.body || !before.isConnected;
  return () => (isNowhere() ? document.querySelector<HTMLElement>('#main') : true);
};

interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly description?: ReactNode;
  /** `sheet`: a panel of full height at the side, which is the whole screen on a phone. */
  readonly shape?: 'dialog' | 'sheet';
  readonly initialFocus?: RefObject<HTMLElement | null>;
  /** Where the focus goes when it closes; by default where it was. */
  readonly finalFocus?: FinalFocus;
  readonly children: ReactNode;
}

/** Takes the focus and gives it back; Escape closes it. */
export const Dialog = ({
  open,
  onClose,
  title,
  description,
  shape = 'dialog',
  initialFocus,
  finalFocus,
  children,
}: DialogProps): ReactNode => (
  <Base.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
    <Base.Portal>
      <Base.Backdrop className={styles['backdrop']} />
      <Base.Popup className={styles[shape]} {...(initialFocus && { initialFocus })} {...(finalFocus && { finalFocus })}>
        <div className={styles['titleRow']} data-part="dialog-title">
          <Base.Title>{title}</Base.Title>
          <Base.Close
            render={
              <Button look="quiet" icon aria-label="Close">
                <X size={18} aria-hidden />
              </Button>
            }
          />
        </div>
        {description !== undefined && (
          <Base.Description className={styles['description']}>{description}</Base.Description>
        )}
        {children}
      </Base.Popup>
    </Base.Portal>
  </Base.Root>
);
