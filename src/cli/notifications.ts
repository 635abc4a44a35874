import { setTimeout as delay } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import { PgrowError } from '../domain/errors.ts';
import type { ChannelDocument } from '../domain/notifications/channels.ts';
import { deliveryStates, type DeliveryDocument, type DeliveryState } from '../domain/notifications/deliveries.ts';
import type { ApiClient } from './api-client.ts';
import { chosenProject } from './chosen-context.ts';
import { channelBody, withChannelFlags, type ChannelFlags } from './channel-flags.ts';
import { connectToApi } from './connect-to-api.ts';
import { exitCodes } from './exit-codes.ts';
import { channelsText, deliveriesText, deliveryText } from './notifications-text.ts';
import { positiveInteger } from './option-groups.ts';
import { print, printJson, printProgress } from './output.ts';

interface JsonFlag {
  readonly json?: true;
}

const base = '/v1/notifications';

export const notifications = (program: Command): void => {
  const verb = program
    .command('notifications')
    .description('say where to send word of maintenance, failovers and what needs an operator');
  verb
    .command('list', { isDefault: true })
    .description('list the channels')
    .option('--json', 'print them as one JSON document')
    .action(async ({ json }: JsonFlag) => {
      const document = await connectToApi().get<ChannelList>(`${base}/channels`);
      if (json) printJson(document);
      else channelsText(document.channels).forEach(print);
    });
  addVerb(verb);
  changeVerb(verb, 'remove', 'remove a channel', (api, path) => api.delete<ChannelDocument>(path), 'removed');
  changeVerb(verb, 'enable', 'use a channel again', (api, path) => api.patch(path, { enabled: true }), 'enabled');
  changeVerb(verb, 'disable', 'keep a channel, unused', (api, path) => api.patch(path, { enabled: false }), 'disabled');
  sendingVerb(verb, 'test <channel>', 'send a test message, and wait for how that goes', async (api, channel) => {
    const { id } = await findChannel(api, channel);
    return api.post<DeliveryDocument>(`${base}/channels/${id}/test`, {});
  });
  deliveriesVerb(verb);
  sendingVerb(verb, 'resend <message>', 'send a message again that was given up', (api, message) =>
    api.post<DeliveryDocument>(`${base}/deliveries/${encodeURIComponent(message)}/redeliver`, {}),
  );
  announceVerb(verb);
};

interface ChannelList {
  readonly channels: readonly ChannelDocument[];
}

const addVerb = (verb: Command): void => {
  withChannelFlags(verb.command('add <name>').description('add a channel: a webhook or e-mail'))
    .option('--json', 'print it as one JSON document')
    .action(async (name: string, { json, ...flags }: ChannelFlags & JsonFlag) => {
      const body = channelBody(name, flags);
      const added = await connectToApi().post<ChannelDocument & { secret: string | null }>(`${base}/channels`, body);
      if (json) return printJson(added);
      printProgress(
        `Channel ${added.name} leads to ${added.target}. To try it: ./pgrow notifications test ${added.name}`,
      );
      if (added.secret === null) return;
      printProgress('Its receiver verifies signatures with this secret. This is the only time it is shown:');
      print(added.secret);
    });
};

const changeVerb = (
  verb: Command,
  name: string,
  description: string,
  change: (api: ApiClient, path: string) => Promise<ChannelDocument>,
  done: string,
): void => {
  verb
    .command(`${name} <channel>`)
    .description(`${description}, by its name or id`)
    .option('--json', 'print what it is or was as one JSON document')
    .action(async (channel: string, { json }: JsonFlag) => {
      const api = connectToApi();
      const { id } = await findChannel(api, channel);
      const changed = await change(api, `${base}/channels/${id}`);
      if (json) printJson(changed);
      else print(`Channel ${changed.name} is ${done}.`);
    });
};

const sendingVerb = (
  verb: Command,
  usage: string,
  description: string,
  send: (api: ApiClient, subject: string) => Promise<DeliveryDocument>,
): void => {
  verb
    .command(usage)
    .description(description)
    .option('--json', 'print how it went as one JSON document')
    .action(async (subject: string, { json }: JsonFlag) => {
      const api = connectToApi();
      const delivery = await untilTried(api, await send(api, subject));
      if (json) printJson(delivery);
      else print(deliveryText(delivery));
      if (delivery.state === 'dead') process.exitCode = exitCodes.failed;
    });
};

const deliveriesVerb = (verb: Command): void => {
  verb
    .command('deliveries')
    .description('list the messages, newest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(deliveryStates))
    .option('--limit <count>', 'the newest so many', positiveInteger, 50)
    .option('--json', 'print them as one JSON document')
    .action(async ({ state, limit, json }: { state?: DeliveryState; limit: number } & JsonFlag) => {
      const query = `?limit=${limit}${state === undefined ? '' : `&state=${state}`}`;
      const document = await connectToApi().get<{ deliveries: readonly DeliveryDocument[] }>(
        `${base}/deliveries${query}`,
      );
      if (json) printJson(document);
      else deliveriesText(document.deliveries).forEach(print);
    });
};

const announceVerb = (verb: Command): void => {
  verb
    .command('announce <message>')
    .description('announce maintenance to all channels that hear of it')
    .option('--project <project>', 'whose channels (default: that of the context)')
    .option('--database <name>', 'the only database that it concerns')
    .option('--at <time>', 'when it begins, such as 2026-12-01T20:00:00Z')
    .option('--json', 'print the ids of the messages as one JSON document')
    .action(async (message: string, flags: { project?: string; database?: string; at?: string } & JsonFlag) => {
      const { project = chosenProject(), database, at, json } = flags;
      const body = { project, message, ...(database !== undefined && { database }), ...(at && { starts_at: at }) };
      const sent = await connectToApi().post<{ deliveries: readonly string[] }>(`${base}/announcements`, body);
      if (json) return printJson(sent);
      const count = sent.deliveries.length;
      print(count === 0 ? 'No channel hears of it.' : `Announced through ${count} channel${count === 1 ? '' : 's'}.`);
    });
};

const findChannel = async (api: ApiClient, nameOrId: string): Promise<ChannelDocument> => {
  const { channels } = await api.get<ChannelList>(`${base}/channels`);
  const found = channels.filter(({ id, name }) => id === nameOrId || name === nameOrId);
  const [first, second] = found;
  if (first && !second) return first;
  throw new PgrowError(
    'not_found',
    first
      ? `There are ${found.length} channels ${nameOrId}, in different projects. Name one by its id: ./pgrow notifications`
      : `There is no channel ${nameOrId}. To see which there are: ./pgrow notifications`,
  );
};

/** Milliseconds; an attempt takes ten seconds at most. */
const waitAtMostMs = 15_000;
const lookEveryMs = 250;

/** Until the first attempt has ended. */
const untilTried = async (api: ApiClient, sent: DeliveryDocument): Promise<DeliveryDocument> => {
  const deadline = performance.now() + waitAtMostMs;
  for (;;) {
    const delivery = await api.get<DeliveryDocument>(`${base}/deliveries/${sent.id}`);
    if (delivery.attempts > 0 || performance.now() > deadline) return delivery;
    await delay(lookEveryMs);
  }
};
