import { control, endingOf, freshKey, type Scenario, type Stage } from './scenario.ts';

/** One decision as `GET /decisions` shows it. */
interface DecisionSeen {
  readonly decision: string;
  readonly rule: string;
  readonly instructionId?: string;
}

/** A transfer is approved by rule, because it matches an instruction of ours; the person is away. */
export const approval: Scenario = {
  name: 'approval',
  about: 'a transfer is approved by a rule',
  async play(stage) {
    const { trading, operating, approverId } = stage.system.demo;
    const sayYesAgain = pauseApprover(stage, approverId);
    try {
      const { companyId, walletId } = trading.btc;
      const body = {
        companyId,
        walletId,
        counterpartyWalletId: operating.btc.walletId,
        amount: '55000',
        reference: 'by-rule',
      };
      const seen = await stage.partner.askAndWatch('/transfers', body, freshKey('approval'));
      const { body: page } = await stage.partner.send<{ decisions: DecisionSeen[] }>('GET', '/decisions?limit=20');
      const decided = page.decisions.find(({ instructionId }) => instructionId === seen.id);
      if (decided !== undefined) stage.say('  decided', `${decided.decision}: ${decided.rule}`);
      const ending = endingOf(stage, seen);
      return { ...ending, ok: ending.ok && decided?.decision === 'approve', rule: decided?.rule ?? null };
    } finally {
      sayYesAgain();
    }
  },
};

/** The person who would else say yes is away until the returned function is called, and then says yes to what waits for her. */
function pauseApprover(stage: Stage, approverId: string): () => void {
  control(stage, 'PUT', `/voters/${approverId}`, { autoApprove: null });
  return () => {
    control(stage, 'PUT', `/voters/${approverId}`, { autoApprove: { delayMs: 1000 } });
    // A standing instruction that came due meanwhile would else stay open, and have all that follow it skipped.
    const waiting = control<{ actions: { id: string }[] }>(stage, 'GET', `/voters/${approverId}/actions`, {});
    for (const { id } of waiting.actions) control(stage, 'PUT', `/actions/${id}`, {});
  };
}
