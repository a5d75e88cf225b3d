import { InvalidRequest } from '../platform/http/errors.ts';
import { refuseUnknownParameters } from '../platform/http/query.ts';
import { isDerivedId } from './ids.ts';
import { kinds } from './kinds/index.ts';
import type { Door } from './outside.ts';
import { type Instruction, type InstructionPage, listOf, states } from './record.ts';

const defaultPageSize = 50;
const maxPageSize = 200;

/** One instruction of this client. @throws InvalidRequest 404 for any other */
export async function getInstruction(door: Pick<Door, 'store'>, client: string, id: string): Promise<Instruction> {
  const instruction = isDerivedId(id) ? await door.store.get<Instruction>(id) : undefined;
  if (instruction === undefined || instruction.subject !== 'instruction' || instruction.client !== client) {
    throw new InvalidRequest(404, 'instruction', 'id');
  }
  return instruction;
}

/** What `GET /instructions` can be asked. Every member as it stands in the query string. */
export type ListQuery = Readonly<Partial<Record<'state' | 'kind' | 'limit' | 'cursor', string>>>;

/** A page of this client's instructions, newest first. @throws InvalidRequest 400 naming the parameter */
export async function listInstructions(
  door: Pick<Door, 'store'>,
  client: string,
  query: ListQuery,
): Promise<InstructionPage> {
  refuseUnknownParameters(query, ['state', 'kind', 'limit', 'cursor']);
  const where = {
    ...oneOf('state', query.state, states),
    ...oneOf('kind', query.kind, [...kinds.keys()]),
  };
  return await door.store.list<Instruction>(listOf(client), {
    limit: pageSize(query.limit),
    where,
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
  });
}

function oneOf(name: 'state' | 'kind', value: string | undefined, allowed: readonly string[]): Record<string, string> {
  if (value === undefined) return {};
  if (!allowed.includes(value)) throw new InvalidRequest(400, `invalid field: ${name}`, name);
  return { [name]: value };
}

function pageSize(limit: string | undefined): number {
  if (limit === undefined) return defaultPageSize;
  if (!/^[1-9][0-9]{0,3}$/.test(limit) || Number(limit) > maxPageSize) {
    throw new InvalidRequest(400, `invalid field: limit (1 to ${maxPageSize})`, 'limit');
  }
  return Number(limit);
}
