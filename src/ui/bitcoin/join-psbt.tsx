import { useState } from 'react';
import { Send } from 'lucide-react';
import type { ProposalView, Wallet } from '../../wallet/index.ts';
import { ActionError, Notice } from '../parts/notice.tsx';
import { PsbtExport } from '../psbt/psbt-export.tsx';
import { PsbtInput } from '../psbt/psbt-input.tsx';
import { RawTransaction } from '../screens/raw-transaction.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

type Joined = Awaited<ReturnType<Wallet['joinPsbt']>>;

/** A transaction that others have to sign, too: what they send back is joined, and sent once it is whole. */
export function JoinPsbt({ proposal }: { readonly proposal: ProposalView }) {
  const wallet = useWallet();
  const action = useAction();
  const [others, setOthers] = useState<Uint8Array | string>('');
  const [joined, setJoined] = useState<Joined>();
  const [sent, setSent] = useState(false);
  const raw = joined?.raw;
  return (
    <section className="card stack" aria-label="Signatures of others">
      <h2>Signatures of others</h2>
      <p className="small soft">
        Hand the PSBT above to the other signers. What they send back is joined here; no signature
        gets lost.
      </p>
      <PsbtInput psbt={others} onPsbt={setOthers} />
      <button
        type="button"
        className="button button-wide"
        disabled={action.pending || others.length === 0}
        onClick={() =>
          void action.run(async () => {
            // What was joined before goes along, for one signer after another.
            const before = joined === undefined ? [] : [joined.psbt];
            setJoined(await wallet.joinPsbt(proposal.id, [...before, others]));
            setOthers('');
          })
        }
      >
        Join the signatures
      </button>
      {joined === undefined ? null : (
        <>
          <Notice
            tone={raw === undefined ? 'look' : 'go'}
            role="status"
            title={
              raw === undefined
                ? 'Still not signed by everybody'
                : 'Signed by everybody. Not sent yet.'
            }
          >
            <p>
              {raw === undefined
                ? 'The PSBT below has all signatures so far.'
                : 'Send it from here, or save it and send it from anywhere.'}
            </p>
          </Notice>
          <PsbtExport psbt={joined.psbt} name={proposal.id.slice(0, 16)} label="Joined PSBT" />
          {raw === undefined ? null : (
            <>
              <RawTransaction raw={raw} name={proposal.id.slice(0, 16)} />
              <button
                type="button"
                className="button button-go button-wide"
                disabled={action.pending || sent}
                onClick={() =>
                  void action.run(async () => {
                    await wallet.sendJoined(proposal.id, raw);
                    setSent(true);
                  })
                }
              >
                <Send className="icon" aria-hidden />
                {sent ? 'Sent' : 'Send it'}
              </button>
            </>
          )}
        </>
      )}
      <ActionError error={action.error} />
    </section>
  );
}
