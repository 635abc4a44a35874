import type { NoticeType } from './notice.ts';

/** Messages on their way to one channel each. */

export const deliveryStates = ['pending', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** A delivery as it is listed. `dead`: given up, until it is sent again on request. */
export interface DeliveryDocument {
  /** UUID. */
  readonly id: string;
  /** Same for all channels that hear of one thing: `webhook-id`, without its prefix. */
  readonly notice_id: string;
  readonly channel: { readonly id: string; readonly name: string };
  readonly type: NoticeType;
  readonly project: string;
  readonly database: string | null;
  /** In words, one line. */
  readonly subject: string;
  readonly state: DeliveryState;
  /** Since it was sent last on request. */
  readonly attempts: number;
  /** What the last attempt met. Of one that was delivered: recipients that were not accepted. */
  readonly error: string | null;
  readonly created_at: string;
  readonly attempted_at: string | null;
  /** Null where none is to come. */
  readonly next_attempt_at: string | null;
  readonly ended_at: string | null;
}

/** How an attempt ended. */
export type SendResult =
  | { readonly accepted: true; readonly remark: string | null }
  | {
      readonly accepted: false;
      /** In words, without secrets. */
      readonly error: string;
      /** Whether another attempt is of no use. */
      readonly final: boolean;
      /** Whether the receiver wants no message any more. */
      readonly gone?: boolean;
      /** Seconds that the receiver asks for. */
      readonly retry_after: number | null;
    };

/** What one workflow is for. */
export interface DeliveryRound {
  readonly delivery: string;
  /** Grows with each time that it is sent on request: an attempt of an earlier round does nothing. */
  readonly round: number;
}

/** Input of the activity that makes one attempt. */
export interface DeliveryAttempt extends DeliveryRound {
  /** Counted from 1. */
  readonly attempt: number;
  /** Whether it is given up after this one. */
  readonly last: boolean;
}

/** Its answer: what the workflow has to know. */
export interface AttemptOutcome {
  readonly over: boolean;
  /** Seconds until the next attempt. */
  readonly pause: number;
}

/** Input of the workflow `deliverNotification`. */
export interface DeliverNotification extends DeliveryRound {
  /** Attempts at most. */
  readonly attempts: number;
}

/** One whose workflow is to be started. */
export interface StartableDelivery extends DeliverNotification {
  /** In words. */
  readonly summary: string;
  readonly database: string | null;
}

export interface NotificationActivities {
  /** Sends one message once, records how that went, and says when to try again. Idempotent by attempt. */
  attemptDelivery(attempt: DeliveryAttempt): Promise<AttemptOutcome>;
}
