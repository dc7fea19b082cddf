import { useEffect, useState, type SubmitEvent } from 'react';
import type { PassphraseStrength } from '../../wallet/index.ts';
import { Brand } from '../parts/brand.tsx';
import { Field } from '../parts/field.tsx';
import { ActionError, Notice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { PassphraseField } from '../parts/passphrase-field.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

const LABELS = ['Guessed at once', 'Weak', 'Weak', 'Good', 'Strong'] as const;

/** The first screen: a name and a passphrase, nothing else. */
export function SetUp(props: { readonly invited: boolean }) {
  const wallet = useWallet();
  const action = useAction();
  const [name, setName] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const strength = useStrength(passphrase);
  const ready = name.trim() !== '' && passphrase !== '';
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!ready || action.pending) return;
    void action.run(async () => wallet.setUp({ name: name.trim(), passphrase }));
  };
  return (
    <Page
      title="Set up this device"
      lead="Approve payments together; nobody holds the key. This browser becomes one of the approvers."
      narrow
      start={<Brand />}
    >
      <form className="stack" onSubmit={submit}>
        {props.invited ? (
          <Notice tone="go" title="You opened an invitation">
            <p>It is kept. You see who invites you, and to what, right after this.</p>
          </Notice>
        ) : null}
        <Field
          name="name"
          label="Name of this device"
          hint="The other approvers see it, for example “Ana’s phone”."
        >
          {(control) => (
            <input
              {...control}
              value={name}
              maxLength={40}
              autoComplete="off"
              autoFocus
              onChange={(event) => {
                setName(event.target.value);
              }}
            />
          )}
        </Field>
        <div className="stack-tight">
          <PassphraseField
            label="Passphrase"
            hint="Any characters, as long as you like. Five random words are easy to type and hard to guess."
            value={passphrase}
            fresh
            onChange={setPassphrase}
          />
          <Strength strength={strength} />
        </div>
        <button
          type="submit"
          className="button button-go button-wide"
          disabled={!ready || action.pending}
        >
          {action.pending ? 'Setting up…' : 'Set up this device'}
        </button>
        <ActionError error={action.error} />
        <section className="card stack" aria-label="What happens next">
          <ol className="steps">
            <li>This browser makes its own identity. It stays on this device.</li>
            <li>
              You create a vault or join one. The devices make a key together; no device ever has it
              whole.
            </li>
            <li>From then on, a payment needs the approval of several devices.</li>
          </ol>
          <p className="small soft">
            The passphrase cannot be reset. There is no account, no e-mail and no server to ask.
          </p>
        </section>
      </form>
    </Page>
  );
}

function Strength(props: { readonly strength: PassphraseStrength | undefined }) {
  const { strength } = props;
  return (
    <div className="stack-tight" role="status">
      <div className="meter" data-good={(strength?.score ?? 0) >= 3 ? '' : undefined} aria-hidden>
        {[1, 2, 3, 4].map((step) => (
          <span key={step} className={step <= (strength?.score ?? 0) ? 'filled' : undefined} />
        ))}
      </div>
      <p className="small soft">
        {strength === undefined ? (
          'How long it would hold against somebody who copied this browser’s storage.'
        ) : (
          <>
            <span className="strong">{LABELS[strength.score]}.</span> Holds {strength.holds} against
            somebody who copied this browser’s storage.
            {strength.advice === undefined ? null : ` ${strength.advice}`}
          </>
        )}
      </p>
    </div>
  );
}

/** The estimate of the newest text; answers that come late are dropped. */
function useStrength(passphrase: string): PassphraseStrength | undefined {
  const wallet = useWallet();
  const [answer, setAnswer] = useState<{ of: string; strength: PassphraseStrength }>();
  useEffect(() => {
    if (passphrase === '') return;
    let current = true;
    wallet.strength(passphrase).then(
      (strength) => {
        if (current) setAnswer({ of: passphrase, strength });
      },
      () => {
        if (current) setAnswer(undefined);
      },
    );
    return () => {
      current = false;
    };
  }, [wallet, passphrase]);
  return passphrase === '' ? undefined : answer?.strength;
}
