/**
 * What known functions can do to an account, told from their arguments by this wallet itself: it holds
 * whatever a descriptor says about the same call.
 */
import type { Warning } from '../../review.ts';
import { sameAddress } from '../context.ts';
import type { Hex } from '../hex.ts';
import type { Call } from '../clear/call.ts';
import { addressOfNode, integerOf } from '../clear/node.ts';
import { type Arguments, argumentsOf, bySelector, selectorOf } from './functions.ts';
import { isUnlimited } from '../unlimited.ts';

/** Smallest units of a token that leave the account of the call, or that somebody may take from it. */
interface Leaving {
  readonly token: Hex;
  readonly value: bigint;
  readonly unlimited: boolean;
}

export interface Effects {
  readonly warnings: readonly Warning[];
  readonly leaves: readonly Leaving[];
}

type Effect = (args: Arguments, call: Call & { readonly to: Hex }) => Effects;

const NONE: Effects = { warnings: [], leaves: [] };

const warning = (level: Warning['level'], code: string, title: string, text: string): Effects => ({
  warnings: [{ code: `evm/${code}`, level, title, text }],
  leaves: [],
});

const number = (args: Arguments, name: string): bigint => integerOf(args[name]) ?? 0n;

/** Somebody may take up to an amount of a token. */
function allowance(value: bigint, token: Hex | undefined): Effects {
  if (value === 0n) {
    return warning(
      'info',
      'approval-ends',
      'Takes a permission back',
      'What was spent before this is in a block stays spent.',
    );
  }
  const unlimited = isUnlimited(value);
  const { warnings } = unlimited
    ? warning(
        'danger',
        'approval-unlimited',
        'Permission without a limit',
        'Whoever controls the spender can take all of this token from the account, now and later, without asking again.',
      )
    : warning(
        'caution',
        'approval',
        'Permission to spend',
        'Whoever controls the spender can take this amount at any time, without asking again.',
      );
  return { warnings, leaves: token === undefined ? [] : [{ token, value, unlimited }] };
}

const approve: Effect = (args, { to }) => allowance(number(args, 'value'), to);
const transfer: Effect = (args, { to }) => leaving(to, number(args, 'value'));

const leaving = (token: Hex, value: bigint): Effects =>
  value === 0n ? NONE : { warnings: [], leaves: [{ token, value, unlimited: false }] };

const transferFrom: Effect = (args, { from, to }) => {
  const owner = addressOfNode(args['from']) ?? from;
  if (sameAddress(owner, from)) return leaving(to, number(args, 'value'));
  return warning(
    'info',
    'foreign-tokens',
    'Moves what somebody else owns',
    'This works only where the owner gave permission.',
  );
};

/** ERC-721 and ERC-1155: one operator for everything. */
const operator: Effect = (args) => {
  const { approved } = args;
  return approved?.kind === 'leaf' && approved.value === false
    ? warning(
        'info',
        'approval-ends',
        'Takes a permission back',
        'What was moved before this is in a block stays moved.',
      )
    : warning(
        'danger',
        'approval-all',
        'Permission over a whole collection',
        'Whoever controls the operator can take every piece of this collection from the account, now and later.',
      );
};

/** The permission is by somebody's signature; the call only hands it in. */
const handedIn: Effect = (args) => allowance(number(args, 'value'), undefined);

const permit2: Effect = (args) => allowance(number(args, 'amount'), addressOfNode(args['token']));

const safeAdministration =
  (code: string, title: string, text: string): Effect =>
  () =>
    warning('danger', code, title, text);

const owners = safeAdministration(
  'safe-owner-change',
  'Changes who owns a Safe',
  'New owners can move everything in it, and removed owners cannot. A wrong address may lock it for good.',
);
const threshold = safeAdministration(
  'safe-threshold-change',
  'Changes how many owners a Safe needs',
  'With fewer signatures it is easier to rob, with more it may become impossible to use.',
);
const module = safeAdministration(
  'safe-module',
  'Changes the modules of a Safe',
  'A module can move everything in the Safe without any signature of its owners.',
);
const guard = safeAdministration(
  'safe-guard',
  'Changes the guard of a Safe',
  'A guard decides which transactions are possible: a wrong one may lock the Safe for good.',
);
const fallback = safeAdministration(
  'safe-fallback-handler',
  'Changes the fallback handler of a Safe',
  'It answers for the Safe whether a signature holds: a wrong one can sign in its name.',
);
const masterCopy = safeAdministration(
  'safe-master-copy',
  'Changes the code of a Safe',
  'The new code decides about everything in it: a wrong one can take or lock all.',
);
const hash = safeAdministration(
  'safe-approve-hash',
  'Approves a Safe transaction that is not shown',
  'Only the hash is here. Whoever knows the transaction behind it can use this approval.',
);
const setup = safeAdministration(
  'safe-setup',
  'Sets up a Safe',
  'It names owners and threshold, and can run foreign code as the Safe.',
);

const control =
  (title: string, text: string): Effect =>
  () =>
    warning('danger', 'contract-control', title, text);

const EFFECTS = bySelector<Effect>([
  ['transfer(address to, uint256 value)', transfer],
  ['transferFrom(address from, address to, uint256 value)', transferFrom],
  ['approve(address spender, uint256 value)', approve],
  ['increaseAllowance(address spender, uint256 value)', approve],
  ['decreaseAllowance(address spender, uint256 value)', () => NONE],
  [
    'permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)',
    handedIn,
  ],
  [
    'permit(address holder, address spender, uint256 nonce, uint256 expiry, bool allowed, uint8 v, bytes32 r, bytes32 s)',
    (args) => {
      const { allowed } = args;
      const ends = allowed?.kind === 'leaf' && allowed.value === false;
      return allowance(ends ? 0n : 2n ** 256n - 1n, undefined);
    },
  ],
  ['setApprovalForAll(address operator, bool approved)', operator],
  ['approve(address token, address spender, uint160 amount, uint48 expiration)', permit2],
  [
    'permit(address owner, ((address token, uint160 amount, uint48 expiration, uint48 nonce) details, address spender, uint256 sigDeadline) permitSingle, bytes signature)',
    () => warning('caution', 'approval', 'Permission to spend', PERMIT2_HANDED_IN),
  ],
  [
    'permit(address owner, ((address token, uint160 amount, uint48 expiration, uint48 nonce)[] details, address spender, uint256 sigDeadline) permitBatch, bytes signature)',
    () => warning('caution', 'approval', 'Permission to spend', PERMIT2_HANDED_IN),
  ],
  ['addOwnerWithThreshold(address owner, uint256 _threshold)', owners],
  ['removeOwner(address prevOwner, address owner, uint256 _threshold)', owners],
  ['swapOwner(address prevOwner, address oldOwner, address newOwner)', owners],
  ['changeThreshold(uint256 _threshold)', threshold],
  ['enableModule(address module)', module],
  ['disableModule(address prevModule, address module)', module],
  ['setGuard(address guard)', guard],
  ['setModuleGuard(address moduleGuard)', guard],
  ['setFallbackHandler(address handler)', fallback],
  ['changeMasterCopy(address _masterCopy)', masterCopy],
  ['approveHash(bytes32 hashToApprove)', hash],
  [
    'setup(address[] _owners, uint256 _threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver)',
    setup,
  ],
  [
    'transferOwnership(address newOwner)',
    control(
      'Hands a contract over',
      'The new owner decides about the contract from then on; a wrong address cannot be undone.',
    ),
  ],
  [
    'renounceOwnership()',
    control('Gives a contract up', 'Nobody can administer the contract afterwards.'),
  ],
  [
    'upgradeTo(address newImplementation)',
    control('Replaces the code of a contract', 'The new code decides about everything in it.'),
  ],
  [
    'upgradeToAndCall(address newImplementation, bytes data)',
    control('Replaces the code of a contract', 'The new code decides about everything in it.'),
  ],
  [
    'changeAdmin(address newAdmin)',
    control('Hands a contract over', 'The new admin can replace the code of the contract.'),
  ],
  [
    'grantRole(bytes32 role, address account)',
    control('Gives rights over a contract', 'Whoever holds the role can use it at once.'),
  ],
]);

const PERMIT2_HANDED_IN =
  'It hands in a signed permission: the spender can take the amount until the permission ends.';

/** Whether this wallet reads a function by itself, beside a descriptor. */
export const isKnownDanger = (selector: Hex): boolean => EFFECTS.has(selector);

/** What the call can do, as far as this wallet knows the function and the calldata is canonical. */
export function effectsOf(call: Call & { readonly to: Hex }): Effects {
  const entry = EFFECTS.get(selectorOf(call.data));
  const args = entry && argumentsOf(entry.signature, call.data);
  return entry === undefined || args === undefined ? NONE : entry.value(args, call);
}
