/** What of a key is shown to the page. */
import { describeDraft, publicKeyOf, type EpochState, type Held } from '../threshold/index.ts';
import type { KeySummary } from './api.ts';
import { CeremonyError } from './errors.ts';
import { suiteOf, type KeyRecord, type Material } from './key-record.ts';

/** The public side of a key. */
export function summaryOf(kid: string, { requestId, epochs }: KeyRecord): KeySummary {
  const held = epochs.active ?? unfinishedOf(epochs);
  const info = epochs.active?.info ?? describeDraft(held.draft).info;
  return {
    kid,
    suite: suiteOf(info),
    publicKey: publicKeyOf(info),
    chainCode: info.chainCode,
    threshold: info.threshold,
    members: info.members,
    index: held.index,
    state: epochs.retired ? 'retired' : epochs.active === undefined ? 'unfinished' : 'active',
    requestId,
  };
}

/** The share that waits for its certificate. */
export function unfinishedOf({ pending }: EpochState<Material>): Held<Material> {
  const held = pending.at(-1);
  if (held === undefined) {
    throw new CeremonyError({
      code: 'ceremonies/no-share',
      message: 'This device holds no share of that key any more.',
    });
  }
  return held;
}

/** The share that signs. @throws CeremonyError while the key is unfinished, or when it is retired */
export function activeOf({ epochs }: KeyRecord): NonNullable<EpochState<Material>['active']> {
  if (epochs.retired) {
    throw new CeremonyError({
      code: 'ceremonies/retired',
      message: 'This device was removed from the key and does not sign with it any more.',
    });
  }
  if (epochs.active === undefined) {
    throw new CeremonyError({
      code: 'ceremonies/unfinished',
      message: 'The key is not finished: not every device confirmed it yet.',
    });
  }
  return epochs.active;
}
