/** What is said when a signed transaction cannot be sent or followed, on any chain. */
import { problemOf, WalletError } from '../problems.ts';
import type { Problem } from '../state.ts';

export function sendProblem(error: unknown): Problem {
  return {
    ...problemOf(error),
    meaning:
      'The payment is signed but this device could not send it. Another device may still do.',
    next: 'Send it again, or copy the signed transaction and send it elsewhere: it stays the same payment.',
  };
}

export const followProblem = (error: unknown): Problem => ({
  ...problemOf(error),
  meaning: 'The payment is signed and was sent. This device cannot see now what became of it.',
  next: 'Do not pay it again. Check the node under Settings, Networks, or look the payment up elsewhere.',
});

export const notSigned = (): WalletError =>
  new WalletError({
    code: 'wallet/not-signed',
    title: 'There is no verified signature to send',
    meaning: 'No money moved through this device.',
    next: 'Wait until the devices have signed.',
  });
