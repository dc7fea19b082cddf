/** The screens before the wallet is open: each with a sentence and one next step. */
import { useState, type SubmitEvent } from 'react';
import type { LockReason, Problem } from '../../wallet/index.ts';
import { Brand } from '../parts/brand.tsx';
import { ActionError, ProblemNotice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { PassphraseField } from '../parts/passphrase-field.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

export function Starting() {
  return (
    <div className="appears-late">
      <Page title="Opening this device" documentTitle="Opening" narrow start={<Brand />}>
        <p className="lead" role="status">
          Reading what this device has stored…
        </p>
      </Page>
    </div>
  );
}

export function Unsupported(props: { readonly problem: Problem }) {
  return (
    <Page title="This browser cannot run the wallet" narrow start={<Brand />}>
      <ProblemNotice problem={props.problem} tone="look" />
    </Page>
  );
}

export function SecondTab() {
  const wallet = useWallet();
  const action = useAction();
  return (
    <Page
      title="Countersign is open in another tab"
      lead="Only one tab may hold this device’s key share. Go on in the other tab, or take over here: the other tab then locks."
      narrow
      start={<Brand />}
    >
      <div className="stack">
        <button
          type="button"
          className="button button-go button-wide"
          disabled={action.pending}
          onClick={() => void action.run(async () => wallet.takeOver())}
        >
          {action.pending ? 'Taking over…' : 'Take over in this tab'}
        </button>
        <ActionError error={action.error} />
      </div>
    </Page>
  );
}

const reasons: Readonly<Record<LockReason, string>> = {
  start:
    'Your passphrase opens the key shares stored in this browser. It never leaves this device.',
  idle: 'Locked because nobody touched it for a while. Nothing was lost; what waited still waits.',
  asked: 'Locked because you asked for it. Nothing was lost; what waited still waits.',
  'settings-changed':
    'Your new settings are stored. The page loaded again, so that the browser lets it connect to the addresses you entered.',
};

export function Unlock(props: { readonly deviceName: string; readonly reason: LockReason }) {
  const wallet = useWallet();
  const action = useAction();
  const [passphrase, setPassphrase] = useState('');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!action.pending) void action.run(async () => wallet.unlock(passphrase));
  };
  return (
    <Page
      title={`Unlock ${props.deviceName}`}
      documentTitle="Unlock"
      lead={reasons[props.reason]}
      narrow
      start={<Brand />}
    >
      <form className="stack" onSubmit={submit}>
        <PassphraseField
          label="Passphrase"
          value={passphrase}
          fresh={false}
          autoFocus
          errors={
            action.error === undefined ? [] : [{ field: 'passphrase', message: action.error }]
          }
          onChange={(value) => {
            setPassphrase(value);
            action.clear();
          }}
        />
        <button
          type="submit"
          className="button button-go button-wide"
          disabled={action.pending || passphrase === ''}
        >
          {action.pending ? 'Unlocking…' : 'Unlock'}
        </button>
        <p className="small soft" role="status">
          {action.pending
            ? 'Slow on purpose: every guess of a thief takes as long.'
            : 'Nobody can reset a passphrase. If it is lost, this device’s share is lost; the other devices still have theirs.'}
        </p>
      </form>
    </Page>
  );
}
