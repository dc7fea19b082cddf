/** The key is made together, and what came of it. */
import { Check } from 'lucide-react';
import { Address } from '../parts/address.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { ActionError, Notice, ProblemNotice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { Words } from '../parts/words.tsx';
import { navigate } from '../router.ts';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';
import { KeyBeingMade } from './key-being-made.tsx';
import { Frame, VaultAndRule, type Step } from './pairing-frame.tsx';

export function Generating({ pairing }: Step) {
  return (
    <Frame
      pairing={pairing}
      title="Making the key together"
      lead="Each device makes its own part. The whole key never exists anywhere. Keep this page open on all devices."
      canEnd={pairing.ceremony?.cancellable !== false}
    >
      <KeyBeingMade vault={pairing.vaultId} keygen={pairing} />
    </Frame>
  );
}

export function Done({ pairing }: Step) {
  const wallet = useWallet();
  const action = useAction();
  const { result } = pairing;
  const open = async (): Promise<void> => {
    await wallet.endPairing();
    navigate({ screen: 'home', vault: result?.vaultId }, 'replace');
  };
  return (
    <Page
      title={`“${pairing.vaultName}” is ready`}
      documentTitle="The vault is ready"
      lead={`Any ${String(pairing.threshold)} of the ${String(pairing.size)} devices sign together.`}
      narrow
    >
      <div className="stack">
        {result === undefined ? null : (
          <dl className="card facts">
            <div>
              <dt>Address</dt>
              <dd>
                <Address value={result.address} />
                <span>
                  <CopyButton text={result.address} what="address" />
                </span>
              </dd>
            </div>
            <div>
              <dt>Fingerprint</dt>
              <dd>
                <Words words={result.fingerprint} label="Fingerprint words" />
                <span className="small soft">Look once more: equal on all screens?</span>
              </dd>
            </div>
          </dl>
        )}
        <Notice tone="look" title="Try a small amount first">
          <p>
            Send a little to this address and pay it out again before you put more in. A device that
            clears this browser’s data loses its share.
          </p>
        </Notice>
        <button
          type="button"
          className="button button-go button-wide"
          disabled={action.pending}
          onClick={() => void action.run(open)}
        >
          <Check className="icon" aria-hidden />
          Open the vault
        </button>
        <ActionError error={action.error} />
      </div>
    </Page>
  );
}

export function Failed({ pairing }: Step) {
  const wallet = useWallet();
  const action = useAction();
  return (
    <Page title="No vault was made" narrow end={<VaultAndRule pairing={pairing} />}>
      <div className="stack">
        {pairing.problem === undefined ? null : <ProblemNotice problem={pairing.problem} />}
        <button
          type="button"
          className="button button-wide"
          disabled={action.pending}
          onClick={() =>
            void action.run(async () => {
              await wallet.endPairing();
              navigate({ screen: 'start' }, 'replace');
            })
          }
        >
          Back to the start
        </button>
        <ActionError error={action.error} />
      </div>
    </Page>
  );
}
