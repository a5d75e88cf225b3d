import { actionControls } from './actions.ts';
import { clockControls } from './clock.ts';
import { coreClientControls } from './core-clients.ts';
import { exchangeControls } from './exchanges.ts';
import { faultControls } from './faults.ts';
import { keyControls } from './keys.ts';
import { moneyControls } from './money.ts';
import type { ControlOperation } from './operation.ts';
import { stateControls } from './state.ts';
import { userControls } from './users.ts';

/** Everything below `/_sandbox`: one file per concern, one line here. */
export const controlOperations: readonly ControlOperation[] = [
  ...keyControls,
  ...userControls,
  ...actionControls,
  ...coreClientControls,
  ...exchangeControls,
  ...moneyControls,
  ...clockControls,
  ...faultControls,
  ...stateControls,
];
