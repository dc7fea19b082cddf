/** Setting up two devices again, in words: what happened, what it means, what to do. */
import { problemOf, WalletError } from '../problems.ts';
import type { Problem } from '../state.ts';
import { titleOf } from './signing-problems.ts';

const NOT_IN_DANGER =
  'No money is in danger by this alone, but the two sign nothing together until then.';

/** @param own whether this device found that it is needed; else the other one says so */
export const pairProblem = (own: boolean, self: string, other: string): Problem => ({
  code: 'wallet/pair-set-up',
  title: `${self} and ${other} must set up their signing again`,
  meaning:
    (own
      ? `What this device shared with ${other} for signing is gone or incomplete, as after a message that failed a check. That may have been an attack.`
      : `${other} says that what it shared with this device for signing is gone or incomplete.`) +
    ` ${NOT_IN_DANGER}`,
  next: `Ask the owner of ${other} in person or by phone. Set it up again only if nobody else uses that device.`,
});

/** Where a person may not be looking at the devices of the vault. */
export const pairNews = (problem: Problem, key: string): Problem => ({
  ...problem,
  code: `${problem.code}/${key}`,
  next: 'Open Approvers of this vault: the people of both devices have to agree there.',
});

export const pairFailure = (error: unknown, other: string): Problem => ({
  code: problemOf(error).code,
  title: titleOf(error, () => [other]),
  meaning: 'The two were not set up. No money is in danger by this.',
  next: 'Keep the app open on both devices: it is tried again while both agree.',
});

/** Nothing is tried any more before a person agrees again. */
export const givenUp = (failure: Problem): Problem => ({
  ...failure,
  next: 'Set it up again when both devices are online and you trust the other one.',
});

const TOO_OFTEN: Problem = {
  code: 'wallet/pair-set-up-too-often',
  title: 'These two devices were set up with each other three times within a day',
  meaning: 'More than that is not done: each time tells an attacker a little, should there be one.',
  next: 'Try again tomorrow. If it fails again, make a new vault and move the money there.',
};

export const noPairSetup = (): WalletError =>
  new WalletError({
    code: 'wallet/no-pair-set-up',
    title: 'These two devices can sign together',
    meaning: 'Nothing was changed.',
    next: 'Go back to the approvers.',
  });

export const notAllowed = (other: string): WalletError =>
  new WalletError({
    code: 'wallet/pair-refused',
    title: `This device takes no messages of ${other} since one of them could not be right`,
    meaning: 'Nothing was set up.',
    next: 'Only if you trust that device: start signing again at the proposal that failed, which allows it anew.',
  });

export const tooOften = (): WalletError => new WalletError(TOO_OFTEN);
