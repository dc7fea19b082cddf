/** What goes wrong with descriptions of contracts, in plain words. */
import { WalletError } from '../problems.ts';
import type { Problem } from '../state.ts';

const UNHARMED = 'Nothing was changed. No money is concerned.';
const WITHOUT =
  'It is left out as a whole: contract calls may be shown with less explanation. No money is concerned.';

/** A file that a person wanted to add. @param why a sentence */
export const refusedSnapshot = (why: string, cause?: unknown): WalletError =>
  new WalletError(
    {
      code: 'wallet/snapshot-refused',
      title: `This file cannot be added. ${why.replace(/\.$/, '')}`,
      meaning: UNHARMED,
      next: 'Take the file from its source again, and compare its four words with the other devices.',
    },
    { cause },
  );

export const tooMany = (most: number): WalletError =>
  new WalletError({
    code: 'wallet/snapshot-count',
    title: `There are ${String(most)} files already`,
    meaning: UNHARMED,
    next: 'Remove one that you do not need any more.',
  });

export const snapshotDamaged = (): Problem => ({
  code: 'wallet/snapshot-damaged',
  title: 'A file of contract descriptions on this device is damaged',
  meaning: WITHOUT,
  next: 'Remove it under Settings, Descriptions of contracts, and add it again.',
});

/** @param why a sentence */
export const registryDamaged = (why: string): Problem => ({
  code: 'wallet/registry-damaged',
  title: `The descriptions of contracts that come with this app are not used. ${why.replace(/\.$/, '')}`,
  meaning: 'Contract calls may be shown with less explanation. No money is concerned.',
  next: 'They are copied again when this device is unlocked the next time. If it happens again, ask whoever serves this app.',
});
