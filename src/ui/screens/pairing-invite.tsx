/** Until all devices are there: the creator invites, the others wait. */
import { Share2 } from 'lucide-react';
import { clockTime } from '../../wallet/index.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { QrCode } from '../parts/qr-code.tsx';
import { useAction } from '../use-action.ts';
import { useNow } from '../use-now.ts';
import { Frame, Joined, type Step } from './pairing-frame.tsx';

export function Inviting({ pairing }: Step) {
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

export function Joining({ pairing }: Step) {
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
