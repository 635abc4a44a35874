import type { Dependencies } from '../nodes/dependencies.ts';
import { chosenSettingsActions } from './chosen-settings.ts';
import { extensionActions } from './extensions.ts';
import { tryServerAction } from './try-server.ts';

/** What only a change of settings, size, extensions or image does. */
export const changeActions = (dependencies: Dependencies) => ({
  ...tryServerAction(dependencies),
  ...chosenSettingsActions(dependencies),
  ...extensionActions(dependencies),
});
