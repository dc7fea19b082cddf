import {
  clockTime,
  relativeTime,
  toHex,
  type ProposalView,
  type VaultView,
} from '../../wallet/index.ts';
import { ConnectionNotice } from '../parts/connection-state.tsx';
import { Page } from '../parts/page.tsx';
import { People } from '../parts/people.tsx';
import { Seen } from '../parts/seen.tsx';
import { Words } from '../parts/words.tsx';
import { hrefOf } from '../router.ts';
import { useNow } from '../use-now.ts';
import { useSeen } from '../use-seen.ts';
import { useOpen } from '../wallet-context.tsx';
import { Decide } from './decide.tsx';
import { Difference } from './difference.tsx';
import { Outcome, Withdraw } from './outcome.tsx';
import { Drawers } from './review-drawers.tsx';
import { Facts, Warnings } from './review-facts.tsx';

/** One proposal: review it, decide, follow it until it is in a block. */
export function Proposal(props: { readonly vault: VaultView; readonly proposal: ProposalView }) {
  const { vault, proposal } = props;
  const { review } = proposal;
  const { connection } = useOpen();
  const { container, seen } = useSeen(toHex(review.shownDigest));
  const now = useNow();
  const decided = proposal.mine !== 'none';
  const deciding = proposal.canApprove || proposal.canReject;
  const over = proposal.expiresAt <= now;
  return (
    <Page
      title={review.intent}
      documentTitle={deciding ? 'Review' : 'Proposal'}
      lead={
        <>
          Proposed by {proposal.proposer.self ? 'this device' : proposal.proposer.name},{' '}
          {relativeTime(proposal.createdAt, now)} · {over ? 'expired' : 'expires'}{' '}
          {clockTime(proposal.expiresAt, now)}
        </>
      }
      back={{ href: hrefOf({ screen: 'home', vault: vault.id }), label: vault.name }}
      end={
        <span>
          {vault.threshold} of {vault.members.length}
        </span>
      }
    >
      <div className="review" ref={container}>
        <div className="stack">
          <ConnectionNotice connection={connection} />
          {deciding && !decided ? null : <Outcome proposal={proposal} />}
          {proposal.differences.map((difference) => (
            <Difference difference={difference} key={difference.memberId} />
          ))}
          {isUndecided(proposal) ? <Warnings review={review} /> : null}
          <Facts review={review} />
          {proposal.note === '' ? null : <Note proposal={proposal} />}
        </div>
        <div className="stack review-side">
          {deciding && !decided ? <Outcome proposal={proposal} /> : null}
          <People proposal={proposal} />
          <section className="card stack-tight" aria-label="Words to compare">
            <p className="small soft">
              Read these words to the other approvers. They must be the same.
            </p>
            <Words words={proposal.shownWords} label="Words of what this device shows" />
            <Seen />
          </section>
          {proposal.canWithdraw ? <Withdraw proposal={proposal} /> : null}
          {deciding ? <Decide proposal={proposal} seen={seen} /> : null}
        </div>
        <Drawers review={review} rule={proposal.rule} />
      </div>
    </Page>
  );
}

/** What to beware of is for those who can still decide: afterwards the used nonce, say, is as it should be. */
function isUndecided({ status }: ProposalView): boolean {
  return status === 'open' || status === 'approved';
}

function Note(props: { readonly proposal: ProposalView }) {
  const { note, proposer } = props.proposal;
  return (
    <figure className="card stack-tight">
      <figcaption className="small soft">
        {proposer.self ? 'You wrote' : `${proposer.name} wrote`}. The bytes do not say this.
      </figcaption>
      <blockquote className="quote">{note}</blockquote>
    </figure>
  );
}
