import { createHash } from 'node:crypto';
import { InvalidRequest } from './http/errors.ts';

/** A cursor that is not one of ours, or one of another list. To a client it is a 400 on the field `cursor`. */
export class InvalidCursor extends InvalidRequest {
  override readonly code: string = 'invalid_cursor';

  constructor(options?: ErrorOptions) {
    super(400, 'invalid field: cursor', 'cursor', options);
    this.name = 'InvalidCursor';
  }
}

/** Where a page ended: the id of its last item, and its key in a list. */
export interface Position {
  readonly id: string;
  readonly listKey?: string;
}

/** More text than any position we give out needs. */
const longestCursor = 2_048;

/**
 * The cursor that goes on after `position`. It carries a mark of the group it belongs to, not its name: the group is
 * always taken from the request, so that no cursor can lead into another client's list.
 */
export function cursorAfter(group: string, position: Position): string {
  const content = [markOf(group), position.id, ...(position.listKey === undefined ? [] : [position.listKey])];
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** The position in a cursor of this group; {@link InvalidCursor} for anything else. */
export function positionIn(group: string, cursor: string): Position {
  const [mark, id, listKey] = decoded(cursor);
  if (mark !== markOf(group) || id === undefined) throw new InvalidCursor();
  return { id, ...(listKey === undefined ? {} : { listKey }) };
}

function decoded(cursor: string): string[] {
  if (cursor.length > longestCursor || !/^[\w-]+$/.test(cursor)) throw new InvalidCursor();
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (cause) {
    throw new InvalidCursor({ cause });
  }
  const wellFormed =
    Array.isArray(content) &&
    content.length >= 2 &&
    content.length <= 3 &&
    content.every((part) => typeof part === 'string' && part !== '');
  if (!wellFormed) throw new InvalidCursor();
  return content as string[];
}

function markOf(group: string): string {
  return createHash('sha256').update(group).digest('base64url').slice(0, 11);
}
