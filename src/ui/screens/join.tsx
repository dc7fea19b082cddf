import { Camera } from 'lucide-react';
import { useEffect, useState, type SubmitEvent } from 'react';
import { clockTime, relativeTime, type InvitationPreview } from '../../wallet/index.ts';
import { Field } from '../parts/field.tsx';
import { ActionError, Notice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { Scanner } from '../parts/scanner.tsx';
import { hrefOf, navigate } from '../router.ts';
import { sentenceOf, useAction } from '../use-action.ts';
import { useNow } from '../use-now.ts';
import { useWallet } from '../wallet-context.tsx';

interface Read {
  readonly text: string;
  readonly preview: InvitationPreview;
}

/** Takes up an invitation: paste, type or scan; then look at it before joining. */
export function Join() {
  const wallet = useWallet();
  const action = useAction();
  const [text, setText] = useState('');
  const [scanning, setScanning] = useState(false);
  const [read, setRead] = useState<Read>();
  const open = async (from: string): Promise<void> => {
    setRead({ text: from, preview: await wallet.readInvitation(from) });
  };
  if (read !== undefined) {
    return (
      <Preview
        read={read}
        onCancel={() => {
          setRead(undefined);
        }}
      />
    );
  }
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (text.trim() !== '' && !action.pending) void action.run(async () => open(text.trim()));
  };
  return (
    <Page
      title="Join a vault"
      lead="The device that creates the vault shows a QR code, a link and a short code. Any of them will do."
      narrow
      back={{ href: hrefOf({ screen: 'start' }), label: 'Back' }}
    >
      <form className="stack" onSubmit={submit}>
        <button
          type="button"
          className="button button-wide"
          onClick={() => {
            setScanning(true);
          }}
        >
          <Camera className="icon" aria-hidden />
          Scan with the camera
        </button>
        <Field
          name="invitation"
          label="Link or short code"
          errors={
            action.error === undefined ? [] : [{ field: 'invitation', message: action.error }]
          }
        >
          {(control) => (
            <input
              {...control}
              value={text}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              onChange={(event) => {
                setText(event.target.value);
                action.clear();
              }}
            />
          )}
        </Field>
        <button
          type="submit"
          className="button button-go button-wide"
          disabled={text.trim() === '' || action.pending}
        >
          {action.pending ? 'Reading the invitation…' : 'Continue'}
        </button>
      </form>
      {scanning ? (
        <Scanner
          title="Scan the invitation"
          description="Point the camera at the QR code on the other screen."
          onClose={() => {
            setScanning(false);
          }}
          onCode={async (code) => {
            try {
              await open(code);
              setScanning(false);
              return undefined;
            } catch (cause) {
              return sentenceOf(cause);
            }
          }}
        />
      ) : null}
    </Page>
  );
}

/** The invitation that the page was opened with. */
export function Invitation(props: { readonly text: string }) {
  const wallet = useWallet();
  const [result, setResult] = useState<Read | { readonly error: string }>();
  useEffect(() => {
    let current = true;
    wallet.readInvitation(props.text).then(
      (preview) => {
        if (current) setResult({ text: props.text, preview });
      },
      (cause: unknown) => {
        if (current) setResult({ error: sentenceOf(cause) });
      },
    );
    return () => {
      current = false;
    };
  }, [wallet, props.text]);
  const dismiss = (): void => {
    wallet.dismissInvitation();
    navigate({ screen: 'home' }, 'replace');
  };
  if (result !== undefined && 'preview' in result) {
    return <Preview read={result} onCancel={dismiss} />;
  }
  return (
    <Page title="An invitation" narrow>
      {result === undefined ? (
        <p className="lead" role="status">
          Reading the invitation…
        </p>
      ) : (
        <div className="stack">
          <Notice tone="look" title="This invitation cannot be used" role="alert">
            <p>{result.error}</p>
          </Notice>
          <button type="button" className="button button-wide" onClick={dismiss}>
            Go on without it
          </button>
        </div>
      )}
    </Page>
  );
}

function Preview(props: { readonly read: Read; readonly onCancel: () => void }) {
  const { preview, text } = props.read;
  const wallet = useWallet();
  const action = useAction();
  const now = useNow();
  const over = preview.expiresAt <= now;
  const join = async (): Promise<void> => {
    await wallet.join(text);
    navigate({ screen: 'home' }, 'replace');
  };
  return (
    <Page
      title={`Join “${preview.vaultName}”?`}
      documentTitle="Join a vault"
      lead="Look at it before you join. Nothing has been shared yet but this device’s name."
      narrow
    >
      <div className="stack">
        <dl className="card facts">
          <div>
            <dt>Vault</dt>
            <dd className="strong">{preview.vaultName}</dd>
          </div>
          <div>
            <dt>Invited by</dt>
            <dd>
              <span className="strong">{preview.creatorName}</span>
              <span className="small soft">the name that device gave itself</span>
            </dd>
          </div>
          <div>
            <dt>Rule</dt>
            <dd>
              {preview.threshold} of {preview.size} devices sign a payment
            </dd>
          </div>
          <div>
            <dt>Valid</dt>
            <dd>
              {over
                ? 'no longer: it ran out'
                : `until ${clockTime(preview.expiresAt, now)}, ${relativeTime(preview.expiresAt, now)}`}
            </dd>
          </div>
        </dl>
        {over ? (
          <Notice tone="look" title="This invitation ran out">
            <p>Ask {preview.creatorName} for a new one.</p>
          </Notice>
        ) : null}
        <div className="action-bar">
          <div className="two-buttons">
            <button type="button" className="button" onClick={props.onCancel}>
              Do not join
            </button>
            <button
              type="button"
              className="button button-go"
              disabled={action.pending || over}
              onClick={() => void action.run(join)}
            >
              {action.pending ? 'Joining…' : 'Join'}
            </button>
          </div>
        </div>
        <ActionError error={action.error} />
      </div>
    </Page>
  );
}
