/** Typed data of the standards that are known, from ALICE, as an application sends them. */
import { ALICE, BOB, TOKEN } from '../../testing/transactions.ts';

/** 2026-01-01 00:00:00 UTC. */
export const NOW = 1_767_225_600n;
export const HOUR = 3600n;

const SOON = (NOW + HOUR).toString();
const PERMIT2 = '0x000000000022D473030F116dDEE9F6B43aC78BA3';
const SEAPORT = '0x0000000000000068F116a894984e2DB1123eB395';
export const SAFE = '0x5aFe00000000000000000000000000000005AFe5'.toLowerCase();
export const NFT = '0x0f70000000000000000000000000000000000f70';

type Members = readonly { name: string; type: string }[];

export interface Json {
  readonly types: Readonly<Record<string, Members>>;
  readonly primaryType: string;
  readonly domain: Readonly<Record<string, unknown>>;
  readonly message: Readonly<Record<string, unknown>>;
}

/** Members as Solidity writes them: `address owner,uint256 value`. */
export const members = (text: string): Members =>
  text.split(',').map((member) => {
    const [type = '', name = ''] = member.split(' ');
    return { name, type };
  });

const DOMAIN = {
  name: 'string',
  version: 'string',
  chainId: 'uint256',
  verifyingContract: 'address',
} as const;

function json(
  domain: Partial<Record<keyof typeof DOMAIN, unknown>>,
  types: Record<string, string>,
  message: Record<string, unknown>,
): Json {
  const names = Object.keys(domain) as (keyof typeof DOMAIN)[];
  const [primaryType = ''] = Object.keys(types);
  return {
    types: {
      EIP712Domain: names.map((name) => ({ name, type: DOMAIN[name] })),
      ...Object.fromEntries(Object.entries(types).map(([name, text]) => [name, members(text)])),
    },
    primaryType,
    domain,
    message,
  };
}

const token = { name: 'USD Coin', version: '2', chainId: 1, verifyingContract: TOKEN };

export const permit = (changes: object = {}): Json =>
  json(
    token,
    { Permit: 'address owner,address spender,uint256 value,uint256 nonce,uint256 deadline' },
    { owner: ALICE, spender: BOB, value: '5000000', nonce: 3, deadline: SOON, ...changes },
  );

export const daiPermit = (changes: object = {}): Json =>
  json(
    { ...token, name: 'Dai Stablecoin', version: '1' },
    { Permit: 'address holder,address spender,uint256 nonce,uint256 expiry,bool allowed' },
    { holder: ALICE, spender: BOB, nonce: 3, expiry: SOON, allowed: true, ...changes },
  );

const permit2 = { name: 'Permit2', chainId: 1, verifyingContract: PERMIT2 };
const PermitDetails = 'address token,uint160 amount,uint48 expiration,uint48 nonce';
const TokenPermissions = 'address token,uint256 amount';
export const details = (changes: object = {}) => ({
  token: TOKEN,
  amount: '5000000',
  expiration: SOON,
  nonce: 0,
  ...changes,
});

export const permitSingle = (changes: object = {}): Json =>
  json(
    permit2,
    { PermitSingle: 'PermitDetails details,address spender,uint256 sigDeadline', PermitDetails },
    { details: details(), spender: BOB, sigDeadline: SOON, ...changes },
  );

export const permitBatch = (changes: object = {}): Json =>
  json(
    permit2,
    { PermitBatch: 'PermitDetails[] details,address spender,uint256 sigDeadline', PermitDetails },
    { details: [details(), details({ token: NFT })], spender: BOB, sigDeadline: SOON, ...changes },
  );

const REST = 'address spender,uint256 nonce,uint256 deadline';
const rest = { spender: BOB, nonce: 9, deadline: SOON };
const permitted = { token: TOKEN, amount: '5000000' };

export const permitTransfer = (changes: object = {}): Json =>
  json(
    permit2,
    { PermitTransferFrom: `TokenPermissions permitted,${REST}`, TokenPermissions },
    { permitted, ...rest, ...changes },
  );

export const permitBatchTransfer = (changes: object = {}): Json =>
  json(
    permit2,
    { PermitBatchTransferFrom: `TokenPermissions[] permitted,${REST}`, TokenPermissions },
    { permitted: [permitted], ...rest, ...changes },
  );

export const permitWitness = (changes: object = {}): Json =>
  json(
    permit2,
    {
      PermitWitnessTransferFrom: `TokenPermissions permitted,${REST},Swap witness`,
      TokenPermissions,
      Swap: 'address receiver,uint256 least',
    },
    { permitted, ...rest, witness: { receiver: ALICE, least: 7 }, ...changes },
  );

export const permitBatchWitness = (changes: object = {}): Json =>
  json(
    permit2,
    {
      PermitBatchWitnessTransferFrom: `TokenPermissions[] permitted,${REST},Swap witness`,
      TokenPermissions,
      Swap: 'address receiver,uint256 least',
    },
    { permitted: [permitted], ...rest, witness: { receiver: ALICE, least: 7 }, ...changes },
  );

const AUTHORIZATION =
  'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce';
const nonce = `0x${'07'.repeat(32)}`;

export const authorization = (
  changes: object = {},
  primaryType = 'TransferWithAuthorization',
): Json =>
  json(
    token,
    { [primaryType]: AUTHORIZATION },
    { from: ALICE, to: BOB, value: '5000000', validAfter: 0, validBefore: SOON, nonce, ...changes },
  );

export const cancellation = (changes: object = {}): Json =>
  json(
    token,
    { CancelAuthorization: 'address authorizer,bytes32 nonce' },
    { authorizer: ALICE, nonce, ...changes },
  );

const OfferItem =
  'uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount';
const ZERO = `0x${'00'.repeat(20)}`;

export const item = (changes: object = {}) => ({
  itemType: 2,
  token: NFT,
  identifierOrCriteria: 77,
  startAmount: 1,
  endAmount: 1,
  ...changes,
});

export const price = (changes: object = {}) => ({
  ...item({ itemType: 0, token: ZERO, identifierOrCriteria: 0 }),
  startAmount: '2000000000000000000',
  endAmount: '2000000000000000000',
  recipient: ALICE,
  ...changes,
});

export const order = (changes: object = {}): Json =>
  json(
    { name: 'Seaport', version: '1.6', chainId: 1, verifyingContract: SEAPORT },
    {
      OrderComponents:
        'address offerer,address zone,OfferItem[] offer,ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter',
      OfferItem,
      ConsiderationItem: `${OfferItem},address recipient`,
    },
    {
      offerer: ALICE,
      zone: ZERO,
      offer: [item()],
      consideration: [price(), price({ startAmount: 5, endAmount: 5, recipient: BOB })],
      orderType: 0,
      startTime: 0,
      endTime: SOON,
      zoneHash: `0x${'00'.repeat(32)}`,
      salt: 1,
      conduitKey: `0x${'00'.repeat(32)}`,
      counter: 0,
      ...changes,
    },
  );

export const safeTx = (changes: object = {}): Json =>
  json(
    { chainId: 1, verifyingContract: SAFE },
    {
      SafeTx:
        'address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce',
    },
    {
      to: BOB,
      value: '1000000000000000000',
      data: '0x',
      operation: 0,
      safeTxGas: 0,
      baseGas: 0,
      gasPrice: 0,
      gasToken: ZERO,
      refundReceiver: ZERO,
      nonce: 12,
      ...changes,
    },
  );

export const safeMessage = (message: string): Json =>
  json({ chainId: 1, verifyingContract: SAFE }, { SafeMessage: 'bytes message' }, { message });

/** Of no standard. */
export const vote = (changes: object = {}): Json =>
  json(
    { name: 'Club', version: '1', chainId: 1, verifyingContract: NFT },
    { Vote: 'uint256 question,bool support,string reason' },
    { question: 12, support: true, reason: 'I like it.', ...changes },
  );

export const withDomain = (given: Json, domain: Record<string, unknown>): Json => ({
  ...given,
  domain: { ...given.domain, ...domain },
});

/** The same without some of the domain's members. */
export const withoutDomain = (given: Json, ...names: string[]): Json => ({
  ...given,
  types: {
    ...given.types,
    EIP712Domain: (given.types['EIP712Domain'] ?? []).filter(({ name }) => !names.includes(name)),
  },
  domain: Object.fromEntries(
    Object.entries(given.domain).filter(([name]) => !names.includes(name)),
  ),
});
