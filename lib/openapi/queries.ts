import * as z from 'zod/mini';
import { kinds } from '../instructions/kinds/index.ts';
import { states } from '../instructions/record.ts';

/** How many a page holds, and where the next one begins. */
const paging = {
  limit: z._default(z.int().check(z.gte(1), z.lte(200)), 50),
  cursor: z.optional(z.string().check(z.maxLength(2048))),
};

/** What `GET /instructions` can be asked. */
export const instructionQuery = z.object({
  state: z.optional(z.enum(states)),
  kind: z.optional(z.enum([...kinds.keys()])),
  ...paging,
});

/** What `GET /decisions` can be asked. */
export const decisionQuery = z.object({
  coreClientId: z.optional(z.string()),
  decision: z.optional(z.enum(['approve', 'reject'])),
  rule: z.optional(z.string()),
  ...paging,
});
