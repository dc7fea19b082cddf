/** Why a pairing is not even begun. */
import { visible } from '../../text.ts';
import { WalletError } from '../problems.ts';

export const pairingUnderWay = (): WalletError =>
  new WalletError({
    code: 'pairing/busy',
    title: 'Another vault is being set up on this device',
    meaning: 'Nothing was changed.',
    next: 'Finish or end it first.',
  });

export const impossibleQuorum = (): WalletError =>
  new WalletError({
    code: 'pairing/quorum',
    title: 'This number of approvals does not work',
    meaning: 'Nothing was set up.',
    next: 'Choose 2 to 20 devices, and at least 2 and at most all of them to approve.',
  });

export const ownInvitation = (): WalletError =>
  new WalletError({
    code: 'pairing/own-invitation',
    title: 'This invitation was made on this device',
    meaning: 'Nothing was changed.',
    next: 'Open it on another device, or in another browser profile.',
  });

export const otherRelay = (relay: string): WalletError =>
  new WalletError({
    code: 'pairing/other-relay',
    title: 'This invitation uses another relay than this device',
    meaning: 'The two devices would not hear each other. Nothing was changed.',
    next: `Enter ${visible(relay, 120)} under Settings, Relay, or open the invitation's link.`,
  });
