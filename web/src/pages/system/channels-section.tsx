import { useMutation, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { get, request } from '../../data/api.ts';
import type { Channels } from '../../data/types.ts';
import { Answered } from '../../parts/answered.tsx';
import { Button } from '../../parts/button.tsx';
import { Copyable } from '../../parts/copy.tsx';
import { Empty, ProblemNotice } from '../../parts/notice.tsx';
import { useRefusal } from '../../parts/roles.ts';
import { projectText } from './project-text.ts';
import styles from './system.module.css';

type Channel = Channels['channels'][number];

/** Where notifications go. */
export const ChannelsSection = (): ReactNode => {
  const found = useQuery({
    queryKey: ['channels'],
    queryFn: ({ signal }) => get<Channels>('/v1/notifications/channels', signal),
  });
  return (
    <Answered of={found} what="the channels">
      {({ channels }) =>
        channels.length === 0 ? (
          <Empty>
            <p>Notifications go nowhere yet. A channel takes them to a webhook or by e-mail:</p>
            <Copyable text="./pgrow notifications add --help" label="the command" />
          </Empty>
        ) : (
          <ul className={styles['list']}>
            {channels.map((channel) => (
              <ChannelItem key={channel.id} channel={channel} />
            ))}
          </ul>
        )
      }
    </Answered>
  );
};

const ChannelItem = ({ channel }: { readonly channel: Channel }): ReactNode => {
  const { id, name, kind, target, project, database, events, enabled, disabled_because } = channel;
  const refusal = useRefusal('admin');
  const test = useMutation({ mutationFn: () => request('POST', `/v1/notifications/channels/${id}/test`, {}) });
  const refused = refusal ?? (enabled ? null : 'It is disabled.') ?? (test.isPending ? 'It is being sent.' : null);
  return (
    <li className={styles['part']}>
      <div className={styles['partHead']}>
        <h3>{name}</h3>
        <span className={styles[enabled ? 'up' : 'unknown']}>{enabled ? 'enabled' : 'disabled'}</span>
      </div>
      <p>
        {kind} to <code>{target}</code>, about {database ?? projectText(project)}
      </p>
      {disabled_because !== null && <p className={styles['down']}>{disabled_because}</p>}
      <p className={styles['quiet']}>{events.join(', ')}</p>
      <div className={styles['row']}>
        <Button aria-label={`Send a test through ${name}`} refused={refused} onClick={() => test.mutate()}>
          Send a test
        </Button>
        <output>{test.isSuccess ? 'On its way.' : ''}</output>
      </div>
      {test.error && <ProblemNotice error={test.error} />}
    </li>
  );
};
