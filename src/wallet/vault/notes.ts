/** What this device knows besides the bytes, for `describe`: names, history, balances. */
import {
  chainIdOf,
  digestsOf,
  readFacts,
  type ChainRequest,
  type DescribeContext,
  type EvmChainRequest,
  type EvmRequest,
  type NamedAccount,
  type SigningContext,
  type Subject,
} from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import type { VaultState } from '../../journal/index.ts';
import type { Nodes } from '../nodes.ts';
import type { Account, Accounts } from './accounts.ts';
import type { CoinAccount } from './coin-accounts.ts';
import { coinNotesFor, type CoinNotesSource } from './coin-notes.ts';

/** A transaction of this vault that is signed. */
export interface Past {
  readonly id: string;
  readonly account: number;
  readonly request: EvmRequest;
  readonly confirmed: boolean;
}

/** An account of either kind. */
export type AnyAccount = Account | CoinAccount;

export interface NotesSource extends CoinNotesSource {
  readonly accounts: Accounts;
  readonly nodes: Nodes;
  readonly past: readonly Past[];
  /** Transactions that a signature may exist of. */
  readonly committed: readonly Past[];
}

const MINUTE_MS = 60_000;

export interface Circumstances {
  /** The proposal that is described: it does not wait for itself. */
  readonly except?: string | undefined;
  /** `false`: the address was typed without a checksum. */
  readonly checksummed?: boolean | undefined;
  /** Whether it is still of interest what would come of it. */
  readonly undecided?: boolean;
}

/** A request with its notes. `undefined`: it is not one of an account of that chain. */
export function subjectOf(
  source: NotesSource,
  request: ChainRequest,
  account: AnyAccount,
  circumstances: Circumstances = {},
): Subject | undefined {
  if (request.kind === 'bitcoin') {
    if (account.chain !== 'bitcoin') return undefined;
    return { chain: 'bitcoin', request, context: coinNotesFor(source, account) };
  }
  if (account.chain !== 'evm') return undefined;
  const context = notesFor(source, request, account, circumstances);
  return { chain: 'evm', request, context };
}

function notesFor(
  { state, accounts, nodes, past, committed, now }: NotesSource,
  request: EvmChainRequest,
  account: Account,
  { except, checksummed, undecided = false }: Circumstances,
): SigningContext {
  const chainId = chainIdOf(request);
  const named = namedAccounts(state, accounts);
  const others = past.filter(({ id }) => id !== except);
  const waiting = others.filter(
    (other) =>
      other.account === account.index && other.request.tx.chainId === chainId && !other.confirmed,
  );
  return {
    from: named.find(({ index }) => index === account.index) ?? {
      index: account.index,
      name: `Account ${String(account.index)}`,
      address: account.address,
    },
    accounts: named,
    contacts: [...state.contacts.values()],
    network: chainId === undefined ? undefined : networkOf(nodes, chainId),
    // A payment that is signed counts in its own notes, too: its receiver is no "new address" any more.
    paid: past.flatMap((other) => receiverOf(other.request)),
    state:
      request.kind === 'evm'
        ? accountStateOf(
            nodes,
            request,
            account.address,
            waiting.map((other) => other.request.tx.nonce),
          )
        : undefined,
    repeats: request.kind === 'evm' ? repeatsOf(committed, request, account, except) : [],
    checksummed,
    estimate:
      request.kind === 'evm' && undecided
        ? nodes.simulations.get(simulationKey(request, account), request, account.address)
        : undefined,
    // For deadlines, to the minute: a review is not made anew every second.
    now:
      request.kind === 'evm'
        ? undefined
        : BigInt((Math.floor(now / MINUTE_MS) * MINUTE_MS) / 1_000),
    chainId: undefined,
  };
}

/** What a request of an account is simulated as. */
export const simulationKey = (request: EvmRequest, { address }: Account): string =>
  `${address}/${digestsOf(request).map(toHex).join()}`;

/** Nonces of earlier payments of the same that may be signed. */
function repeatsOf(
  committed: readonly Past[],
  request: EvmRequest,
  account: Account,
  except: string | undefined,
): bigint[] {
  return committed
    .filter(
      (other) =>
        other.id !== except &&
        !other.confirmed &&
        other.account === account.index &&
        isSamePayment(other.request, request) &&
        other.request.tx.nonce !== request.tx.nonce,
    )
    .map((other) => other.request.tx.nonce);
}

/** Whether two requests do the same on the same chain, whatever nonce and fee they have. */
export const isSamePayment = ({ tx: a }: EvmRequest, { tx: b }: EvmRequest): boolean =>
  a.chainId === b.chainId && a.to === b.to && a.value === b.value && a.data === b.data;

/** Accounts with name and address, as far as they are derived. */
function namedAccounts(state: VaultState, accounts: Accounts): NamedAccount[] {
  return state.accounts.flatMap(({ index, name }) => {
    const account = accounts.get(index);
    return account === undefined ? [] : [{ index, name, address: account.address }];
  });
}

function networkOf(nodes: Nodes, chainId: bigint): DescribeContext['network'] {
  const setting = nodes.setting(chainId);
  if (setting === undefined) return undefined;
  const { name, nativeSymbol } = setting;
  return { name, nativeSymbol, tokens: nodes.units(chainId) };
}

function accountStateOf(
  nodes: Nodes,
  request: EvmRequest,
  address: string,
  waitingNonces: readonly bigint[],
): DescribeContext['state'] {
  const state = nodes.accountState(request.tx.chainId, address);
  if (state === undefined) return undefined;
  const { balance, nextNonce, tokens } = state;
  const contract = request.tx.to ?? '';
  const [, tokenBalance] =
    [...tokens].find(([token]) => token.toLowerCase() === contract.toLowerCase()) ?? [];
  return { balance, tokenBalance, nextNonce, waitingNonces };
}

/** Whom a request pays or lets spend. */
function receiverOf(request: EvmRequest): string[] {
  const { to } = readFacts(request.tx);
  return to === undefined ? [] : [to];
}
