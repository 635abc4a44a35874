import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import { Button } from './button.tsx';
import styles from './parts.module.css';

interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly description?: ReactNode;
  /** `sheet`: a panel of full height at the side, which is the whole screen on a phone. */
  readonly shape?: 'dialog' | 'sheet';
  readonly initialFocus?: RefObject<HTMLElement | null>;
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
  children,
}: DialogProps): ReactNode => (
  <Base.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
    <Base.Portal>
      <Base.Backdrop className={styles['backdrop']} />
      <Base.Popup className={styles[shape]} {...(initialFocus && { initialFocus })}>
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
