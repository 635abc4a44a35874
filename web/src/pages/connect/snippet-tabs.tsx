import { Tabs } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import type { ConnectionStrings } from '../../data/types.ts';
import { connectionParts } from '../../format/connection.ts';
import { useAddressValue } from '../../parts/address-value.ts';
import { Copyable } from '../../parts/copy.tsx';
import styles from './connect.module.css';
import { type Endpoint, endpointTexts, type Side } from './endpoint-texts.ts';
import { type SnippetInput, type SnippetName, snippetNames, snippetOf } from './snippets.ts';

interface SnippetTabsProps {
  readonly name: string;
  readonly strings: ConnectionStrings['host'];
  readonly endpoint: Endpoint;
  readonly isBest: boolean;
  readonly isMasked: boolean;
  readonly from: Side;
  /** Null of an endpoint that is not pooled. */
  readonly poolMode: 'transaction' | 'session' | 'statement' | null;
}

const mask = '••••••••';

/** With the mask in place of a password, and where there is none. */
const masked = (url: string): string => {
  const { user, host, port, database } = connectionParts(url);
  return `postgresql://${user}:${mask}@${host}:${port}/${database}`;
};

const inputOf = ({ name, strings, endpoint, isBest, isMasked, from, poolMode }: SnippetTabsProps): SnippetInput => {
  const text = (url: string): string => (isMasked ? masked(url) : url);
  const url = strings[endpoint]!;
  const { option } = endpointTexts[endpoint];
  return {
    url: text(url),
    parts: { ...connectionParts(url), ...(isMasked && { password: mask }) },
    directUrl: text(strings.postgres ?? url),
    readUrl: text(strings.pooled_read_only ?? strings.read_only ?? url),
    command: from === 'host' ? `./pgrow connect ${name}${isBest ? '' : ` ${option}`}` : null,
    isTransactionPooled: poolMode !== null && poolMode !== 'session',
  };
};

/** The same string as each driver takes it. */
export const SnippetTabs = (props: SnippetTabsProps): ReactNode => {
  const [shown, setShown] = useAddressValue('as', 'url');
  const tab: SnippetName = snippetNames.find((each) => each === shown) ?? 'url';
  const input = inputOf(props);
  return (
    <Tabs.Root value={tab} onValueChange={(next) => setShown(String(next))} className={styles['tabs']}>
      <Tabs.List className={styles['tabList']} aria-label="As">
        {snippetNames.map((each) => (
          <Tabs.Tab key={each} value={each} className={styles['tab']}>
            {snippetOf(each).label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={tab} className={styles['panel']}>
        <Copyable text={snippetOf(tab).code(input)} label={snippetOf(tab).label} />
        {input.isTransactionPooled && <Caveats driver={snippetOf(tab).pooled} />}
      </Tabs.Panel>
    </Tabs.Root>
  );
};

const Caveats = ({ driver }: { readonly driver: string | undefined }): ReactNode => (
  <ul className={styles['caveats']}>
    {driver !== undefined && <li>{driver}</li>}
    <li>
      A session ends with its transaction: LISTEN, session locks, SET and temporary tables need the direct address.
      Prepared statements of drivers work.
    </li>
  </ul>
);
