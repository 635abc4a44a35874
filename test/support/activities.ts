import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../src/activities/index.ts';
import type { ActivityName, StepCall } from '../../src/domain/step-actions.ts';
import { readSettings, type Settings } from '../../src/launcher/settings.ts';
import { realComponents } from '../../src/nodes/dependencies.ts';
import { sealingKeysIn } from '../../src/store/sealing-keys.ts';
import { createStore, type Store } from '../../src/store/store.ts';
import type { ControlPlane } from './control-plane.ts';
import { asOperation } from './single-step.ts';

/** What a control plane's worker does, done here: for what no operation asks for yet. */
export interface Inside {
  readonly store: Store;
  act<A extends ActivityName>(name: A, database: string, input: StepCall<A>['input']): Promise<void>;
  close(): Promise<void>;
}

export const openInside = async (plane: ControlPlane): Promise<Inside> => {
  const settings = settingsOf(plane);
  const store = await createStore({
    connection: { url: settings.databaseUrl },
    sealingKeys: sealingKeysIn(settings.secretKeyPath),
  });
  const activities = createActivities({
    platform: plane.platform,
    store,
    components: realComponents,
    images: settings.images,
    subnetPool: settings.subnetPool,
    prices: settings.prices,
    home: settings.homeId,
    log: { info: () => undefined, warn: () => undefined },
  });
  return {
    store,
    act: (name, database, input) =>
      asOperation(store, database, (operation) => {
        const context = { operation, database, step: 0, direction: 'run', attempt: 1, patience_seconds: 60 };
        const call = activities[name] as (call: unknown) => Promise<unknown>;
        return new MockActivityEnvironment().run(call, { context, input });
      }),
    close: () => store.close(),
  };
};

/** They are read from the environment, at once. */
const settingsOf = ({ home }: ControlPlane): Settings => {
  const before = process.env['PGROW_HOME'];
  process.env['PGROW_HOME'] = home;
  try {
    return readSettings();
  } finally {
    if (before === undefined) delete process.env['PGROW_HOME'];
    else process.env['PGROW_HOME'] = before;
  }
};
