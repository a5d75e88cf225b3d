import { answer, httpDoor } from '../../lib/platform/http/door.ts';
import { refuseUnknownParameters } from '../../lib/platform/http/query.ts';
import { door } from '../../lib/platform/outside/door.ts';
import { latestReport, viewOfReport } from '../../lib/reconciliation/report.ts';

/** `GET /reconciliations/latest`: the client's last complete comparison of its funds' ledgers with its instructions. */
export const handler = httpDoor({ scope: 'reconciliations:read' }, async ({ client, query }) => {
  refuseUnknownParameters(query, []);
  return answer(200, viewOfReport(await latestReport(door(), client.id)));
});
