/** What to tell a person about the keys of a vault. */
import { CeremonyError, TAPROOT, type KeySuite } from '../../ceremonies/index.ts';
import type { Founding } from '../../journal/index.ts';
import { problemOf } from '../problems.ts';
import type { Problem } from '../state.ts';

/** Ends a key generation that a member is not in any more. */
export const left = (member: string): CeremonyError =>
  new CeremonyError({
    code: 'ceremonies/left',
    message: `${member} is not in this key generation any more, as after a reload`,
  });

/** A vault has one key of a suite: see `VaultKey.judge`. */
export const twoKeys = (suite: KeySuite): Problem =>
  suite === TAPROOT
    ? {
        code: 'wallet/two-taproot-keys',
        title: 'A second key for Taproot exists in this vault',
        meaning:
          'Some of its devices may use other Taproot addresses than this one. What was sent to this device’s addresses stays safe with the devices that share its key.',
        next: 'Send nothing to a Taproot address until all devices show the same one. Then make a new vault.',
      }
    : {
        code: 'wallet/two-keys',
        title: 'A second key of this vault exists',
        meaning:
          'Some of its devices may use another address than this one. What was sent to this vault’s address stays safe with the devices that share its key.',
        next: 'Send nothing until all devices show the same fingerprint under Approvers. Then make a new vault.',
      };

/** Why no key was made, or not yet. */
export function keygenProblem(
  error: unknown,
  { founding, suite }: { readonly founding: Founding; readonly suite: KeySuite },
): Problem {
  const problem = problemOf(error);
  const silent = error instanceof CeremonyError ? error.failure.missing : [];
  const names = silent.flatMap((index) => founding.members[index - 1]?.name ?? []);
  const nothing =
    suite === TAPROOT
      ? 'No Taproot address exists yet, so no money is at risk. The other accounts go on as before.'
      : 'No address exists yet, so no money is at risk.';
  return {
    ...problem,
    title: names.length > 0 ? `Nothing was heard from ${names.join(' and ')}` : problem.title,
    meaning:
      error instanceof CeremonyError && error.failure.remains === 'unfinished-key'
        ? 'The key may be complete on other devices already. This device shows its address only when it is sure.'
        : nothing,
    next: 'Keep the app open on all devices. It goes on when all are online.',
  };
}
