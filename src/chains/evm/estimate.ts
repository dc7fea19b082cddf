/** A node's simulation as notes of a review. */
import { visible } from '../../text.ts';
import { amountLine, textFact } from '../fact.ts';
import type { Fact, Warning } from '../review.ts';
import { amountFact, type DescribeContext } from './context.ts';

const MAX_REASON = 200;
/** More assets than this nobody reads. */
const MAX_LINES = 20;
/** Of an account that is an owner of a contract, the contract's coins may move. */
const NO_MOVEMENT =
  'It would succeed. No amount of this account itself would change; collectibles are not counted.';

/** What the account would gain and lose; `undefined`: no node said. */
export function estimateFacts(context: DescribeContext): readonly Fact[] | undefined {
  const { estimate } = context;
  if (estimate === undefined) return undefined;
  if (!estimate.success) {
    return [textFact('Result', `It would fail${reasonOf(estimate.reason)}`)];
  }
  const { movements } = estimate;
  if (movements === undefined) return [textFact('Result', 'It would succeed')];
  if (movements.length === 0) return [textFact('Result', NO_MOVEMENT)];
  return movements.slice(0, MAX_LINES).map(({ token, change }) => {
    const amount = amountFact(change < 0n ? -change : change, token, context);
    return amountLine(change < 0n ? 'Leaves' : 'Comes in', amount);
  });
}

export function estimateWarnings({ estimate }: DescribeContext): Warning[] {
  if (estimate === undefined || estimate.success) return [];
  return [
    {
      code: 'evm/would-fail',
      level: 'caution',
      title: 'The node says that it would fail now',
      text: `It would do nothing, and the fee would be lost${reasonOf(estimate.reason)}. Things may change until it is sent.`,
    },
  ];
}

const reasonOf = (reason: string | undefined): string =>
  reason === undefined ? '' : `: ${visible(reason, MAX_REASON)}`;
