import * as z from 'zod/mini';
import { controlSchema } from '../instructions/control.ts';
import type { Kind } from '../instructions/kinds/kind.ts';
import { quote } from '../instructions/kinds/quote.ts';
import { sweep } from '../instructions/kinds/sweep.ts';
import { take } from '../instructions/kinds/take.ts';
import { transfer } from '../instructions/kinds/transfer.ts';
import { withdrawal } from '../instructions/kinds/withdrawal.ts';
import { pushedPriceSchema } from '../quotes/prices.ts';
import { control, decisionPage, instruction, instructionPage, price } from './answers.ts';
import { name } from './names.ts';
import { decisionQuery, instructionQuery } from './queries.ts';
import { reconciliation } from './reconciliation.ts';
import type { HttpRoute } from './route.ts';

/** Every door of our HTTP API. A test compares the table with serverless.yml and with what the doors really ask for. */
export const routes: readonly HttpRoute[] = [
  asking(transfer, 'createTransfer', '/transfers', {
    schema: transfer.schema,
    summary: 'Ask for a transfer to a wallet on the network',
    description: 'From a wallet of the client to any other wallet on the network. The asset is that of the wallet.',
  }),
  asking(withdrawal, 'createWithdrawal', '/withdrawals', {
    schema: withdrawal.schema,
    summary: 'Ask for a withdrawal to an address outside the network',
    description:
      'The address must stand on the whitelist of the fund. If it does not, the instruction ends `failed`, and its reason names the command that adds it.',
  }),
  asking(sweep, 'createSweep', '/sweeps', {
    schema: sweep.schema,
    summary: 'Ask for a sweep out of a connected wallet',
    description:
      'From a wallet that its owner has connected to a core client, to a wallet that the client is bound to as a recipient.',
  }),
  asking(quote, 'createQuote', '/quotes', {
    schema: quote.schema,
    summary: 'Make a quote',
    description:
      "The maker's side of an atomic swap. It is `open` once the maker's custody has approved it, and can be cancelled until somebody takes it. It is not put on the liquidity hub.",
  }),
  asking(take, 'takeQuote', '/quotes/{txId}/take', {
    schema: z.omit(take.schema, { txId: true }),
    summary: 'Take a quote',
    description:
      "The taker's side of an atomic swap. The price is looked at before anything is asked for; when it is worse than `worstPrice`, the instruction ends `failed` and nothing was sent.",
  }),
  {
    method: 'get',
    path: '/instructions/{id}',
    operationId: 'getInstruction',
    tag: 'instructions',
    scope: 'instructions:read',
    summary: 'Read an instruction',
    description: 'With its whole history, however old it is: instructions are never deleted.',
    answers: { 200: { description: 'The instruction as it stands now.', schema: instruction } },
    refusals: [404],
  },
  {
    method: 'get',
    path: '/instructions',
    operationId: 'listInstructions',
    tag: 'instructions',
    scope: 'instructions:read',
    summary: 'List instructions',
    description:
      'Those of the calling client, newest first. A page with a `cursor` is not the last one, even if it holds less than `limit`. An instruction of a second ago may still be missing.',
    query: instructionQuery,
    answers: { 200: { description: 'A page.', schema: instructionPage } },
    refusals: [400],
  },
  {
    method: 'delete',
    path: '/instructions/{id}',
    operationId: 'cancelInstruction',
    tag: 'instructions',
    scope: 'instructions:cancel',
    summary: 'Call an instruction off',
    description:
      'As long as nothing was sent that could act, this is certain. A quote can also be called off later, at the Partner API, as long as nobody takes it. Asking again is harmless.',
    answers: {
      200: { description: 'It is cancelled: nothing happens any more.', schema: instruction },
      202: { description: 'The wish is stored (`cancelAskedAt`); the state will tell.', schema: instruction },
    },
    refusals: [404, 409],
  },
  {
    method: 'post',
    path: '/prices',
    operationId: 'putPrice',
    tag: 'market making',
    scope: 'prices:write',
    summary: 'Push a price to the strategies that use it',
    description:
      'A price that is older than the one that stands changes nothing. There is no key: pushing the same price again is harmless.',
    body: name(pushedPriceSchema, 'PriceRequest', 'A price, under the name the strategies call it.'),
    answers: { 200: { description: 'The price that stands from now on.', schema: price } },
    refusals: [400, 404, 409],
  },
  {
    method: 'get',
    path: '/reconciliations/latest',
    operationId: 'getReconciliation',
    tag: 'reconciliation',
    scope: 'reconciliations:read',
    summary: 'Read the last comparison of the ledgers with the instructions',
    description: 'The last complete one of the calling client. There is a new one every day.',
    answers: { 200: { description: 'The report.', schema: reconciliation } },
    refusals: [400, 404],
  },
  {
    method: 'get',
    path: '/decisions',
    operationId: 'listDecisions',
    tag: 'approvals',
    scope: 'decisions:read',
    summary: 'List the decisions of the approver',
    description:
      'Those of the core clients of the calling client, newest first. What was left to a person is not in it.',
    query: decisionQuery,
    answers: { 200: { description: 'A page.', schema: decisionPage } },
    refusals: [400],
  },
  {
    method: 'get',
    path: '/control',
    operationId: 'getControl',
    tag: 'operation',
    scope: 'operate',
    forOperators: true,
    summary: 'Read the stop button',
    description: 'What is stopped now, by whom and why.',
    answers: { 200: { description: 'What is stopped.', schema: control } },
    refusals: [],
  },
  {
    method: 'put',
    path: '/control',
    operationId: 'setControl',
    tag: 'operation',
    scope: 'operate',
    forOperators: true,
    summary: 'Stop everything, clients or strategies, or let them go on',
    description:
      'The body is the whole of what shall be stopped: what it leaves out goes on. Requests are still taken in and kept; nothing new is sent, published or approved. What was sent before goes on to its end.',
    body: name(controlSchema, 'ControlRequest', 'The whole of what shall be stopped.'),
    answers: { 200: { description: 'What is stopped from now on.', schema: control } },
    refusals: [400, 409],
  },
  {
    method: 'get',
    path: '/openapi.json',
    operationId: 'getOpenApi',
    tag: 'operation',
    summary: 'Read this description',
    description: 'Needs no token.',
    answers: { 200: { description: 'OpenAPI 3.1.' } },
    refusals: [],
  },
];

/** A door that takes in a request of one kind. They differ in nothing but the body. */
function asking(
  kind: Pick<Kind, 'name' | 'scope'>,
  operationId: string,
  path: string,
  about: { schema: z.ZodMiniType; summary: string; description: string },
): HttpRoute {
  const capitalised = kind.name.charAt(0).toUpperCase() + kind.name.slice(1);
  const { schema, summary, description } = about;
  return {
    method: 'post',
    path,
    operationId,
    tag: 'instructions',
    scope: kind.scope,
    summary,
    description,
    body: name(schema, `${capitalised}Request`, `${summary}.`),
    needsKey: true,
    answers: {
      200: {
        description: 'This key was used for the same request before: here is that instruction, as it stands now.',
        schema: instruction,
        hasLocation: true,
      },
      202: {
        description: 'It is stored, and will be carried out once. Nothing has been sent yet.',
        schema: instruction,
        hasLocation: true,
      },
    },
    refusals: [400, 404, 422],
  };
}
