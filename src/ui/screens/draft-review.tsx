import { toWords } from '../../words.ts';
import { toHex, type Draft, type VaultView } from '../../wallet/index.ts';
import { Page } from '../parts/page.tsx';
import { Seen } from '../parts/seen.tsx';
import { Words } from '../parts/words.tsx';
import { hrefOf, navigate } from '../router.ts';
import { useSeen } from '../use-seen.ts';
import { useWallet } from '../wallet-context.tsx';
import { HoldToApprove } from './decide.tsx';
import { Drawers } from './review-drawers.tsx';
import { Facts, Warnings } from './review-facts.tsx';

/** What the typed or pasted payment really says, before it is proposed. */
export function DraftReview(props: { readonly vault: VaultView; readonly draft: Draft }) {
  const { vault, draft } = props;
  const { review } = draft;
  const wallet = useWallet();
  const { container, seen } = useSeen(toHex(review.shownDigest));
  const form = hrefOf({ screen: 'propose', vault: vault.id, reviewing: false });
  const propose = async (): Promise<void> => {
    const proposal = await wallet.propose(draft);
    navigate({ screen: 'proposal', vault: vault.id, proposal }, 'replace');
  };
  return (
    <Page
      title={review.intent}
      documentTitle="Review before proposing"
      lead="This is what the bytes say. Nothing has been proposed yet."
      back={{ href: form, label: 'Change it' }}
      end={
        <span>
          <span className="strong">{vault.name}</span> · {vault.threshold} of {vault.members.length}
        </span>
      }
    >
      <div className="review" ref={container}>
        <div className="stack">
          <Warnings review={review} />
          <Facts review={review} />
          {draft.note === '' ? null : (
            <figure className="card stack-tight">
              <figcaption className="small soft">Your note</figcaption>
              <blockquote className="quote">{draft.note}</blockquote>
            </figure>
          )}
        </div>
        <div className="stack review-side">
          <section className="card stack-tight" aria-label="Words to compare">
            <p className="small soft">The other approvers will see these words.</p>
            <Words words={toWords(review.shownDigest, 4)} label="Words of what this device shows" />
            <Seen />
          </section>
          <HoldToApprove
            label="Hold to propose and approve"
            busy="Proposing…"
            review={review}
            seen={seen}
            offered={review.refusal === undefined}
            act={propose}
            other={null}
          />
        </div>
        <Drawers review={review} rule={undefined} />
      </div>
    </Page>
  );
}
