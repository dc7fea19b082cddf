import { ChevronRight, QrCode as QrIcon, ShieldPlus } from 'lucide-react';
import { Brand } from '../parts/brand.tsx';
import { ConnectionNotice } from '../parts/connection-state.tsx';
import { Page } from '../parts/page.tsx';
import { hrefOf } from '../router.ts';
import { useOpen } from '../wallet-context.tsx';

/** Create a vault, or join one. */
export function Start() {
  const { vaults, device, connection } = useOpen();
  const first = vaults.length === 0;
  return (
    <Page
      title={first ? `Welcome, ${device.name}` : 'Another vault'}
      documentTitle="Create or join a vault"
      lead="A vault is one key that several devices make together, and the payments that they approve."
      narrow
      start={<Brand />}
      back={first ? undefined : { href: hrefOf({ screen: 'home' }), label: 'Home' }}
      end={
        first ? (
          <a className="button-quiet" href={hrefOf({ screen: 'settings' })}>
            Settings
          </a>
        ) : undefined
      }
    >
      <div className="stack">
        <ConnectionNotice connection={connection} />
        <Choice
          href={hrefOf({ screen: 'create' })}
          icon={ShieldPlus}
          title="Create a vault"
          text="You invite the other devices with a QR code or a link."
        />
        <Choice
          href={hrefOf({ screen: 'join' })}
          icon={QrIcon}
          title="Join a vault"
          text="Somebody invited you: scan the code, paste the link or type the short code."
        />
      </div>
    </Page>
  );
}

function Choice(props: {
  readonly href: string;
  readonly icon: typeof QrIcon;
  readonly title: string;
  readonly text: string;
}) {
  const Icon = props.icon;
  return (
    <a className="choice" href={props.href}>
      <Icon className="icon" aria-hidden />
      <span className="strong">{props.title}</span>
      <span className="soft small">{props.text}</span>
      <ChevronRight className="icon soft" aria-hidden />
    </a>
  );
}
