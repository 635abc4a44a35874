import { formatBytes } from '../domain/format-bytes.ts';
import type { LiveNode } from '../domain/live-state.ts';
import { operationLines, statusTitle, windowLines } from './status-text.ts';
import type { StatusDocument } from './status-document.ts';
import { alignColumns } from './table.ts';
import { widthOf, wrapIndented } from './terminal.ts';

interface Layer {
  readonly name: string;
  readonly lines: readonly string[];
}

/** The way that a statement takes, from the application's endpoints down to the servers, and who elects the leader. */
export const layersText = (
  status: StatusDocument,
  now: number = Date.now(),
  screen: number = widthOf(process.stdout),
): string[] => [
  statusTitle(status),
  ...status.notices.flatMap((notice) => wrapIndented(notice, screen)),
  '',
  ...alignColumns(
    layersOf(status).flatMap(({ name, lines }, index) => [
      ...(index === 0 ? [] : [['     |', '']]),
      ...lines.map((line, at) => [at === 0 ? name : '', line]),
    ]),
    screen,
  ),
  ...operationLines(status),
  ...windowLines(status, now),
];

const layersOf = (status: StatusDocument): Layer[] =>
  [
    { name: 'applications', lines: endpointLines(status) },
    { name: 'front', lines: nodeLines(status, 'front') },
    { name: 'poolers', lines: nodeLines(status, 'pgbouncer') },
    { name: 'routers', lines: nodeLines(status, 'haproxy') },
    { name: 'PostgreSQL', lines: nodeLines(status, 'postgres') },
    { name: 'etcd', lines: nodeLines(status, 'etcd') },
  ].filter(({ lines }) => lines.length > 0);

const endpointLines = ({ pooling, routing }: StatusDocument): string[] =>
  alignColumns(
    [
      ['pooled', pooling.endpoint],
      ['read-write', routing.rw_endpoint],
      ['read-only', routing.ro_endpoint],
      ['any node', routing.any_node_endpoint],
      ['direct', 'postgres:5432'],
    ].flatMap(([name, address]) => (name && address ? [[name, address]] : [])),
    Number.POSITIVE_INFINITY,
  );

/** Servers one below the other; what stands beside its like, in a line, so that a small screen has room for the rest. */
const nodeLines = ({ nodes }: StatusDocument, kind: LiveNode['kind']): string[] => {
  const ofKind = nodes.filter((node) => node.kind === kind);
  if (ofKind.length === 0) return [];
  if (kind !== 'postgres') return [ofKind.map((node) => `${node.name} ${stateText(node)}`).join(', ')];
  return alignColumns(
    ofKind.map((node) => [node.name, node.role ?? '-', stateText(node)]),
    Number.POSITIVE_INFINITY,
  );
};

const stateText = ({ role, state, detail, lag_bytes }: LiveNode): string => {
  const lag = role === 'replica' && lag_bytes !== null ? `, ${formatBytes(lag_bytes)} behind` : '';
  return `${state}${lag}${detail === null ? '' : `: ${detail}`}`;
};
