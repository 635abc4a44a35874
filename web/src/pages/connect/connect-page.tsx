import type { ReactNode } from 'react';
import { useDatabase } from '../../data/queries.ts';
import type { ConnectionStrings } from '../../data/types.ts';
import { useAddressValue } from '../../parts/address-value.ts';
import { Answered } from '../../parts/answered.tsx';
import { useRefusal } from '../../parts/roles.ts';
import type { OfDatabase } from '../../shell/of-database.ts';
import { Choice } from './choice.tsx';
import styles from './connect.module.css';
import { type Endpoint, endpoints, endpointTexts, type Side, sideTexts } from './endpoint-texts.ts';
import { PasswordRow } from './password-row.tsx';
import { SnippetTabs } from './snippet-tabs.tsx';
import { useStrings } from './use-strings.ts';

export const ConnectPage = ({ project, name }: OfDatabase): ReactNode => {
  const { data: status } = useDatabase(project, name);
  // What a viewer gets has no password that could be masked.
  const mayReveal = useRefusal('operator') === null;
  const { masked, revealed, isRevealed, setRevealed } = useStrings(project, name, (status?.operation ?? null) !== null);
  return (
    <div className={styles['page']}>
      <h2>Connect to {name}</h2>
      <Answered of={masked} what="the connection strings">
        {(data) => (
          <Strings
            name={name}
            strings={isRevealed && revealed.data ? revealed.data : data}
            isMasked={mayReveal && !(isRevealed && revealed.data)}
            poolMode={status?.pooling.enabled === true ? (status.pooling.pool_mode ?? 'transaction') : null}
          >
            <PasswordRow
              name={name}
              strings={revealed.data ?? null}
              isRevealed={isRevealed}
              error={revealed.error}
              onReveal={setRevealed}
            />
          </Strings>
        )}
      </Answered>
    </div>
  );
};

interface StringsProps {
  readonly name: string;
  readonly strings: ConnectionStrings;
  readonly isMasked: boolean;
  readonly poolMode: 'transaction' | 'session' | 'statement' | null;
  readonly children: ReactNode;
}

const Strings = ({ name, strings, isMasked, poolMode, children }: StringsProps): ReactNode => {
  const [fromText, setFrom] = useAddressValue('from', 'host');
  const [whatText, setWhat] = useAddressValue('what', 'best');
  const from: Side = fromText === 'network' ? 'network' : 'host';
  const there = strings[from];
  const asked = endpoints.find((each) => each === whatText && there[each] !== null);
  const endpoint: Endpoint = asked ?? strings.best;
  return (
    <>
      <Choice
        legend="Where your program runs"
        value={from}
        onChange={setFrom}
        options={(['host', 'network'] as const).map((value) => ({ value, label: sideTexts[value].label }))}
      >
        {sideTexts[from].when}
        {from === 'network' && (
          <>
            {' '}
            Its name: <code>{strings.clients_network}</code>
          </>
        )}
      </Choice>
      <Choice
        legend="What it does"
        value={asked ?? 'best'}
        onChange={setWhat}
        options={[
          { value: 'best' as const, label: 'Best for writing' },
          ...endpoints.map((value) => ({
            value,
            label: endpointTexts[value].label,
            missing: there[value] === null ? endpointTexts[value].needs : null,
          })),
        ]}
      >
        {asked ? '' : `${endpointTexts[endpoint].label}. `}
        {endpointTexts[endpoint].when}
      </Choice>
      {children}
      <SnippetTabs
        name={name}
        strings={there}
        endpoint={endpoint}
        isBest={endpoint === strings.best}
        isMasked={isMasked}
        from={from}
        poolMode={endpoint.startsWith('pooled') ? poolMode : null}
      />
    </>
  );
};
