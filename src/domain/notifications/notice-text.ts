import { withoutStop } from '../errors.ts';
import { stageNames } from '../stage.ts';
import type { Notice, NoticeData } from './notice.ts';

/** A notice in words. Plain text: `subject` is one line, `lines` are paragraphs. */
export interface NoticeText {
  readonly subject: string;
  readonly lines: readonly string[];
}

/** `expand from single to ha`. */
const workOf = ({ operation, from_stage, to_stage }: NoticeData): string => {
  const name = (operation ?? 'operation').replaceAll('_', ' ');
  if (from_stage == null || to_stage == null || from_stage === to_stage) return name;
  return `${name} from ${stageNames[from_stage]} to ${stageNames[to_stage]}`;
};

const secondsText = (milliseconds: number): string =>
  milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;

const lookAt = ({ database }: Notice): string => `Look: ./pgrow status ${database}`;

const askedFor = ({ actor }: NoticeData): string =>
  actor === undefined || actor === 'pgrow' ? 'It began by itself.' : `${actor} asked for it.`;

/** What went wrong, and the commands that are left to an operator. */
const failureLines = ({ error }: NoticeData): readonly string[] => {
  if (!error) return [];
  const { message, step, left_over } = error;
  return [
    `${step === null ? 'Cause' : `Cause, in the step "${step}"`}: ${withoutStop(message)}.`,
    ...left_over.map(({ what, command }) => `Left over: ${withoutStop(what)}. Run: ${command}`),
  ];
};

const texts: { readonly [T in Notice['type']]: (notice: Notice) => NoticeText } = {
  'maintenance.announced': ({ database, data }) => ({
    subject: `${database ?? 'All databases'}: maintenance is announced`,
    lines: [
      data.message ?? 'Maintenance is announced.',
      ...(data.starts_at == null ? [] : [`It begins at ${data.starts_at}.`]),
      ...(data.actor === undefined ? [] : [`Announced by ${data.actor}.`]),
    ],
  }),
  'maintenance.started': (notice) => ({
    subject: `${notice.database}: ${workOf(notice.data)} has begun`,
    lines: [askedFor(notice.data), lookAt(notice)],
  }),
  'maintenance.done': (notice) => {
    const { stall_ms, duration_ms } = notice.data;
    return {
      subject: `${notice.database}: ${workOf(notice.data)} is done`,
      lines: [
        duration_ms == null ? 'It is done.' : `It took ${secondsText(duration_ms)}.`,
        ...(stall_ms == null ? [] : [`Writes were held for ${secondsText(stall_ms)}.`]),
      ],
    };
  },
  'maintenance.rolled_back': (notice) => ({
    subject: `${notice.database}: ${workOf(notice.data)} was ${notice.data.status === 'aborted' ? 'aborted' : 'rolled back'}`,
    lines: ['The database is as it was before.', ...failureLines(notice.data)],
  }),
  'maintenance.needs_operator': (notice) => ({
    subject: `${notice.database}: ${workOf(notice.data)} needs an operator`,
    lines: ['It did not finish, and was not undone.', ...failureLines(notice.data), lookAt(notice)],
  }),
  failover: (notice) => {
    const { previous_leader, new_leader, duration_ms } = notice.data;
    return {
      subject: `${notice.database}: failover to ${new_leader ?? 'another node'}`,
      lines: [
        `${new_leader ?? 'Another node'} takes writes now, in place of ${previous_leader ?? 'the primary before'}.`,
        ...(duration_ms == null ? [] : [`That took ${secondsText(duration_ms)}.`]),
        lookAt(notice),
      ],
    };
  },
  'rollback_window.closing': ({ database, data }) => ({
    subject: `${database}: the rollback window closes soon`,
    lines: [
      `The last ${workOf(data)} can be rolled back until ${data.rollback_available_until}.`,
      `To roll back: ./pgrow rollback ${database}`,
      `To keep it and close the window now: ./pgrow confirm ${database}`,
    ],
  }),
  test: ({ data }) => ({
    subject: 'pgrow: a test message',
    lines: [`${data.actor ?? 'An admin'} asked for it, to see that this channel works. There is nothing to do.`],
  }),
};

export const noticeText = (notice: Notice): NoticeText => texts[notice.type](notice);
