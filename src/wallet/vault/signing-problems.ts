/** What to tell a person about an attempt to sign that failed. */
import {
  CeremonyError,
  type Ceremonies,
  type Failure,
  type PairProblem,
} from '../../ceremonies/index.ts';
import { problemOf } from '../problems.ts';
import type { Problem } from '../state.ts';

const STOPPED_IN_TIME = 'ceremonies/stopped-in-time';

/** Nothing of the last round left, whatever the host wrote down before. */
export const stoppedInTime = (): CeremonyError =>
  new CeremonyError({
    code: STOPPED_IN_TIME,
    message: 'It was rejected, withdrawn or stopped while the devices were signing.',
  });

/** Ends a session that messages keep alive. */
export const tooLong = (): CeremonyError =>
  new CeremonyError({
    code: 'ceremonies/too-long',
    message: 'The other devices sent messages but did not get on.',
  });

/** Who was not heard from or sent something wrong, where it can be said. */
export function titleOf(
  error: unknown,
  names: (members: readonly number[]) => readonly string[],
): string {
  const failure = error instanceof CeremonyError ? error.failure : undefined;
  const silent = names(failure?.missing ?? []);
  if (silent.length > 0) return `Nothing was heard from ${silent.join(' and ')}`;
  const culprit = names(failure?.culprit === undefined ? [] : [failure.culprit]);
  if (culprit.length > 0) return `${culprit.join()} sent something that cannot be right`;
  return problemOf(error).title;
}

/** @param committed whether a signature of this attempt or of an earlier one may exist */
export function signingProblem(
  error: unknown,
  names: (members: readonly number[]) => readonly string[],
  committed: boolean,
): Problem {
  const failure = error instanceof CeremonyError ? error.failure : undefined;
  const maybe =
    committed || (failure?.remains === 'maybe-signed' && failure.code !== STOPPED_IN_TIME);
  return {
    code: problemOf(error).code,
    title: titleOf(error, names),
    meaning: maybe
      ? 'A signature of this payment may exist on another device, so it may still be sent.'
      : 'This device did not sign.',
    next: maybe
      ? 'Sign again: it can only become the same payment. Do not propose it anew with another nonce.'
      : 'It is tried again when the approvers are online.',
  };
}

/** The problem of an attempt that failed because this device signs nothing together with a member. */
export const pairedProblem = (
  problem: Problem,
  kind: PairProblem['kind'],
  names: readonly string[],
): Problem => ({
  ...problem,
  code: `wallet/pair-${kind}`,
  title: `This device does not sign together with ${names.join(' and ')} any more`,
  next:
    kind === 'refused'
      ? 'What came from there could not be right. Start signing again only if you trust that device: that allows it anew.'
      : 'What the two share was given up after a message that may have been an attack. Set it up again under Approvers, or let another device approve instead.',
});

/** What stands between this device and other members, by their numbers. */
export async function pairProblems(
  ceremonies: Ceremonies,
  kid: string,
  members: Iterable<number>,
): Promise<Map<number, PairProblem>> {
  const problems = new Map<number, PairProblem>();
  for (const index of members) {
    const problem = await ceremonies.pairProblem(kid, index);
    if (problem !== undefined) problems.set(index, problem);
  }
  return problems;
}

/** Members that an attempt failed with: those that are named, or else every other signer. */
export function toBlame(
  failure: Failure | undefined,
  others: readonly number[],
): readonly number[] {
  const culprit = failure?.culprit;
  const named = [...(failure?.missing ?? []), ...(culprit === undefined ? [] : [culprit])];
  return named.length > 0 ? named : others;
}
