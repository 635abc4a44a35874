import { isMissing, repairCommand } from './faults.ts';
import { changedFindings } from './changed-containers.ts';
import type { Finding } from './finding.ts';
import { heldNotices } from './held-records.ts';
import { slotName, verificationName } from './naming.ts';
import { isPastReturn } from './operation.ts';
import type { Survey, SurveyedDatabase, SurveyedResource, SurveyedSlot } from './survey.ts';
import { nodeNamed } from './topology.ts';

export const diagnose = ({ resources, databases }: Survey): readonly Finding[] => {
  const byId = new Map(databases.map((database) => [database.id, database]));
  return [
    ...databases.flatMap(heldFindings),
    ...databases.filter(({ record }) => !record?.held).flatMap(operationFindings),
    ...resources.flatMap((resource) => {
      const database = resource.database === null ? null : (byId.get(resource.database) ?? null);
      return isAccountedFor(resource, database) ? [] : [unaccounted(resource, database)];
    }),
    // While an operation runs, its slots and pauses are its own affair; a record that is held knows nothing of them.
    ...databases
      .filter(({ running, record }) => !running && !record?.held)
      .flatMap((database) => [
        ...windowFindings(database),
        ...missingFindings(database),
        ...changeFindings(database),
        ...slotFindings(database),
        ...pauseFindings(database),
        ...stopFindings(database),
      ]),
  ];
};

/** Servers that a change has made again are as they are to be, which is recorded when it ends. */
const changeFindings = ({ record, last, abandoned, changed }: SurveyedDatabase): readonly Finding[] => {
  const unfinished = last?.type === 'change' && (abandoned !== null || isPastReturn(last));
  return record && !unfinished ? changedFindings(record, changed) : [];
};

const heldFindings = ({ record }: SurveyedDatabase): readonly Finding[] => {
  if (!record?.held) return [];
  const { name, held } = record;
  const [explanation, command] = [heldNotices(name, held).join(' '), `./pgrow release ${name}`];
  return [{ kind: 'held_database', name, database: name, explanation, removable: false, command }];
};

/** The monitor starts it again; if it persists, the monitor is not running. */
const windowFindings = ({ record, unservedWindow }: SurveyedDatabase): readonly Finding[] => {
  if (!record || !unservedWindow) return [];
  const explanation =
    'It is open on record, but its workflow is gone from Temporal. The monitor starts it again within half a minute.';
  const { name: database } = record;
  const name = `rollback window of ${database}`;
  return [
    { kind: 'rollback_window', name, database, explanation, removable: false, command: `./pgrow confirm ${database}` },
  ];
};

const isAccountedFor = (
  { kind, name, snapshot, mark }: SurveyedResource,
  database: SurveyedDatabase | null,
): boolean => {
  if (!database) return false;
  if (database.running) return true;
  if (!database.record) return false;
  const { nodes, kept } = database.record.topology;
  const all = [...nodes, ...kept];
  if (kind === 'network' || mark) return true;
  const snapshots = database.snapshotVolumes;
  if (kind === 'container') {
    return all.some((node) => node.container === name) || snapshots.map(verificationName).includes(name);
  }
  return snapshot ? snapshots.includes(name) : all.some((node) => node.volume === name);
};

const unaccounted = ({ kind, name, made_by }: SurveyedResource, database: SurveyedDatabase | null): Finding => {
  const command = kind === 'container' ? `docker rm -fv ${name}` : `docker ${kind} rm ${name}`;
  return {
    kind,
    name,
    database: database?.record?.name ?? database?.last?.database ?? null,
    command,
    ...reason(database, made_by),
  };
};

/** Only what is known to be unused may be removed: a database may be on record elsewhere, or be ahead of its record. */
const reason = (
  database: SurveyedDatabase | null,
  madeBy: SurveyedResource['made_by'],
): Pick<Finding, 'explanation' | 'removable'> => {
  if (!database) return { explanation: 'It names no database.', removable: false };
  const { record, last } = database;
  if (!last) {
    return {
      explanation: `Its database ${database.id} is not in this metadata, but may be in another. Check before you remove it.`,
      removable: false,
    };
  }
  const which = `${last.type.replaceAll('_', ' ')} ${last.id} (${last.status})`;
  if (!record) {
    return { explanation: `Its database ${last.database} is gone; the last operation was ${which}.`, removable: true };
  }
  if (record.held || madeBy === 'unknown' || madeBy === 'failed') {
    const why = record.held
      ? `whose record comes from a backup of ${record.held.taken_at}`
      : madeBy === 'unknown'
        ? 'and made by an operation that the record does not know'
        : 'and made by an operation of which it is not known how it ended';
    return {
      explanation: `It is not part of ${record.name}, ${why}: it may hold the newest data. Check before you remove it.`,
      removable: false,
    };
  }
  if (database.abandoned && !isPastReturn(last)) {
    return {
      explanation: `It was made by ${which}, which was abandoned and will be undone as a whole.`,
      removable: false,
    };
  }
  if (isPastReturn(last)) {
    return {
      explanation:
        `It is not part of ${record.name} on record, but ${which} stopped after its point of no return: ` +
        'it may hold the newest data. Check before you remove it.',
      removable: false,
    };
  }
  return { explanation: `It is not part of ${record.name}; the last operation was ${which}.`, removable: true };
};

const operationFindings = ({ record, last, abandoned }: SurveyedDatabase): readonly Finding[] => {
  if (!record || !last || !abandoned) return [];
  const dead = `${last.type.replaceAll('_', ' ')} is recorded as running, but its workflow is not (${abandoned.how})`;
  const past = isPastReturn(last);
  return [
    {
      kind: 'operation',
      name: last.id,
      database: record.name,
      explanation: past
        ? `This ${dead}. It is past its point of no return: repeat it with the same options to resume it.`
        : `This ${dead}. Its changes to ${record.name} are undone on request, or before the next operation begins.`,
      removable: !past,
      command: past ? abandoned.again : './pgrow doctor --remove',
    },
  ];
};

/** Our slots are named after nodes: any other slot belongs to the user. */
const ourSlot = /^(plain_)?postgres_\d+$/;

const slotFindings = ({ record, last, slots, permanentSlots }: SurveyedDatabase): readonly Finding[] => {
  if (!record) return [];
  const { nodes, kept } = record.topology;
  const ofNodes = [...nodes, ...kept].flatMap((node) => [
    slotName(node.name),
    ...(node.source ? [node.source.slot] : []),
  ]);
  // Patroni keeps its members' slots on every one of them. Without it only what a way back needs follows a standby.
  const isKnown = ({ name, standby }: SurveyedSlot) =>
    permanentSlots.includes(name) ||
    (ofNodes.includes(name) && (!standby || record.topology.ha !== null || kept.length > 0));
  const undecided = last !== null && isPastReturn(last);
  return slots
    .filter((slot) => slot.physical && !isKnown(slot))
    .map(({ name, on, container, active }) => ({
      kind: 'replication_slot',
      name: `${name} on ${on}`,
      database: record.name,
      explanation: ourSlot.test(name)
        ? `No node of ${record.name} follows ${on} through it, and it keeps WAL forever.`
        : `It belongs to no node of ${record.name}. pgrow names its slots differently, so it may be in use by something else; it keeps WAL as long as it exists.`,
      removable: ourSlot.test(name) && !active && !undecided,
      command: `docker exec ${container} psql -U postgres -c "SELECT pg_drop_replication_slot('${name}')"`,
    }));
};

const pauseFindings = ({ record, pausedPoolers }: SurveyedDatabase): readonly Finding[] =>
  !record
    ? []
    : pausedPoolers.map((name) => ({
        kind: 'paused_pooler',
        name,
        database: record.name,
        explanation: `It holds the clients of ${record.name} although no operation is running.`,
        removable: true,
        command: './pgrow doctor --remove',
      }));

/** It stays down through every restart of its container: only `pgrow-server start` ends that. */
const stopFindings = ({ record, stoppedServers }: SurveyedDatabase): readonly Finding[] =>
  !record
    ? []
    : stoppedServers.map((name) => ({
        kind: 'stopped_server',
        name,
        database: record.name,
        explanation: `Its server was stopped on purpose, and stays down although no operation of ${record.name} runs.`,
        removable: false,
        command: `docker exec ${nodeNamed(record.topology, name).container} pgrow-server start`,
      }));

/** Where an operation did not finish the record is not what the database is, so nothing is known to be missing. */
const missingFindings = ({ record, last, abandoned, faults }: SurveyedDatabase): readonly Finding[] => {
  if (!record || abandoned || (last !== null && isPastReturn(last))) return [];
  const { nodes, kept } = record.topology;
  const missing = [...nodes, ...kept].filter((node) => isMissing(faults, node));
  return missing.map((node) => {
    const without = faults.find(({ name }) => name === node.name)?.has_data === false ? ', and its volume is gone' : '';
    const isKept = kept.includes(node);
    // A start creates the container again.
    const again = record.topology.stopped && without === '' ? `./pgrow start ${record.name}` : null;
    return {
      kind: 'missing_node',
      name: node.name,
      database: record.name,
      explanation: isKept
        ? `It is kept for a rollback of ${record.name}, but there is no container ${node.container}${without}: a rollback is not possible.`
        : `It is on record for ${record.name}, but there is no container ${node.container}${without}.`,
      removable: false,
      command: again ?? (isKept ? `./pgrow confirm ${record.name}` : repairCommand(record.name, node.name)),
    };
  });
};
