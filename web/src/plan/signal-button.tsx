import { type ReactNode, useState } from 'react';
import { sendSignal, type Signal } from '../data/signals.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { ProblemNotice } from '../parts/notice.tsx';
import { useRefusal } from '../parts/roles.ts';
import { toast } from '../parts/toasts.tsx';
import type { OfDatabase } from '../shell/of-database.ts';
import styles from './signal-button.module.css';

interface Question {
  readonly title: string;
  readonly text: ReactNode;
  /** What the button that means it says. */
  readonly button: string;
}

interface Props extends OfDatabase {
  readonly signal: Signal;
  readonly look?: 'primary' | 'danger' | 'usual';
  /** Why it makes no sense now, beside what the role and the control plane allow. */
  readonly refused?: string | null;
  /** Asked once, before anything is sent. */
  readonly ask?: Question;
  readonly children: ReactNode;
}

/** Sends one message for one press, however often it is pressed meanwhile. */
export const SignalButton = ({ project, name, signal, look, refused, ask, children }: Props): ReactNode => {
  const notAllowed = useRefusal('operator');
  const [isSending, setSending] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const why = notAllowed ?? refused ?? null;
  const send = (): void => {
    if (isSending) return;
    setSending(true);
    setProblem(null);
    sendSignal(project, name, signal)
      .then((says) => {
        setAsking(false);
        if (says !== null) toast(says);
      })
      .catch((error: unknown) => {
        setProblem(error);
        setAsking(true);
      })
      .finally(() => setSending(false));
  };
  const press = isSending ? 'It is being sent.' : why;
  return (
    <>
      <Button {...(look && { look })} refused={press} onClick={ask ? () => setAsking(true) : send}>
        {children}
      </Button>
      <Dialog open={isAsking} onClose={() => setAsking(false)} title={ask?.title ?? 'It was not sent'}>
        <div className={styles['body']}>
          {ask?.text}
          {problem !== null && <ProblemNotice error={problem} />}
          <div className={styles['row']}>
            <Button look={look ?? 'usual'} refused={press} onClick={send}>
              {ask?.button ?? 'Send it again'}
            </Button>
            <Button onClick={() => setAsking(false)}>Leave it</Button>
          </div>
        </div>
      </Dialog>
    </>
  );
};
