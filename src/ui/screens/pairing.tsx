import { Check, Share2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { clockTime, type PairingView } from '../../wallet/index.ts';
import { Address } from '../parts/address.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { ActionError, Notice, ProblemNotice } from '../parts/notice.tsx';
import { Page, Section } from '../parts/page.tsx';
import { QrCode } from '../parts/qr-code.tsx';
import { Stages } from '../parts/stages.tsx';
import { Words } from '../parts/words.tsx';
import { navigate } from '../router.ts';
import { useAction } from '../use-action.ts';
import { useNow } from '../use-now.ts';
import { useWallet } from '../wallet-context.tsx';

/** Making a vault together, from the invitation to the key. Each step replaces the one before. */
export function Pairing(props: { readonly pairing: PairingView }) {
  const { pairing } = props;
  switch (pairing.step) {
    case 'inviting':
      return <Inviting pairing={pairing} />;
    case 'joining':
      return <Joining pairing={pairing} />;
    case 'compare':
      return <Compare pairing={pairing} />;
    case 'confirming':
      return <Confirming pairing={pairing} />;
    case 'generating':
      return <Generating pairing={pairing} />;
    case 'done':
      return <Done pairing={pairing} />;
    case 'failed':
      return <Failed pairing={pairing} />;
  }
}

interface Step {
  readonly pairing: PairingView;
}

function Inviting({ pairing }: Step) {
  const now = useNow();
  const { invitation } = pairing;
  return (
    <Frame
      pairing={pairing}
      title="Invite the other devices"
      lead="On each of them, open Countersign, choose “Join a vault” and scan this code."
    >
      {invitation === undefined ? (
        <p role="status" className="lead">
          Preparing the invitation…
        </p>
      ) : (
        <div className="card stack">
          <QrCode text={invitation.link} label="QR code of the invitation" />
          <div className="two-buttons">
            <CopyButton text={invitation.link} what="link" full />
            <ShareButton link={invitation.link} vault={pairing.vaultName} />
          </div>
          <div>
            <p className="small soft">Or type this short code:</p>
            <p className="code strong" translate="no" data-testid="short-code">
              {invitation.code}
            </p>
          </div>
          <p className="small soft">
            Valid until {clockTime(invitation.expiresAt, now)}. Whoever has it can ask to join; you
            see every device and compare words before a key is made.
          </p>
        </div>
      )}
      <Joined pairing={pairing} />
    </Frame>
  );
}

function Joining({ pairing }: Step) {
  return (
    <Frame
      pairing={pairing}
      title="You asked to join"
      lead="Waiting until every device is there. Keep this page open."
    >
      <Joined pairing={pairing} />
    </Frame>
  );
}

function Compare({ pairing }: Step) {
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

function Confirming({ pairing }: Step) {
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

function Generating({ pairing }: Step) {
  const wallet = useWallet();
  const action = useAction();
  const { problem, vaultId } = pairing;
  return (
    <Frame
      pairing={pairing}
      title="Making the key together"
      lead="Each device makes its own part. The whole key never exists anywhere. Keep this page open on all devices."
      canEnd={pairing.ceremony?.cancellable !== false}
    >
      {problem !== undefined && pairing.ceremony === undefined && vaultId !== undefined ? (
        <>
          <ProblemNotice problem={problem} />
          <button
            type="button"
            className="button button-wide"
            disabled={action.pending}
            onClick={() => void action.run(async () => wallet.retryKeygen(vaultId))}
          >
            Try again
          </button>
          <ActionError error={action.error} />
        </>
      ) : pairing.ceremony === undefined ? (
        <p role="status">Waiting until all devices are online…</p>
      ) : (
        <Stages ceremony={pairing.ceremony} label="Making the key" />
      )}
    </Frame>
  );
}

function Done({ pairing }: Step) {
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

function Failed({ pairing }: Step) {
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

function Frame(props: {
  readonly pairing: PairingView;
  readonly title: string;
  readonly lead: string;
  readonly canEnd?: boolean;
  readonly children: ReactNode;
}) {
  const wallet = useWallet();
  const action = useAction();
  return (
    <Page
      title={props.title}
      lead={props.lead}
      narrow
      end={<VaultAndRule pairing={props.pairing} />}
    >
      <div className="stack">
        {props.children}
        {props.canEnd === false ? null : (
          <button
            type="button"
            className="button button-wide"
            disabled={action.pending}
            onClick={() => void action.run(async () => wallet.endPairing())}
          >
            Stop. No key has been made yet.
          </button>
        )}
        <ActionError error={action.error} />
      </div>
    </Page>
  );
}

function VaultAndRule({ pairing }: Step) {
  return (
    <span>
      <span className="strong">{pairing.vaultName}</span> · {pairing.threshold} of {pairing.size}
    </span>
  );
}

/** Who is there, and who is awaited. */
function Joined({ pairing }: Step) {
  const { members, size, step } = pairing;
  const missing = Math.max(0, size - members.length);
  return (
    <Section title={`${String(members.length)} of ${String(size)} devices are here`}>
      <ul className="card people">
        {members.map((member) => {
          const confirmed = member.confirmed && step !== 'inviting' && step !== 'joining';
          return (
            <li className="person" key={member.id}>
              <span className={confirmed ? 'mark mark-done' : 'mark'} aria-hidden>
                {confirmed ? <Check /> : '·'}
              </span>
              <span className="person-line">
                <span>{member.name}</span>
                <span className="person-state">
                  {member.self ? 'this device' : 'joined'}
                  {confirmed ? ' · words match' : ''}
                </span>
              </span>
            </li>
          );
        })}
        {Array.from({ length: missing }, (_, i) => (
          <li className="person soft" key={i}>
            <span className="mark" aria-hidden>
              –
            </span>
            <span className="person-line">
              <span>Nobody yet</span>
              <span className="person-state">awaited</span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function ShareButton(props: { readonly link: string; readonly vault: string }) {
  const action = useAction();
  if (!('share' in navigator)) return null;
  return (
    <button
      type="button"
      className="button"
      onClick={() =>
        void action.run(async () =>
          navigator.share({ title: `Join “${props.vault}”`, url: props.link }),
        )
      }
    >
      <Share2 className="icon" aria-hidden />
      Share
    </button>
  );
}
