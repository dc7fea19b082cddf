/** What became of a proposal, in exact words, with one next step. */
import { useState } from 'react';
import { Send } from 'lucide-react';
import { fullTime, type ProposalView } from '../../wallet/index.ts';
import { JoinPsbt } from '../bitcoin/join-psbt.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { Drawer } from '../parts/drawer.tsx';
import { ActionError, Notice, ProblemNotice } from '../parts/notice.tsx';
import { MessageSigned } from './message-signed.tsx';
import { PsbtExport } from '../psbt/psbt-export.tsx';
import { RawTransaction } from './raw-transaction.tsx';
import { Stages } from '../parts/stages.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

interface Props {
  readonly proposal: ProposalView;
}

export function Outcome({ proposal }: Props) {
  return (
    <>
      {proposal.problem === undefined ? null : <Failure proposal={proposal} />}
      {proposal.maybeSigned &&
      proposal.transaction === undefined &&
      proposal.signature === undefined &&
      proposal.ceremony === undefined ? (
        <Notice tone="look" title="It may already be signed">
          <p>
            The last step of signing has begun. A signature may exist on another device. Do not
            propose the same again in another way.
          </p>
        </Notice>
      ) : null}
      <Standing proposal={proposal} />
      {proposal.transaction === undefined ? null : <Signed proposal={proposal} />}
      {proposal.signature === undefined ? null : <MessageSigned signature={proposal.signature} />}
    </>
  );
}

function Standing({ proposal }: Props) {
  switch (proposal.status) {
    case 'open':
      // A refusal stands among the warnings already.
      return proposal.blocked === proposal.review.refusal ? (
        proposal.mine === 'approved' ? (
          <Notice tone="go" title="You approved this" role="status">
            <p>
              It waits for{' '}
              {proposal.needed - proposal.approvals === 1
                ? 'one more approval'
                : `${String(proposal.needed - proposal.approvals)} more approvals`}
              . Nothing has been signed yet.
            </p>
          </Notice>
        ) : null
      ) : (
        <Notice tone="look" title="You cannot approve this now">
          <p>{proposal.blocked}</p>
        </Notice>
      );
    case 'approved':
      return (
        <Notice
          tone="go"
          title="Approved. It is signed as soon as enough devices are online."
          role="status"
        >
          <p>{proposal.waitingFor ?? 'The devices are getting ready.'}</p>
        </Notice>
      );
    case 'signing':
      return proposal.ceremony === undefined ? (
        <p role="status" className="card">
          Signing begins…
        </p>
      ) : (
        <Signing proposal={proposal} />
      );
    case 'rejected':
      return (
        <Notice
          tone="info"
          title={proposal.maybeSigned ? 'Rejected' : 'Rejected. It will not be signed.'}
          role="status"
        >
          {proposal.maybeSigned ? null : <p>To pay after all, propose it again.</p>}
        </Notice>
      );
    case 'withdrawn':
      return (
        <Notice tone="info" title="Withdrawn by the device that proposed it" role="status">
          {proposal.maybeSigned ? null : <p>It will not be signed.</p>}
        </Notice>
      );
    case 'expired':
      return (
        <Notice tone="info" title="Expired before it was signed by enough" role="status">
          {proposal.maybeSigned ? null : (
            <p>It will not be signed. Propose it again if it is still wanted.</p>
          )}
        </Notice>
      );
    case 'signed':
    case 'broadcast':
    case 'confirmed':
      return null;
  }
}

function Signing({ proposal }: Props) {
  const wallet = useWallet();
  const action = useAction();
  const { ceremony } = proposal;
  if (ceremony === undefined) return null;
  return (
    <section className="stack" aria-label="Signing together">
      <h2>Signing together</h2>
      <Stages ceremony={ceremony} label="Signing" />
      {ceremony.cancellable ? (
        <button
          type="button"
          className="button button-wide"
          disabled={action.pending}
          onClick={() => void action.run(async () => wallet.cancelSigning(proposal.id))}
        >
          {proposal.maybeSigned
            ? 'Stop waiting. It may already be signed.'
            : 'Stop. Nothing has been signed yet.'}
        </button>
      ) : (
        <p className="small soft">
          {proposal.maybeSigned
            ? 'The last step is under way and cannot be taken back. It may already be signed.'
            : 'This step cannot be stopped.'}
        </p>
      )}
      <ActionError error={action.error} />
    </section>
  );
}

function Failure({ proposal }: Props) {
  const wallet = useWallet();
  const action = useAction();
  const { problem } = proposal;
  if (problem === undefined) return null;
  return (
    <ProblemNotice problem={problem} tone="look">
      {proposal.status === 'approved' ? (
        <span>
          <button
            type="button"
            className="button button-small"
            disabled={action.pending}
            onClick={() => void action.run(async () => wallet.retrySigning(proposal.id))}
          >
            {action.pending ? 'Trying again…' : 'Try to sign again'}
          </button>
        </span>
      ) : null}
      <ActionError error={action.error} />
    </ProblemNotice>
  );
}

const headlines = {
  signed: 'Signed. Not sent yet.',
  broadcast: 'Sent. Not in a block yet.',
  confirmed: 'Confirmed.',
} as const;

function Signed({ proposal }: Props) {
  const wallet = useWallet();
  const action = useAction();
  const { status, transaction, review } = proposal;
  if (transaction === undefined) return null;
  const failed = transaction.success === false;
  const { psbt } = transaction;
  const partial = psbt?.complete === false && status === 'signed';
  const headline = partial
    ? 'Signed by this vault. Others still have to sign.'
    : status === 'signed' || status === 'broadcast' || status === 'confirmed'
      ? headlines[status]
      : 'A signed transaction exists.';
  return (
    <>
      <Notice
        tone={failed ? 'look' : 'go'}
        title={
          failed
            ? 'In a block, but it failed: nothing was transferred, the fee was paid.'
            : headline
        }
        role="status"
      >
        {status === 'signed' && !partial ? (
          <p>Send it from here, or save it and send it from anywhere. It can happen only once.</p>
        ) : null}
        {transaction.block === undefined ? null : (
          <p className="figures">
            Block {String(transaction.block)}
            {transaction.confirmations === undefined
              ? ''
              : ` · ${String(transaction.confirmations)} ${transaction.confirmations === 1 ? 'confirmation' : 'confirmations'}`}
          </p>
        )}
        {transaction.sentAt === undefined ? null : (
          <p className="figures">Sent {fullTime(transaction.sentAt)}</p>
        )}
      </Notice>
      {status === 'signed' && !partial ? (
        <button
          type="button"
          className="button button-go button-wide"
          disabled={action.pending}
          onClick={() => void action.run(async () => wallet.broadcast(proposal.id))}
        >
          <Send className="icon" aria-hidden />
          {action.pending ? 'Sending…' : `Send to ${review.network.name ?? 'the network'}`}
        </button>
      ) : null}
      <ActionError error={action.error} />
      <section className="card stack-tight" aria-label="Transaction">
        <p className="small soft">{psbt === undefined ? 'Transaction hash' : 'Transaction id'}</p>
        <p className="mono" data-testid="transaction-hash">
          {transaction.hash}
        </p>
        <span>
          <CopyButton text={transaction.hash} what={psbt === undefined ? 'hash' : 'id'} />
        </span>
      </section>
      {psbt === undefined ? null : partial ? (
        <>
          <section className="card stack-tight" aria-labelledby="signed-psbt">
            <h2 id="signed-psbt">For the other signers</h2>
            <PsbtExport
              psbt={psbt.bytes}
              name={transaction.hash.slice(0, 16)}
              label="Signed PSBT"
            />
          </section>
          <JoinPsbt proposal={proposal} />
        </>
      ) : (
        <Drawer title="The signed PSBT, to copy or save">
          <PsbtExport psbt={psbt.bytes} name={transaction.hash.slice(0, 16)} label="Signed PSBT" />
        </Drawer>
      )}
      {transaction.raw === '' ? null : (
        <RawTransaction raw={transaction.raw} name={transaction.hash} />
      )}
    </>
  );
}

/** Takes an own proposal back. */
export function Withdraw({ proposal }: Props) {
  const wallet = useWallet();
  const action = useAction();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button
        type="button"
        className="button button-wide"
        disabled={action.pending}
        onClick={() => {
          setAsking(true);
        }}
      >
        Withdraw this proposal
      </button>
      <ActionError error={action.error} />
      <Confirm
        open={asking}
        onClose={() => {
          setAsking(false);
        }}
        title="Withdraw this proposal?"
        description={
          proposal.maybeSigned
            ? 'The other devices stop signing it. It may already be signed, and a signature cannot be taken back.'
            : 'The other devices stop waiting for it. Nothing has been signed yet.'
        }
        confirm="Withdraw"
        tone="loss"
        cancel="Keep it"
        onConfirm={() => {
          setAsking(false);
          void action.run(async () => wallet.withdraw(proposal.id));
        }}
      />
    </>
  );
}
