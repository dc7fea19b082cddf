/** What to tell a person about the key of a vault. */
import { CeremonyError } from '../../ceremonies/index.ts';
import type { Founding } from '../../journal/index.ts';
import { problemOf } from '../problems.ts';
import type { Problem } from '../state.ts';

/** Ends a key generation that a member is not in any more. */
export const left = (member: string): CeremonyError =>
  new CeremonyError({
    code: 'ceremonies/left',
    message: `${member} is not in this key generation any more, as after a reload`,
  });

/** A vault has one key: see `VaultKey.judge`. */
export const twoKeys = (): Problem => ({
  code: 'wallet/two-keys',
  title: 'A second key of this vault exists',
  meaning:
    'Some of its devices may use another address than this one. What was sent to this vault’s address stays safe with the devices that share its key.',
  next: 'Send nothing until all devices show the same fingerprint under Approvers. Then make a new vault.',
});

/** Why no key was made, or not yet. */
export function keygenProblem(error: unknown, founding: Founding): Problem {
  const problem = problemOf(error);
  const silent = error instanceof CeremonyError ? error.failure.missing : [];
  const names = silent.flatMap((index) => founding.members[index - 1]?.name ?? []);
  return {
    ...problem,
    title: names.length > 0 ? `Nothing was heard from ${names.join(' and ')}` : problem.title,
    meaning:
      error instanceof CeremonyError && error.failure.remains === 'unfinished-key'
        ? 'The key may be complete on other devices already. This device shows its address only when it is sure.'
        : 'No address exists yet, so no money is at risk.',
    next: 'Keep the app open on all devices. It goes on when all are online.',
  };
}
