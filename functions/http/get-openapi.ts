import document from '../../docs/openapi.json' with { type: 'json' };
import { answer, publicDoor } from '../../lib/platform/http/public-door.ts';

/** `GET /openapi.json`: our own HTTP API, described by the schemas that validate it. Needs no token. */
export const handler = publicDoor(async () => answer(200, document));
