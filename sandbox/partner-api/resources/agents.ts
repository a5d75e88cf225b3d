import { blsVerify, CurveEncodingError, readG2 } from '../../../lib/signing-agent/curve/index.ts';
import { identityDocument, messagesToSign } from '../agent-messages.ts';
import { vote } from '../custody.ts';
import { badRequest, forbidden, invalidField, notFound, okBody } from '../errors.ts';
import { requiredText, requiredTexts } from '../fields.ts';
import type { Action, Agent, CoreClient } from '../model.ts';
import { answer, type Context, forAgents, type Operation, readOperation, writeOperation } from '../operation.ts';
import { clientSecretOf } from '../signing-keys.ts';
import type { World } from '../world.ts';
import { feedUrlOf, newCoreClient, registerCoreClient } from './core-clients.ts';

const longestName = 256;
const signatureHex = /^[0-9a-f]{98}$/i;

/** First half of a registration (10.4): the agent is known by its id, but to nobody else yet. */
function init({ world, account, body }: Context) {
  const name = requiredText(body, 'name');
  if (name.length > longestName) throw invalidField('name');
  const blsPublicKey = hexOf(requiredText(body, 'blsPublicKey'), 192, 'blsPublicKey');
  const ecPublicKey = hexOf(requiredText(body, 'ecPublicKey'), 65, 'ecPublicKey');
  if (ecPublicKey[0] !== 4) throw invalidField('ecPublicKey');
  if (world.settings.strictAgents) checkPoint(blsPublicKey);
  const id = world.ids.base58();
  const clientId = JSON.stringify({ id, curve: 'BLS381', created: world.nowSeconds });
  const agent: Agent = { clientId, blsPublicKey, ecPublicKey, isFinished: false, actions: new Map() };
  world.agents.set(id, newCoreClient(world, account, id, name, agent));
  return answer({
    id,
    clientID: Buffer.from(clientId).toString('hex'),
    clientSecret: clientSecretOf(world, clientId).toString('hex'),
    // A genuine agent stores itself under the one and looks itself up by the other (10.10).
    accountCode: id,
    idDoc: identityDocument(id, agent).toString('hex'),
    timestamp: world.nowSeconds,
  });
}

function hexOf(text: string, length: number, name: string): Buffer {
  if (text.length !== length * 2 || !/^[0-9a-f]+$/i.test(text)) throw invalidField(name);
  return Buffer.from(text, 'hex');
}

function checkPoint(blsPublicKey: Buffer): void {
  try {
    readG2(blsPublicKey);
  } catch (error) {
    if (error instanceof CurveEncodingError) throw invalidField('blsPublicKey');
    throw error;
  }
}

/** Second half: from here on the agent is a core client of its key. Repeating it changes nothing. */
function finish(context: Context) {
  const { world } = context;
  const [client, agent] = callerOf(context);
  const signature = requiredText(context.body, 'idDocSignatureHex');
  if (!signatureHex.test(signature)) throw invalidField('idDocSignatureHex');
  if (!isSignedBy(world, agent, identityDocument(client.id, agent), signature)) throw forbidden('invalid_signature');
  if (!agent.isFinished) registerCoreClient(world, client);
  agent.isFinished = true;
  return answer({ feed: feedUrlOf(world, client) });
}

function isSignedBy(world: World, agent: Agent, message: Buffer, signature: string): boolean {
  return !world.settings.strictAgents || blsVerify(message, Buffer.from(signature, 'hex'), agent.blsPublicKey);
}

/** The agent that calls; admission has let nobody else in. */
function callerOf({ agent: client }: Context): [CoreClient, Agent] {
  if (client?.agent === undefined) throw new Error('an operation for agents was entered without one');
  return [client, client.agent];
}

/** The action of the path, among those put to the calling agent; by the id it was told, or the action's own (K35). */
function actionOf(context: Context): { action: Action; agent: Agent } {
  const [client, agent] = callerOf(context);
  if (!agent.isFinished) throw forbidden('registration not finished');
  const id = context.params['action_id'] as string;
  const action = agent.actions.get(id) ?? context.world.actions.get(id);
  if (action === undefined || action.voter !== client) throw notFound('action');
  return { action, agent };
}

function readMessages(context: Context) {
  const { action } = actionOf(context);
  return answer({ messages: messagesToSign(action).map((message) => message.toString('hex')) });
}

/** One signature per message. A second approval changes nothing: agents behind one store may send two (10.8). */
function approve(context: Context) {
  const { world } = context;
  const { action, agent } = actionOf(context);
  const signatures = requiredTexts(context.body, 'signatures');
  const messages = messagesToSign(action);
  if (signatures.length !== messages.length) throw invalidField('signatures');
  if (!signatures.every((signature) => signatureHex.test(signature))) throw badRequest('invalid_signature_hex');
  if (!messages.every((message, at) => isSignedBy(world, agent, message, signatures[at] as string))) {
    throw forbidden('invalid_signature');
  }
  if (action.status !== 'approved') vote(world, action, 'approved');
  return answer(okBody);
}

function reject(context: Context) {
  vote(context.world, actionOf(context).action, 'rejected');
  return answer(okBody);
}

const path = '/coreclient/action/{action_id}';

/** 47, 48, 50 to 52: what Signing Agents ask for (10.4, 10.5); their feed is 49. */
export const agentOperations: readonly Operation[] = [
  writeOperation('47', 'POST', '/coreclient/init', init),
  forAgents(writeOperation('48', 'POST', '/coreclient/finish', finish)),
  forAgents(readOperation('50', path, readMessages)),
  forAgents(writeOperation('51', 'PUT', path, approve)),
  forAgents(writeOperation('52', 'DELETE', path, reject, false)),
];
