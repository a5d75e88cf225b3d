import type { Instruction } from '../../lib/instructions/record.ts';
import type { ActionDetails } from '../../lib/partner-api/index.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../lib/partner-api/json.ts';
import { readActionDetails } from '../../lib/partner-api/models/action.ts';
import { type ApproverConfig, approvals } from '../../lib/platform/config/approvals.ts';
import { membersTwice, type ProblemInFile } from '../../lib/platform/config/concern.ts';
import { examineConcern } from '../../lib/platform/config/examine.ts';
import { UsageError } from '../partner-api/io.ts';
import { fileBytes } from '../partner-api/options.ts';

/** What is read from a rule file: the rules, or the problems that keep it from approving anything. */
export interface RuleFile {
  readonly approvers: readonly ApproverConfig[];
  readonly problems: readonly ProblemInFile[];
}

function readJson(path: string, option: string): { text: string; document: unknown } {
  const text = fileBytes(path, option).toString('utf8');
  try {
    return { text, document: parseJson(text) };
  } catch (cause) {
    throw new UsageError(`${option}: ${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** Rules in the form of `config/approvals.json`. */
export function readRules(path: string): RuleFile {
  const { text, document } = readJson(path, '--rules');
  const value = isJsonObject(document) ? document['approvals'] : undefined;
  if (value === undefined) throw new UsageError(`--rules: ${path} has no key "approvals"`);
  const { value: approvers, found } = examineConcern('approvals', approvals, value);
  return { approvers: (approvers as ApproverConfig[] | undefined) ?? [], problems: [...membersTwice(text), ...found] };
}

/** Actions as `GET …/action/{action_id}` answers them: one, a list, or a list under `actions`. */
export function readActions(path: string): ActionDetails[] {
  return listIn(readJson(path, '--actions').document, 'actions').map((one, place) => {
    try {
      return readActionDetails(one);
    } catch (cause) {
      throw new UsageError(`--actions: action ${place} of ${path}: ${(cause as Error).message}`, { cause });
    }
  });
}

/** Our records, as `GET /instructions` or `GET /instructions/{id}` answers them. */
export function readInstructions(path: string): Instruction[] {
  return listIn(readJson(path, '--instructions').document, 'instructions').map((view) => {
    const { companyId, fundId, walletId, asset, coreClientId, cancelAskedAt } = view;
    const place = { companyId, fundId, walletId, asset, coreClientId };
    const cancelAsked = cancelAskedAt === undefined ? {} : { cancelAskedAtMs: Date.parse(String(cancelAskedAt)) };
    return { client: '', ...view, place, request: view, ...cancelAsked } as unknown as Instruction;
  });
}

function listIn(document: unknown, name: string): JsonObject[] {
  const list = isJsonObject(document) && Array.isArray(document[name]) ? document[name] : document;
  const members = Array.isArray(list) ? list : [list];
  if (!members.every(isJsonObject)) throw new UsageError(`--${name}: holds something that is no object`);
  return members;
}
