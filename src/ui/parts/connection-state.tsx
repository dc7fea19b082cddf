import type { ConnectionView, VaultView } from '../../wallet/index.ts';
import { Notice } from './notice.tsx';

/** How many of the vault's devices are reachable, in words and as a dot. */
export function OnlineCount(props: { readonly vault: VaultView }) {
  const { members } = props.vault;
  const online = members.filter((member) => member.online || member.self).length;
  return (
    <span className="figures">
      {online} of {members.length} online{' '}
      <span className={online === members.length ? 'dot dot-on' : 'dot'} aria-hidden />
    </span>
  );
}

/** What a missing connection means, or nothing. */
export function ConnectionNotice(props: { readonly connection: ConnectionView }) {
  const { connection } = props;
  if (connection.offline) {
    return (
      <Notice tone="look" title="This device is offline" role="status">
        <p>
          You can read and decide. Your decisions are stored here and reach the other devices, and
          anything is signed, only when this device is online again.
        </p>
      </Notice>
    );
  }
  if (connection.relay === 'up') return null;
  return connection.relay === 'connecting' ? (
    <p className="soft small" role="status">
      Connecting to the relay…
    </p>
  ) : (
    <Notice tone="look" title="The relay cannot be reached" role="status">
      <p>
        {connection.reason === undefined ? null : `${sentence(connection.reason)} `}Your decisions
        are stored here. Devices with a direct connection get them now, the others as soon as the
        relay is back. <a href="#/settings">Check the relay in Settings</a>.
      </p>
    </Notice>
  );
}

const sentence = (reason: string): string => `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
