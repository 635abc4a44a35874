import { z } from 'zod';
import { effects, settingContexts } from '../../domain/change.ts';
import { settingTypes } from '../../domain/setting-catalogue.ts';
import { named } from './document.ts';

const setting = named(
  'Setting',
  'A setting of the PostgreSQL servers: what it can be, what it is, and how a change of it takes effect.',
  z.strictObject({
    name: z.string(),
    category: z.string(),
    description: z.string(),
    type: z.enum(settingTypes),
    unit: z.string().nullable().describe('Of `min` and `max`, and of a value without a unit.'),
    min: z.string().nullable(),
    max: z.string().nullable(),
    choices: z.array(z.string()).nullable(),
    context: z.enum(settingContexts).describe('As PostgreSQL has it in `pg_settings`.'),
    takes_effect: z
      .enum(effects)
      .nullable()
      .describe('`live`: at once. `hand_over`: by a hand-over to a server that has it. Null if it cannot be changed.'),
    value: z.string().describe('What the server that takes writes runs with, as `SHOW` says it.'),
    default: z
      .string()
      .nullable()
      .describe('Where nothing is chosen: what pgrow gives the servers, else what PostgreSQL does.'),
    chosen: z.string().nullable().describe('By an operator, with `POST …/change`.'),
    by_alter_system: z.string().nullable().describe('Set on one server only; a change takes it over.'),
    refused: z.string().nullable().describe('Why pgrow does not change it; null if it does.'),
  }),
);

export const settingsAnswer = named(
  'Settings',
  'The settings of the server that takes writes.',
  z.strictObject({ node: z.string(), settings: z.array(setting) }),
);

const extension = named(
  'Extension',
  'An extension that the servers have the files of, or that is in the application’s database.',
  z.strictObject({
    name: z.string(),
    version: z.string().nullable().describe('That would be created; null if its files are not there.'),
    installed: z.string().nullable().describe('Version in the application’s database; null if it is not there.'),
    comment: z.string().nullable(),
    offered: z.boolean().describe('Whether `POST …/change` creates it.'),
    library: z
      .string()
      .nullable()
      .describe('That has to be loaded as the servers start, which a change sees to; null if none has to be.'),
    refused: z.string().nullable().describe('Why it is not offered, as half a sentence; null if it is.'),
  }),
);

export const extensionsAnswer = named(
  'Extensions',
  'Extensions of the server that takes writes: those in the application’s database first, then those that pgrow creates.',
  z.strictObject({ node: z.string(), extensions: z.array(extension) }),
);
