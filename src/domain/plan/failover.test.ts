import { describe, expect, test } from 'vitest';
import { haTopology, replicaTopology, sampleDatabase, singleTopology } from '../../../test/support/sample-database.ts';
import type { NodeFault } from '../faults.ts';
import type { Holding, Holdings } from '../holdings.ts';
import { haOptions, replicaOptions } from '../options.ts';
import { nodeNamed, type Topology } from '../topology.ts';
import { planFailover, type FailoverPlanInput } from './failover.ts';
import { newNode } from '../nodes.ts';

const at = (name: string, position: number, more: Partial<Holding> = {}): Holding => ({
  name,
  timeline: 1,
  position,
  ...more,
});

const holding = (heard: readonly Holding[], more: Partial<Holdings> = {}): Holdings => ({
  heard,
  unheard: [],
  last_known: null,
  ...more,
});

const shop = sampleDatabase('shop');
const shopAt = (topologyOf: typeof singleTopology, change: Partial<Topology> = {}) => ({
  ...shop,
  topology: { ...topologyOf(shop), kept: [], ...change },
});

const frozen = (name: string): NodeFault => ({ name, state: 'frozen', has_data: true });

const plan = (change: Partial<FailoverPlanInput> = {}) =>
  planFailover({
    database: shopAt(haTopology),
    target: null,
    leader: 'postgres-2',
    holdings: holding([at('postgres-3', 0x5000000), at('postgres-4', 0x5000060)], { last_known: 0x5000100 }),
    faults: [frozen('postgres-2')],
    closesWindowOf: null,
    ...change,
  });

const twoReplicas = (): Topology => {
  const topology = replicaTopology(shop);
  const [replica] = topology.nodes.filter(({ name }) => name === 'postgres-2');
  return { ...topology, nodes: [...topology.nodes, { ...replica!, ...newNode(shop, 'postgres', 3) }] };
};

const atStage2 = (change: Partial<FailoverPlanInput> = {}, topology: Partial<Topology> = {}) =>
  plan({
    database: { ...shop, topology: { ...twoReplicas(), ...topology } },
    leader: 'postgres-1',
    holdings: holding([at('postgres-2', 0x5000060), at('postgres-3', 0x5000000)]),
    faults: [{ name: 'postgres-1', state: 'stopped', has_data: true }],
    ...change,
  });

const failOverOf = ({ steps }: ReturnType<typeof plan>) => {
  const call = steps.find(({ run }) => run.action === 'failOver')?.run;
  return call?.action === 'failOver' ? call.input : null;
};
const said = ({ losses = [] }: ReturnType<typeof plan>) => losses.join('\n');

describe('at stage 3, from a leader that is frozen', () => {
  test('the most advanced takes over, with what is lost by that', () => {
    const planned = plan();
    expect(failOverOf(planned)).toMatchObject({
      from: { name: 'postgres-2' },
      to: { name: 'postgres-4' },
      promotion: 'member',
      takes_writes: false,
    });
    expect(failOverOf(planned)?.members.map(({ name }) => name)).toEqual(['postgres-3', 'postgres-4']);
    expect(planned.to).toEqual({ ...planned.from, primary: 'postgres-4' });
    expect(planned.losses).toEqual([
      'postgres-4 will lead: it is the most advanced of those that answer, at 0/5000060; postgres-3 is at 0/5000000.',
      'postgres-2 was at 0/5000100 when last seen: the last 160 bytes of WAL, and anything written after that, are lost for good.',
    ]);
    expect(planned.warnings).toEqual(expect.arrayContaining([...planned.losses!]));
  });

  test('the kill is the point of no return, after a look that can still refuse', () => {
    const { point_of_no_return, steps } = plan();
    expect(point_of_no_return).toBe('kill postgres-2 and let postgres-4 take over');
    expect(steps.slice(0, 2).map(({ run }) => run.action)).toEqual(['preflightFailOver', 'failOver']);
  });

  // The old leader may never come back, and nothing waits for it in vain.
  test('it comes back as a replica if it can', () => {
    const { steps } = plan();
    const rejoin = steps.find(({ run }) => run.action === 'rejoinCluster')?.run.input;
    expect(rejoin).toMatchObject({ old: { name: 'postgres-2' }, can_do_without: true });
    const healthy = steps.find(({ run }) => run.action === 'waitUntilClusterHealthy')?.run.input;
    expect(healthy).toMatchObject({ nodes: [{ name: 'postgres-3' }, { name: 'postgres-4' }], standbys: 1 });
  });

  test('one that is behind another may be named, and the plan says how much more is lost', () => {
    const planned = plan({ target: 'postgres-3' });
    expect(failOverOf(planned)?.to.name).toBe('postgres-3');
    expect(said(planned)).toContain(
      'postgres-3 will lead, at 0/5000000. It is not the most advanced: postgres-4 is at 0/5000060: the 96 bytes of WAL between them are lost',
    );
    expect(said(planned)).toContain('the last 256 bytes of WAL');
  });

  test('of one that says nothing it is not known what it holds', () => {
    const planned = plan({ holdings: holding([at('postgres-3', 1)], { last_known: null }) });
    expect(said(planned)).toContain('The last position of postgres-2 is not known, so neither is how much is lost');
    expect(said(planned)).toContain('postgres-4 exists but does not answer. It may hold more writes');
    expect(failOverOf(planned)?.others.map(({ name }) => name)).toEqual(['postgres-4']);
  });

  test('one that has lost its data is left out, for there is nothing to lose with it', () => {
    const faults: readonly NodeFault[] = [
      frozen('postgres-2'),
      { name: 'postgres-4', state: 'missing', has_data: false },
    ];
    const planned = plan({ holdings: holding([at('postgres-3', 1)]), faults });
    expect(said(planned)).not.toContain('postgres-4');
    expect(failOverOf(planned)?.members.map(({ name }) => name)).toEqual(['postgres-3']);
  });

  test('what is kept for a rollback may hold more', () => {
    const kept = plan({ database: shopAt(haTopology, { kept: haTopology(shop).kept }) });
    expect(said(kept)).toContain('postgres-1 is kept for a rollback and may hold more: ./pgrow rollback shop');
  });

  test('what closing the window of the operation before needs a primary for comes when there is one', () => {
    const { closes_window, steps } = plan({ closesWindowOf: 'expand' });
    expect(steps[closes_window!.step]?.run.action).toBe('rejoinCluster');
  });
});

describe('in a synchronous mode', () => {
  const database = shopAt(haTopology, {
    ha: { ...haOptions.parse({ sync_mode: 'sync_one' }), scope: 'shop', etcd_token: 'token' },
  });
  const confirming = (leader: string) =>
    holding([at('postgres-3', 1), at('postgres-4', 2)], { synchronous: { leader, standbys: ['postgres-3'] } });

  test('nothing acknowledged is lost with the standby that confirmed', () => {
    const nothing = 'Nothing acknowledged is lost: every commit on postgres-2 waited for postgres-3.';
    expect(plan({ database, holdings: confirming('postgres-2'), target: 'postgres-3' }).losses).toContain(nothing);
    expect(said(plan({ database, holdings: confirming('postgres-2') }))).not.toContain('Nothing acknowledged');
  });

  test('what another leader agreed on with its standbys proves nothing', () => {
    const planned = plan({ database, holdings: confirming('postgres-4'), target: 'postgres-3' });
    expect(said(planned)).not.toContain('Nothing acknowledged');
  });

  test('at stage 2 any one replica confirms, so the furthest of all has everything, and only of all', () => {
    const sync = { replicas: replicaOptions.parse({ count: 2, replication_mode: 'sync' }) };
    expect(said(atStage2({}, sync))).toContain('every commit on postgres-1 waited for postgres-2');
    expect(said(atStage2({ target: 'postgres-3' }, sync))).not.toContain('Nothing acknowledged');
    expect(said(atStage2({ holdings: holding([at('postgres-2', 2)]) }, sync))).not.toContain('Nothing acknowledged');
    expect(said(atStage2())).not.toContain('Nothing acknowledged');
  });
});

describe('from a primary that takes writes', () => {
  const living = at('postgres-2', 0x5000100, { takes_writes: true });

  test('the first thing said is that a switchover would lose nothing', () => {
    const planned = plan({ holdings: holding([living, at('postgres-3', 0x5000000)]), faults: [] });
    expect(planned.losses?.[0]).toBe('postgres-2 takes writes. ./pgrow switchover shop moves them without a loss.');
    expect(said(planned)).toContain('postgres-2 is at 0/5000100: what postgres-3 does not receive of that');
    expect(said(planned)).toContain('256 bytes of WAL by now');
    expect(failOverOf(planned)).toMatchObject({ takes_writes: true, to: { name: 'postgres-3' } });
  });

  // The plan that was confirmed was refused a moment later, for another replica was a few bytes ahead by then.
  test('which replica leads does not depend on a few bytes', () => {
    const leading = (third: number, fourth: number) =>
      plan({ holdings: holding([living, at('postgres-4', fourth), at('postgres-3', third)]), faults: [] });
    expect(failOverOf(leading(0x5000000, 0x5000060))?.to.name).toBe('postgres-3');
    expect(failOverOf(leading(0x5000060, 0x5000000))?.to.name).toBe('postgres-3');
    expect(failOverOf(leading(0x1000000, 0x5000000))?.to.name).toBe('postgres-4');
    const sentences = (planned: ReturnType<typeof plan>) => said(planned).replaceAll(/[\d/]+/g, '#');
    expect(sentences(leading(0x5000000, 0x5000100))).toBe(sentences(leading(0x5000100, 0x5000000)));
  });

  test('it is the one that is killed, whatever was recorded', () => {
    const planned = plan({ leader: 'postgres-3', holdings: holding([living, at('postgres-3', 1)]), faults: [] });
    expect(failOverOf(planned)).toMatchObject({ from: { name: 'postgres-2' }, to: { name: 'postgres-3' } });
  });

  test('one that does not let pgrow in may take writes, which is said', () => {
    const unseen = [{ name: 'postgres-2', detail: 'password authentication failed' }];
    expect(said(plan({ unseen, faults: [] }))).toContain(
      'postgres-2 may take writes: it runs, and does not let pgrow in',
    );
  });
});

describe('at stage 2', () => {
  test('the old primary is killed before another is promoted, and rebuilt as its replica', () => {
    const planned = atStage2();
    const actions = planned.steps.map(({ run }) => run.action);
    expect(actions.slice(0, 3)).toEqual(['ensureReplicationSlot', 'preflightFailOver', 'failOver']);
    expect(failOverOf(planned)).toMatchObject({ promotion: 'standby', members: [], to: { name: 'postgres-2' } });
    const rebuilt = planned.steps.filter(({ run }) => run.action === 'removeNode' || run.action === 'ensureNode');
    expect(rebuilt.map(({ name }) => name)).toEqual(['remove postgres-1', 'clone postgres-1 from postgres-2']);
    expect(nodeNamed(planned.to!, 'postgres-1')).toMatchObject({ mode: 'replica', source: { node: 'postgres-2' } });
    expect(planned.to?.primary).toBe('postgres-2');
    expect(said(planned)).toContain(
      'postgres-1 is rebuilt as a replica of postgres-2: what only it holds is gone then.',
    );
  });

  test('a replica that does not answer goes on following the old primary, and has to be rebuilt', () => {
    const { warnings } = atStage2({ holdings: holding([at('postgres-2', 2)]) });
    expect(warnings.join('\n')).toContain('Rebuild it: ./pgrow reinit shop postgres-3');
  });

  test('without HAProxy no client is held: the pooler leads to the old primary until it is pointed at the new one', () => {
    const { nodes } = twoReplicas();
    const planned = atStage2({}, { nodes: nodes.filter(({ kind }) => kind !== 'haproxy') });
    expect(failOverOf(planned)?.poolers).toEqual([]);
    expect(planned.steps.map(({ name }) => name)).toContain('point the permanent addresses at the new primary');
  });
});

describe('is refused before anything is touched', () => {
  test.each([
    ['without a replica', { database: shopAt(singleTopology), leader: 'postgres-1' }, 'no replica at stage 0'],
    ['to a node that is none of its servers', { target: 'postgres-9' }, 'postgres-9 is not a replica of shop'],
    ['to the primary', { target: 'postgres-2' }, 'postgres-3, postgres-4 can take over from postgres-2; postgres-2 is'],
    [
      'to one that does not answer',
      { target: 'postgres-4', holdings: holding([at('postgres-3', 1)]) },
      'postgres-4 does not report its WAL position, so it cannot lead. Replicas that do: postgres-3',
    ],
    ['when none answers', { holdings: holding([]) }, 'No replica of shop reports its WAL position'],
    ['when nothing was asked, as by an older program', { holdings: null }, 'No replica of shop reports'],
    [
      'from one without a container, whose data are there',
      { faults: [{ name: 'postgres-2', state: 'missing', has_data: true }] },
      'Start it on that, which loses nothing: ./pgrow repair shop',
    ],
    [
      'from one that is gone with its data',
      { faults: [{ name: 'postgres-2', state: 'missing', has_data: false }] },
      'Let a replica take its place: ./pgrow repair shop',
    ],
    [
      'where the leader has stepped down and answers',
      { holdings: holding([at('postgres-2', 3), at('postgres-3', 1)]), faults: [] },
      'there is no primary that would have to be killed',
    ],
  ] as const)('%s', (_, change, reason) => {
    expect(() => plan(change)).toThrow(reason);
  });
});
