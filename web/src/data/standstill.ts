import { skipToken, useQuery } from '@tanstack/react-query';
import { keys } from './keys.ts';
import { useConnection } from './stream/use-topic.ts';
import type { System } from './types.ts';

/** What is known of the control plane, without asking. */
const useKnownSystem = (): System | undefined => useQuery<System>({ queryKey: keys.system, queryFn: skipToken }).data;

/** Why nothing can be changed for the moment; null where it can. What no worker carries out yet is accepted all the same. */
export const useStandstill = (): string | null => {
  const connection = useConnection();
  const system = useKnownSystem();
  if (connection.state === 'signed_out') return 'You are signed out.';
  if (connection.state === 'reconnecting') return connection.refused ?? 'The API does not answer.';
  if (system?.metadata.state === 'down') return system.metadata.says;
  if (system?.temporal.state === 'down') return `No change can be started or signalled. ${system.temporal.says}`;
  return null;
};
