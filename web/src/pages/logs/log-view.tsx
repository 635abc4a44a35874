import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { countText, plural } from '../../format/numbers.ts';
import { useAddressValue } from '../../parts/address-value.ts';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/notice.tsx';
import { FindField } from './find-field.tsx';
import { cutAt, fileText, findIn, type LogLine, toneOf } from './log-text.ts';
import styles from './logs.module.css';

interface LogViewProps {
  readonly lines: readonly LogLine[];
  /** Of the database. */
  readonly name: string;
  /** More lines come, and the newest are shown. */
  readonly isFollowed?: boolean;
  /** Beside the tools. */
  readonly children: ReactNode;
}

/** Pixels from the end that still count as its end. */
const nearEnd = 40;

/** Lines of logs: only those in sight are on the page, so what the browser would find is found here. */
export const LogView = ({ lines, name, isFollowed = false, children }: LogViewProps): ReactNode => {
  const [find, setFind] = useAddressValue('find');
  const [hit, setHit] = useState<number | null>(null);
  const hits = useMemo(() => findIn(lines, find), [lines, find]);
  const look = (text: string): void => {
    setFind(text);
    setHit(null);
  };
  return (
    <>
      <div className={styles['bar']}>
        <FindField value={find} onChange={look} hits={hits.length} hit={hit} onGo={setHit} />
        <span className={styles['count']}>{plural(lines.length, 'line')}</span>
        {children}
        <Button onClick={() => download(`${name}.log`, fileText(lines))}>Download</Button>
      </div>
      {lines.length === 0 ? (
        <Empty>
          <p>{isFollowed ? 'No lines yet.' : 'There are no lines.'}</p>
        </Empty>
      ) : (
        <LogBox
          lines={lines}
          label={`Log lines of ${name}`}
          find={find}
          hitAt={hit === null ? null : (hits[hit] ?? null)}
        />
      )}
    </>
  );
};

interface LogBoxProps {
  readonly lines: readonly LogLine[];
  readonly label: string;
  readonly find: string;
  /** The line to be shown; null for the newest. */
  readonly hitAt: number | null;
}

/** It stays at its end while lines come, until somebody scrolls away from there. */
const LogBox = ({ lines, label, find, hitAt }: LogBoxProps): ReactNode => {
  const [wrap] = useAddressValue('wrap', 'yes');
  const box = useRef<HTMLElement>(null);
  // Its functions are passed to nothing that is memoised.
  // oxlint-disable-next-line react/incompatible-library
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => 22,
    overscan: 30,
  });
  const { unseen, onScroll, goToEnd } = useEnd(rows, lines.length, hitAt);
  const isMixed = useMemo(() => new Set(lines.map(({ node }) => node)).size > 1, [lines]);
  return (
    <>
      <section
        ref={box}
        aria-label={label}
        // It scrolls: so it can be reached by the keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={`${styles['box']} ${wrap === 'yes' ? styles['wrapped'] : ''}`}
        onScroll={(event) => onScroll(event.currentTarget)}
      >
        <div className={styles['rows']} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start, key }) => (
            <div
              key={key}
              ref={rows.measureElement}
              data-index={index}
              className={styles['row']}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Line line={lines[index]!} find={find} isHit={index === hitAt} isMixed={isMixed} />
            </div>
          ))}
        </div>
      </section>
      {unseen > 0 && <Button onClick={goToEnd}>{countText(unseen)} new below: show the end</Button>}
    </>
  );
};

interface Rows {
  readonly scrollToIndex: (index: number, options: { readonly align: 'center' | 'end' }) => void;
}

/** Where a list is scrolled to: to its end as it grows, to a hit, or where somebody has scrolled it. */
const useEnd = (rows: Rows, count: number, hitAt: number | null) => {
  /** How many there were when somebody scrolled away; null at the end. */
  const [leftAt, setLeftAt] = useState<number | null>(null);
  useEffect(() => {
    if (hitAt !== null) rows.scrollToIndex(hitAt, { align: 'center' });
  }, [rows, hitAt]);
  useEffect(() => {
    if (leftAt === null && hitAt === null) rows.scrollToIndex(count - 1, { align: 'end' });
  }, [rows, count, leftAt, hitAt]);
  return {
    unseen: leftAt === null ? 0 : Math.max(0, count - leftAt),
    onScroll: ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): void => {
      const isAtEnd = scrollHeight - scrollTop - clientHeight < nearEnd;
      if (isAtEnd) setLeftAt(null);
      else setLeftAt((before) => before ?? count);
    },
    goToEnd: (): void => setLeftAt(null),
  };
};

interface LineProps {
  readonly line: LogLine;
  readonly find: string;
  readonly isHit: boolean;
  readonly isMixed: boolean;
}

const Line = ({ line, find, isHit, isMixed }: LineProps): ReactNode => {
  const tone = toneOf(line.text);
  return (
    <span className={`${tone === null ? '' : styles[tone]} ${isHit ? styles['hit'] : ''}`}>
      {isMixed && <span className={styles['node']}>{line.node} </span>}
      {cutAt(line.text, find).map((part, at) => (at % 2 === 1 ? <mark key={at}>{part}</mark> : part))}
    </span>
  );
};

const download = (name: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  Object.assign(link, { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
};
