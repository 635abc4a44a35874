import { useQuery } from '@tanstack/react-query';
import { get } from '../data/api.ts';
import type { Change, ChangeKind } from '../data/changes.ts';
import type { Status } from '../data/types.ts';

/** What the API says of its options: this file has none of its own. */

export interface Rule {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Rule>>;
  readonly required?: readonly string[];
}

interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      { readonly post?: { readonly requestBody?: { readonly content: Record<string, { schema: Body }> } } }
    >
  >;
}
type Body = Rule & { readonly anyOf?: readonly Rule[] };

const service = '/v1/projects/{projectId}/services';
const routeOf = (kind: ChangeKind): string => (kind === 'create' ? service : `${service}/{serviceId}/postgres/${kind}`);

/** The rules of one option, by the path that a problem of it has: `pool_mode`, `replicas.count`. */
export type Rules = Readonly<Record<string, Rule>>;

/** What a change takes; null until that is known. */
export const useRules = (): ((change: Change, status: Status | null) => Rules) | null => {
  const { data } = useQuery({
    queryKey: ['openapi'],
    queryFn: ({ signal }) => get<OpenApi>('/openapi.json', signal),
    staleTime: Infinity,
  });
  return data ? (change, status) => rulesFor(data, change, status) : null;
};

export const rulesFor = (document: OpenApi, { kind, body }: Change, status: Status | null): Rules => {
  const variants = variantsOf(document, kind);
  const isOff = body['enabled'] === false || body['count'] === 0;
  // Above, replicas have a number and no options of their own.
  const isNumberOnly = kind === 'replicas' && status?.stage === 3;
  const fits = ({ properties = {} }: Rule): boolean => {
    const switches = [properties['enabled'], properties['count']].some((rule) => rule?.enum !== undefined);
    return switches === isOff && (!isNumberOnly || isOff || !('replication_mode' in properties));
  };
  const { properties = {} } = variants.find(fits) ?? variants[0] ?? {};
  const pooling = 'pooling' in body ? poolRules(document) : {};
  return { ...flattened(properties), ...pooling };
};

const variantsOf = ({ paths }: OpenApi, kind: ChangeKind): readonly Rule[] => {
  const schema = paths[routeOf(kind)]?.post?.requestBody?.content['application/json']?.schema;
  return schema?.anyOf ?? (schema ? [schema] : []);
};

/** Those of `…/replicas` and `…/ha` with pooling are those of `…/pooling`. */
const poolRules = (document: OpenApi): Rules => {
  const { properties = {} } = variantsOf(document, 'pooling')[0] ?? {};
  const own = Object.entries(properties).filter(([name]) => name.includes('pool') || name.includes('client'));
  return Object.fromEntries(own.map(([name, rule]) => [`pooling.${name}`, rule]));
};

const flattened = (properties: Rules): Rules =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, rule]) =>
      rule.properties
        ? Object.entries(rule.properties).map(([inner, each]) => [`${name}.${inner}`, each])
        : [[name, rule]],
    ),
  );
