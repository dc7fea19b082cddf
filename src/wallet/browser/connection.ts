/** The way to other devices in a browser: a mailbox at the relay, direct connections where possible. */
import {
  fetchInvitation,
  MailboxChannel,
  MeshChannel,
  offerInvitation,
  ReplayGuard,
  RouterChannel,
} from '../../network/index.ts';
import type { Connection, ConnectionOptions } from '../platform.ts';

export function browserConnection(options: ConnectionOptions): Connection {
  const { keys, replay, relay: url, iceServers } = options;
  const device = { keys, guard: new ReplayGuard(replay) };
  const mailbox = new MailboxChannel(device, { url });
  const mesh = new MeshChannel(device, {
    signals: mailbox,
    rtc: (configuration) => new RTCPeerConnection(configuration),
    iceServers: iceServers.map(({ url: urls, username, credential }) => ({
      urls,
      ...(username !== undefined && { username }),
      ...(credential !== undefined && { credential }),
    })),
  });
  const channel = new RouterChannel(mesh, mailbox);
  const online = (): void => {
    mailbox.retryNow();
  };
  addEventListener('online', online);
  return {
    channel,
    setWanted: (peers) => {
      mesh.setWanted(peers.map(({ id }) => id));
    },
    isDirect: (peer) => channel.way(peer) === 'mesh',
    async offer(code, invitation) {
      const offer = await offerInvitation({ url, code }, invitation);
      return () => {
        offer.close();
      };
    },
    lookUp: async (code) => fetchInvitation({ url, code }),
    async close() {
      removeEventListener('online', online);
      await channel.close();
    },
  };
}
