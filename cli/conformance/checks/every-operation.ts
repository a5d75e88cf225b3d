import { notAllowed, refused } from '../answers.ts';
import { type Check, check } from '../check.ts';
import { equal } from '../expect.ts';
import { operations } from '../operations.ts';
import { exchange } from '../raw-client.ts';

/** Operations that are admitted by an agent's token instead of an API key (reference 2.6). */
const byToken = new Set(['48', '50', '51', '52']);
/** Feeds answer handshakes: feeds.ts tries theirs. */
const feeds = new Set(['49', 'W1', 'W2', 'W3']);

const filled = (path: string): string => path.replace(/\{\w+\}/g, 'none');

/** The methods a path takes, and the aliases it may take besides (K14, K24). */
function methodsOf(path: string): { must: string[]; may: string[] } {
  const must = operations.filter((one) => one.path === path).map(({ method }) => method);
  const hasAlias = path.endsWith('/policy') || path.endsWith('/atomicswap/take/{tx_id}');
  return { must, may: hasAlias ? ['POST'] : [] };
}

const withoutCredentials = operations
  .filter(({ number }) => !feeds.has(number))
  .map(
    ({ number, method, path }): Check =>
      check(number, 'is refused without credentials: 401 in the error frame', async (api) => {
        const answer = await exchange(method, api.client.url(filled(path)), {}, method === 'GET' ? '' : '{}');
        if (byToken.has(number)) equal([answer.status, answer.body?.code], [401, 401], 'answer');
        else refused(answer, 401, 'empty token');
      }),
  );

/** What holds for each operation alike. */
export const everyOperationChecks: readonly Check[] = [
  ...withoutCredentials,
  check(
    '1',
    'answers every path of the API to a foreign method with 405, and names the methods it takes',
    async (api) => {
      for (const path of new Set(operations.map((one) => one.path))) {
        const { must, may } = methodsOf(path);
        const answer = await api.client.send('PATCH', filled(path));
        const allow = String(answer.headers['allow']);
        notAllowed(answer, ...must, ...may.filter((method) => allow.includes(method)));
      }
    },
  ),
];
