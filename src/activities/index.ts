import type { ActivityName, ActionResult, StepCall } from '../domain/step-actions.ts';
import type { OperationActivities } from '../domain/operation-activities.ts';
import { changeActions } from './change.ts';
import { cutOverActions } from './cut-over.ts';
import type { Dependencies } from '../nodes/dependencies.ts';
import { electMemberAction } from './elect-member.ts';
import { etcdQuorumActions } from './etcd-quorum.ts';
import { failOverActions } from './fail-over.ts';
import { forgetMembersAction } from './forget-members.ts';
import { networkActions } from './networks.ts';
import { nodeActions } from './nodes.ts';
import { operationActivities } from './operations.ts';
import { createPastReturnMarks } from './past-return.ts';
import { patroniActions } from './patroni.ts';
import { renewCertificateAction } from './renew-certificate.ts';
import { replicationActions } from './replication.ts';
import { restartHeldAction } from './restart-held.ts';
import { restoreActions } from './restore.ts';
import { rotatePasswordActions } from './rotate-password.ts';
import { routingActions } from './routing.ts';
import { settingsActions } from './settings.ts';
import { snapshotActions } from './snapshots.ts';
import { stepActivity, type Action, type StepDependencies } from './step-activity.ts';
import { leaderlessPromotionActions } from './leaderless-promotion.ts';
import { topologyActions } from './topology.ts';
import { untilReleased } from './until-released.ts';
import { verifyPoolerAction } from './verify-pooler.ts';
import { waitUntilRoutingAction } from './wait-until-routing.ts';

type StepActivities = { readonly [A in ActivityName]: (call: StepCall<A>) => Promise<ActionResult> };
type StepActions = { readonly [A in ActivityName]: Action<A> };

/** Everything that workflows can have done, each under the name of its action. */
export const createActivities = (dependencies: Dependencies): StepActivities & OperationActivities => {
  const nodes = nodeActions(dependencies);
  const actions: StepActions = {
    ...networkActions(dependencies),
    ...nodes,
    ...replicationActions(dependencies),
    ...snapshotActions(dependencies),
    ...restoreActions(dependencies),
    ...routingActions(dependencies),
    ...waitUntilRoutingAction(dependencies, nodes),
    ...verifyPoolerAction(dependencies, nodes),
    ...etcdQuorumActions(dependencies),
    ...electMemberAction(dependencies),
    ...forgetMembersAction(dependencies),
    ...patroniActions(dependencies),
    ...cutOverActions(dependencies),
    ...leaderlessPromotionActions(dependencies),
    ...failOverActions(dependencies),
    ...topologyActions(dependencies),
    ...settingsActions(dependencies),
    ...changeActions(dependencies),
    ...rotatePasswordActions(dependencies),
    ...renewCertificateAction(dependencies),
    ...restartHeldAction(dependencies, { configure: nodes.configureNode }),
  };
  return { ...asSteps(dependencies, actions), ...operationActivities(dependencies) };
};

const asSteps = (dependencies: Dependencies, actions: StepActions): StepActivities => {
  const { store } = dependencies;
  const markPastReturn = createPastReturnMarks(dependencies);
  const waiting: Pick<StepDependencies, 'untilReleased' | 'beforeStep'> = {
    untilReleased: (context, signal) => untilReleased(store, context, signal),
    beforeStep: markPastReturn,
  };
  const step = <A extends ActivityName>(name: A) =>
    [name, stepActivity({ ...dependencies, ...waiting }, name, actions[name])] as const;
  return Object.fromEntries((Object.keys(actions) as ActivityName[]).map((name) => step(name))) as StepActivities;
};
