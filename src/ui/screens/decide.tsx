/** The decision: hold to approve, or reject with a reason. */
import { useState, type SubmitEvent } from 'react';
import type { ProposalView, Review } from '../../wallet/index.ts';
import { Confirm, Dialog } from '../parts/dialog.tsx';
import { FactList } from '../parts/fact-list.tsx';
import { Field } from '../parts/field.tsx';
import { HoldButton } from '../parts/hold-button.tsx';
import { ActionError } from '../parts/notice.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

export function Decide(props: { readonly proposal: ProposalView; readonly seen: boolean }) {
  const { proposal } = props;
  const wallet = useWallet();
  const [rejecting, setRejecting] = useState(false);
  const approve = async (): Promise<void> => {
    await wallet.approve(proposal.id);
    // The button is gone; what comes of it stands at the top of the page.
    document.querySelector('h1')?.focus();
  };
  return (
    <>
      <HoldToApprove
        label="Hold to approve"
        busy="Recording your approval…"
        review={proposal.review}
        seen={props.seen}
        offered={proposal.canApprove}
        act={approve}
        other={
          proposal.canReject ? (
            <button
              type="button"
              className="button"
              onClick={() => {
                setRejecting(true);
              }}
            >
              Reject
            </button>
          ) : null
        }
      />
      {rejecting ? (
        <Reject
          proposal={proposal}
          onClose={() => {
            setRejecting(false);
          }}
        />
      ) : null}
    </>
  );
}

/** Holding for whoever can, two steps for whoever cannot. Both wait until everything was on the screen. */
export function HoldToApprove(props: {
  readonly label: string;
  readonly busy: string;
  readonly review: Review;
  readonly seen: boolean;
  readonly offered: boolean;
  readonly act: () => Promise<void>;
  readonly other: React.ReactNode;
}) {
  const action = useAction();
  const [asking, setAsking] = useState(false);
  const { review, seen } = props;
  const run = (): void => {
    setAsking(false);
    void action.run(props.act);
  };
  const ask = (): void => {
    if (seen && !action.pending) setAsking(true);
  };
  return (
    <div className="action-bar">
      <ActionError error={action.error} />
      <div className={props.offered && props.other !== null ? 'decide' : 'stack-tight'}>
        {props.other}
        {props.offered ? (
          <div>
            <HoldButton
              label={props.label}
              busy={action.pending ? props.busy : undefined}
              disabled={!seen}
              describedBy="hold-hint"
              onHeld={run}
              onPlainClick={ask}
            />
          </div>
        ) : null}
      </div>
      {props.offered ? (
        <p className="small soft hold-hint" id="hold-hint">
          {seen ? (
            <>
              Press and hold, or hold Enter.{' '}
              <button type="button" className="link" onClick={ask}>
                Cannot hold? Do it in two steps
              </button>
            </>
          ) : (
            'Opens when everything above was on your screen: scroll to the end.'
          )}
        </p>
      ) : null}
      <Confirm
        open={asking}
        onClose={() => {
          setAsking(false);
        }}
        title={review.intent}
        description="Second step: is this what you want?"
        confirm="Approve"
        onConfirm={run}
      >
        <FactList facts={essentials(review)} className="card facts" />
      </Confirm>
    </div>
  );
}

/** What moves and where to, once more. */
const essentials = ({ facts }: Review): Review['facts'] => facts.filter(isEssential);

const isEssential = ({ weight, value, label }: Review['facts'][number]): boolean =>
  weight === 'large' ||
  (value.kind === 'address' && weight !== 'quiet' && label !== 'From') ||
  // One of several payments.
  (value.kind === 'group' && value.facts.some(isEssential));

function Reject(props: { readonly proposal: ProposalView; readonly onClose: () => void }) {
  const { proposal, onClose } = props;
  const wallet = useWallet();
  const action = useAction();
  const [reason, setReason] = useState('');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (action.pending) return;
    void action
      .run(async () => wallet.reject(proposal.id, reason.trim()))
      .then((done) => {
        if (done) onClose();
      });
  };
  return (
    <Dialog
      open
      title="Reject this proposal?"
      description="The others see that you rejected it, and why. You cannot take it back."
      onClose={onClose}
    >
      <form className="stack" onSubmit={submit}>
        <Field
          name="reason"
          label="Reason"
          hint="Optional. Signed by this device like the rejection."
        >
          {(control) => (
            <textarea
              {...control}
              value={reason}
              maxLength={200}
              onChange={(event) => {
                setReason(event.target.value);
              }}
            />
          )}
        </Field>
        <ActionError error={action.error} />
        <button type="submit" className="button button-loss button-wide" disabled={action.pending}>
          {action.pending ? 'Recording…' : 'Reject'}
        </button>
      </form>
    </Dialog>
  );
}
