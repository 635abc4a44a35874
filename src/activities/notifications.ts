import { sendEmail } from '../components/notifications/send-email.ts';
import { sendWebhook } from '../components/notifications/send-webhook.ts';
import { pauseAfter } from '../domain/notifications/attempts.ts';
import type { NotificationActivities, SendResult } from '../domain/notifications/deliveries.ts';
import { PgrowError } from '../domain/errors.ts';
import { noticeText } from '../domain/notifications/notice-text.ts';
import { webhookBody } from '../domain/notifications/payload.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import type { DueDelivery } from '../store/deliveries.ts';
import { limitSends } from './limit-sends.ts';

/** Milliseconds that one attempt may take. */
const attemptLimitMs = 10_000;

/** The only code that sees the secrets of channels: they are in no history and no log. */
export const notificationActivities = ({
  store,
  log,
  limitMs = attemptLimitMs,
}: Pick<Dependencies, 'store' | 'log'> & { readonly limitMs?: number }): NotificationActivities => {
  const limited = limitSends();
  return {
    async attemptDelivery({ delivery, round, attempt, last }) {
      limited.refuseBusy();
      const due = await store.readDue({ delivery, round }).catch(async (error: unknown) => {
        if (!isForGood(error)) throw error;
        await store.recordAttempt({ delivery, round, attempt, state: 'dead', error: error.message, pause: null });
        log.warn({ delivery, attempt, error: error.message, over: true }, 'notification not delivered');
        return null;
      });
      if (!due) return { over: true, pause: 0 };
      // A workflow that was reset repeats what it has done.
      if (due.attempts >= attempt) return { over: false, pause: 0 };
      const { channel } = due;
      const result = channel.enabled ? await limited.send(channel.id, () => send(due, limitMs)) : disabled;
      const fields = { delivery, channel: channel.name, type: due.notice.type, attempt };
      const record = { delivery, round, attempt };
      if (result.accepted) {
        await store.recordAttempt({ ...record, state: 'delivered', error: result.remark, pause: null });
        log.info(fields, 'notification delivered');
        return { over: true, pause: 0 };
      }
      const { error, final, gone, retry_after } = result;
      const over = final || last;
      const pause = over ? null : pauseAfter(attempt, retry_after);
      await store.recordAttempt({ ...record, state: over ? 'dead' : 'pending', error, pause });
      if (gone) await disable(store, channel, `${error}: it wants no messages any more`);
      log.warn({ ...fields, error, over }, 'notification not delivered');
      return { over, pause: pause ?? 0 };
    },
  };
};

/** A secret that does not open with this key: no later attempt can read it. */
const isForGood = (error: unknown): error is PgrowError =>
  error instanceof PgrowError && error.code === 'needs_operator';

const disable = async (
  store: Dependencies['store'],
  { id, name, project }: DueDelivery['channel'],
  because: string,
): Promise<void> => {
  // Another message to it may have met the same.
  if (!(await store.findChannel(id))?.enabled) return;
  const details = { channel: id, name, because };
  await store.recordAudit({ actor: 'pgrow', project, service_id: null, action: 'disable_channel', details });
  await store.enableChannel(id, false, because);
};

const disabled: SendResult = { accepted: false, error: 'the channel is disabled', final: true, retry_after: null };

const send = ({ notice, notice_id, settings, secrets }: DueDelivery, limitMs: number): Promise<SendResult> => {
  const rules = { allowPrivate: settings.allow_private };
  const id = `msg_${notice_id}`;
  if (settings.kind === 'webhook') {
    const { url, signing = null } = secrets;
    if (url === undefined) return Promise.resolve(withoutSecret);
    return sendWebhook({ url, secret: signing, id, body: webhookBody(notice, settings.format), rules, limitMs });
  }
  const { password = null } = secrets;
  if (settings.user !== null && password === null) return Promise.resolve(withoutSecret);
  const { subject, lines } = noticeText(notice);
  return sendEmail({ settings, password, id, subject, text: `${lines.join('\n')}\n`, rules, limitMs });
};

const withoutSecret: SendResult = {
  accepted: false,
  error: 'the secrets of the channel are missing in the metadata: remove it and add it again',
  final: true,
  retry_after: null,
};
