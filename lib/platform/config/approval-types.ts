import type { RuleConditions } from './approvals.ts';
import { error, type ProblemInFile, warning } from './concern.ts';

/** The conditions about something that the action must tell. The others, `time` for one, hold or not whatever it tells. */
type Told = Exclude<keyof RuleConditions, 'actionTypes' | 'time'>;

const movement = ['companies', 'assets', 'amount', 'total', 'recipients', 'matchesInstruction'] as const;

/**
 * What the actions of each type tell, by the conditions that ask for it (reference 4.8): the company of a withdrawal and of
 * a sweep is blank, nobody is named on the other side of a swap, and what moves nothing has no amount and is of no
 * instruction. A test compares this with the actions of the sandbox.
 */
export const toldBy: Readonly<Record<string, readonly Told[]>> = {
  ApproveTransfer: movement,
  ApproveWithdraw: movement.filter((name) => name !== 'companies'),
  ApproveSwap: movement.filter((name) => name !== 'recipients'),
  ApproveSwapTake: movement.filter((name) => name !== 'recipients'),
  ApproveSweep: movement.filter((name) => name !== 'companies'),
  ApproveUpdatePolicy: ['companies'],
  ApproveNewWalletConnect: ['assets', 'customer'],
};

const names: readonly Told[] = [...movement, 'customer'];

/** Conditions that the rule's types of action can never meet. A type nobody knows yet may tell anything. */
export function checkTypes(when: RuleConditions, path: string): ProblemInFile[] {
  const asked = names.filter((name) => when[name] !== undefined);
  if (when.actionTypes !== undefined) {
    // Beside a known type it may be one that is yet to come; alone it is most likely misspelt, and the rule does nothing.
    const isAnyKnown = when.actionTypes.some((type) => Object.hasOwn(toldBy, type));
    return when.actionTypes.flatMap((type, place) => {
      if (Object.hasOwn(toldBy, type)) return checkType(type, asked, path);
      const unknown = `"${type}" is no action type that the Partner API is known to send`;
      const where = `${path}.actionTypes[${place}]`;
      return [isAnyKnown ? warning(where, unknown) : error(where, `can never match: ${unknown}`)];
    });
  }
  const canMatch = Object.values(toldBy).some((told) => asked.every((name) => told.includes(name)));
  return canMatch ? [] : [error(path, `can never match: no type of action tells what ${asked.join(', ')} ask for`)];
}

function checkType(type: string, asked: readonly Told[], path: string): ProblemInFile[] {
  return asked
    .filter((name) => !toldBy[type]?.includes(name))
    .map((name) => error(`${path}.${name}`, `can never match: ${type} actions do not tell it`));
}
