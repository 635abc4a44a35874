import { useQuery } from '@tanstack/react-query';
import { CircleX, Timer } from 'lucide-react';
import type { ReactNode } from 'react';
import { get, postgresPath } from '../../data/api.ts';
import { serverNow } from '../../data/clock.ts';
import { keys } from '../../data/keys.ts';
import { useDatabase } from '../../data/queries.ts';
import type { QueryLog } from './documents.ts';
import { type Span, spanOf, spans, usualSpan } from '../../format/spans.ts';
import { durationText } from '../../format/times.ts';
import { useAddressValue } from '../../parts/address-value.ts';
import { Answered } from '../../parts/answered.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Ago } from '../../parts/times.tsx';
import type { OfDatabase } from '../../shell/of-database.ts';
import { containing, withinText } from './containing.ts';
import styles from './queries.module.css';
import { Sentences } from './sentences.tsx';
import { StatementText } from './statement-text.tsx';

type Entry = QueryLog['entries'][number];

export interface Revealing {
  readonly isRevealed: boolean;
}

const mostEntries = 500;

/** From the logs of the servers, newest first. */
export const LoggedStatements = ({ project, name, isRevealed }: OfDatabase & Revealing): ReactNode => {
  const [kind] = useAddressValue('kind');
  const [node] = useAddressValue('node');
  const [span] = useAddressValue('span', usualSpan);
  const [text] = useAddressValue('text');
  const found = useQuery({
    queryKey: keys.of(project, name, 'query-log', kind, node, span, isRevealed),
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({
        since: new Date(serverNow() - spans[spanOf(span)].ms).toISOString(),
        limit: String(mostEntries),
        ...(kind !== '' && { kind }),
        ...(node !== '' && { node }),
        ...(isRevealed && { reveal: 'true' }),
      });
      return get<QueryLog>(postgresPath(project, name, `query-log?${query.toString()}`), signal);
    },
    // What was revealed is not kept, and not asked for again by itself: each time is in the audit.
    gcTime: 0,
    meta: { isRevealed },
    refetchInterval: isRevealed ? false : 15_000,
  });
  return (
    <>
      <Filters project={project} name={name} />
      <Answered of={found} what="the logs of the servers">
        {(log) => (
          <>
            <Sentences says={log.says} />
            <Entries all={log.entries} text={text} span={spanOf(span)} slow={log.slow} />
          </>
        )}
      </Answered>
    </>
  );
};

const Filters = ({ project, name }: OfDatabase): ReactNode => {
  const { data: status } = useDatabase(project, name);
  const [kind, setKind] = useAddressValue('kind');
  const [node, setNode] = useAddressValue('node');
  const [span, setSpan] = useAddressValue('span', usualSpan);
  const [text, setText] = useAddressValue('text');
  const servers = status?.nodes.filter((each) => each.kind === 'postgres').map((each) => each.name) ?? [];
  const nodes = node === '' || servers.includes(node) ? servers : [...servers, node];
  return (
    <div className={styles['filters']}>
      <SelectField label="Kind" value={kind} onChange={(event) => setKind(event.target.value)}>
        <option value="">Slow and failed</option>
        <option value="slow">Slow</option>
        <option value="failed">Failed</option>
      </SelectField>
      <SelectField label="Server" value={node} onChange={(event) => setNode(event.target.value)}>
        <option value="">All servers</option>
        {nodes.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </SelectField>
      <SelectField label="Time" value={spanOf(span)} onChange={(event) => setSpan(event.target.value)}>
        {Object.entries(spans).map(([each, { text: words }]) => (
          <option key={each} value={each}>
            last {words}
          </option>
        ))}
      </SelectField>
      <TextField label="Text" type="search" value={text} onChange={(event) => setText(event.target.value)} />
    </div>
  );
};

interface EntriesProps {
  readonly all: readonly Entry[];
  readonly text: string;
  readonly span: Span;
  readonly slow: QueryLog['slow'];
}

const Entries = ({ all, text, span, slow }: EntriesProps): ReactNode => {
  const shown = containing(all, text);
  if (shown.length === 0)
    return (
      <Empty>
        <p>
          {text === '' ? 'No statement was slow or failed' : 'No such statement was slow or failed'} {withinText(span)}.
          {slow.logged === true && slow.above_ms !== null && ` Slow is longer than ${durationText(slow.above_ms)}.`}
        </p>
      </Empty>
    );
  return (
    <ol className={styles['entries']} aria-label="Statements, newest first">
      {shown.map((entry, index) => (
        <EntryItem key={`${entry.at} ${entry.node} ${index}`} entry={entry} />
      ))}
    </ol>
  );
};

const EntryItem = ({ entry }: { readonly entry: Entry }): ReactNode => {
  const { at, node, kind, duration_ms, message, detail, statement, sqlstate } = entry;
  const Icon = kind === 'slow' ? Timer : CircleX;
  const who = [entry.user, entry.database, entry.application].filter((each) => each !== null).join(' · ');
  return (
    <li className={styles['entry']} data-kind={kind}>
      <p className={styles['entryHead']}>
        <span className={styles[kind]}>
          <Icon size={14} aria-hidden /> {kind}
          {duration_ms !== null && ` ${durationText(duration_ms)}`}
        </span>
        <Ago at={at} />
        <span>{node}</span>
        <span className={styles['quiet']}>{who}</span>
      </p>
      {message !== null && (
        <p>
          {message} {sqlstate !== null && <code className={styles['quiet']}>{sqlstate}</code>}
        </p>
      )}
      {message === null && sqlstate !== null && (
        <p>
          Its message may hold values and is hidden. <code className={styles['quiet']}>{sqlstate}</code>
        </p>
      )}
      {detail !== null && <p className={styles['quiet']}>{detail}</p>}
      {statement !== null && <StatementText text={statement} />}
    </li>
  );
};
