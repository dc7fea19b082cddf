/** Everyone is there: are the words equal on all screens? */
import { useState } from 'react';
import { Confirm } from '../parts/dialog.tsx';
import { ActionError } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { Words } from '../parts/words.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';
import { Frame, Joined, VaultAndRule, type Step } from './pairing-frame.tsx';

export function Compare({ pairing }: Step) {
  const wallet = useWallet();
  const action = useAction();
  const [differ, setDiffer] = useState(false);
  const answer = (same: boolean): void => {
    void action.run(async () => wallet.confirmWords(same));
  };
  return (
    <Page
      title="Do all screens show these words?"
      documentTitle="Compare the words"
      lead={`Look at all ${String(pairing.size)} screens, or read the words to each other on the phone. This is what keeps a stranger out of the vault.`}
      narrow
      end={<VaultAndRule pairing={pairing} />}
    >
      <div className="stack">
        <Words words={pairing.words ?? []} label="Words to compare" large />
        <Joined pairing={pairing} />
        <ActionError error={action.error} />
        <div className="action-bar">
          <div className="two-buttons">
            <button
              type="button"
              className="button button-loss"
              disabled={action.pending}
              onClick={() => {
                setDiffer(true);
              }}
            >
              They are different
            </button>
            <button
              type="button"
              className="button button-go"
              disabled={action.pending}
              onClick={() => {
                answer(true);
              }}
            >
              They match
            </button>
          </div>
        </div>
      </div>
      <Confirm
        open={differ}
        onClose={() => {
          setDiffer(false);
        }}
        title="Stop this vault?"
        description="Different words mean that somebody stands between the devices, or that one device took up another invitation. No key is made. Start again with a new invitation."
        confirm="Stop for everyone"
        tone="loss"
        cancel="Look again"
        onConfirm={() => {
          setDiffer(false);
          answer(false);
        }}
      />
    </Page>
  );
}

export function Confirming({ pairing }: Step) {
  return (
    <Frame
      pairing={pairing}
      title="Waiting for the others"
      lead="You said that the words match. The key is made when every device has said so."
    >
      <Words words={pairing.words ?? []} label="Words to compare" large />
      <Joined pairing={pairing} />
    </Frame>
  );
}
