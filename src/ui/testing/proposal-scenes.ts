/** A proposal in every state: reviewed, decided, signed, sent. */
import * as made from './fixtures.ts';
import * as reviews from './reviews.ts';
import { long, problem, showing, signing, type Scene } from './scene.ts';

const HUGE = {
  value: 115_792_089_237_316_195_423_570_985_008_687_907_853_269n,
  asset: 'native',
  unit: { symbol: 'ETH', decimals: 18, source: 'settings' },
} as const;

export const proposalScenes: Readonly<Record<string, Scene>> = {
  review: showing(made.proposal()),
  'review-plain': showing(made.proposal({ review: reviews.plainReview, note: '' })),
  'review-refused': showing(
    made.proposal({
      canApprove: false,
      review: reviews.review({
        intent: 'Call an unknown function',
        operation: 'unknown-call',
        reading: 'unreadable',
        refusal:
          'It calls a function that this wallet cannot read. Signing it would be signing blindly.',
        warnings: [],
      }),
    }),
  ),
  'review-differs': showing(
    made.proposal({
      differences: [
        {
          memberId: 'a1',
          name: 'Finance phone',
          rows: [
            { here: `To: ${reviews.STRANGER}`, there: `To: ${reviews.OPERATIONS}` },
            { here: undefined, there: 'Descriptor: an older snapshot' },
          ],
        },
      ],
      decisions: [
        made.decision(0, { decision: 'approved', at: made.NOW - 240_000, sawSomethingElse: true }),
        made.decision(1, {}),
        made.decision(2, {
          decision: 'rejected',
          at: made.NOW - 60_000,
          reason: 'never heard of it',
        }),
      ],
    }),
  ),
  'review-unlimited': showing(
    made.proposal({
      review: reviews.review({
        intent: 'Let 0x71C7…976F spend all your USDC, without a limit',
        operation: 'token-approval',
        facts: reviews.paymentFacts(
          reviews.amountFact(
            'Allowance',
            { ...reviews.TOKENS, value: 2n ** 256n - 1n, unlimited: true },
            { weight: 'large' },
          ),
          { ...reviews.stranger, label: 'Spender' },
          [reviews.token],
          [reviews.TOKENS],
        ),
        warnings: [
          {
            code: 'evm/unlimited',
            level: 'danger',
            title: 'An allowance without a limit',
            text: 'The spender can take all USDC of this account, now and later, without asking again.',
          },
        ],
      }),
    }),
  ),
  'review-nested': showing(made.proposal({ review: reviews.nestedReview })),
  'review-message': showing(made.proposal({ review: reviews.messageReview })),
  'review-permit': showing(made.proposal({ review: reviews.permitReview })),
  'message-signed': showing(
    made.decided({
      status: 'signed',
      review: reviews.permitReview,
      signature: {
        signature: `0x${'5c1d'.repeat(32)}1b`,
        call: { to: reviews.OPERATIONS, data: `0xd505accf${'00'.repeat(224)}`, complete: true },
      },
    }),
  ),
  'review-long': showing(
    made.proposal({
      proposer: { id: 'a1', name: long, self: false },
      note: long.repeat(3),
      review: reviews.review({
        intent: `Send 115,792,089,237,316,195,423,570.985008687907853269 ETH to “${long}”`,
        facts: reviews.paymentFacts(
          reviews.amountFact('Amount', HUGE, { weight: 'large' }),
          reviews.addressFact('To', {
            address: reviews.OPERATIONS,
            name: { text: long, source: 'address-book' },
            paidBefore: false,
          }),
          [],
          [HUGE],
        ),
      }),
    }),
  ),
  'approved-mine': showing(
    made.proposal({
      mine: 'approved',
      canApprove: false,
      canReject: false,
      canWithdraw: true,
      proposer: { id: 'b2', name: 'This laptop', self: true },
      decisions: [
        made.decision(0, {}),
        made.decision(1, { decision: 'approved', at: made.NOW }),
        made.decision(2, {}),
      ],
    }),
  ),
  blocked: showing(
    made.proposal({
      canApprove: false,
      blocked:
        'An earlier payment with nonce 40 may already be signed. Wait until the chain shows what became of it.',
    }),
  ),
  'waits-for-devices': showing(
    made.decided({
      status: 'approved',
      waitingFor: 'Finance phone has to be online. It was last seen 12 minutes ago.',
    }),
  ),
  signing: showing(made.decided({ status: 'signing', ceremony: signing })),
  'signing-committed': showing(
    made.decided({
      status: 'signing',
      maybeSigned: true,
      ceremony: { ...signing, cancellable: false },
    }),
  ),
  'signing-failed': showing(made.decided({ status: 'approved', problem })),
  'maybe-signed': showing(
    made.decided({
      status: 'approved',
      maybeSigned: true,
      problem: { ...problem, meaning: 'The last step had begun; a signature may exist.' },
    }),
  ),
  signed: showing(
    made.decided({
      status: 'signed',
      transaction: {
        hash: `0x${'5c1d'.repeat(16)}`,
        raw: `0x02f8${'b1a2c3d4'.repeat(28)}`,
        psbt: undefined,
        sentAt: undefined,
        block: undefined,
        success: undefined,
        confirmations: undefined,
      },
    }),
  ),
  confirmed: showing({ ...made.sent, id: 'p1' }),
  'failed-on-chain': showing({
    ...made.sent,
    id: 'p1',
    transaction:
      made.sent.transaction === undefined
        ? undefined
        : { ...made.sent.transaction, success: false },
  }),
  rejected: showing(made.decided({ status: 'rejected', mine: 'rejected', approvals: 1 })),
  expired: showing(made.decided({ status: 'expired', approvals: 1, expiresAt: made.NOW - 60_000 })),
};
