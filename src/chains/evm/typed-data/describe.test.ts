import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallFact, Fact, Reading, Review } from '../../review.ts';
import { detailIn, factOf } from '../../testing/facts.ts';
import { toChecksum } from '../address.ts';
import { toHexData } from '../hex.ts';
import type { SigningContext } from '../message/context.ts';
import { ALICE, BOB, knowing, TOKEN } from '../testing/transactions.ts';
import { describeTypedData } from './describe.ts';
import { hashTypedData } from './digest.ts';
import { anyTypedData } from './testing/any.ts';
import {
  authorization,
  cancellation,
  daiPermit,
  details,
  HOUR,
  item,
  type Json,
  members,
  NFT,
  NOW,
  order,
  permit,
  permitBatch,
  permitBatchTransfer,
  permitBatchWitness,
  permitSingle,
  permitTransfer,
  permitWitness,
  price,
  SAFE,
  safeMessage,
  safeTx,
  vote,
  withDomain,
  withoutDomain,
} from './testing/standards.ts';
import { typed } from './testing/typed.ts';
import type { CallReading, InnerCall, Readers } from './understood.ts';

const ORDER = ['danger', 'caution', 'info'];
const NFT_CHECKED = toChecksum(NFT);
const SAFE_CHECKED = toChecksum(SAFE);

const knows = (changes: Partial<SigningContext> = {}): SigningContext => ({
  ...knowing(),
  now: NOW,
  chainId: 1n,
  ...changes,
});

const review = async (
  json: Json,
  changes: Partial<SigningContext> = {},
  readers: Readers = {},
): Promise<Review> => describeTypedData(typed(json), knows(changes), readers);

const lines = ({ shown }: Review): string[] =>
  shown.map(({ depth, label, value }) => `${String(depth)} ${label}: ${value}`);

const codes = ({ warnings }: Review): string[] =>
  warnings.map(({ code, level }) => `${level} ${code.replace('evm/', '')}`);

const callFact = (call: InnerCall, changes: Partial<CallFact> = {}): CallFact => ({
  intent: 'Send 1 ETH to Hosting',
  canonical: 'send',
  to: { address: call.to },
  value: { value: call.value, asset: 'native' },
  delegate: call.delegate ? 'foreign' : 'none',
  reading: 'clear',
  source: undefined,
  signature: undefined,
  facts: [],
  ...changes,
});

const reading = (changes: Partial<CallFact> = {}): Readers => ({
  readCall: async (call): Promise<CallReading> => ({ call: callFact(call, changes), warnings: [] }),
});

describe('intents', () => {
  it.each([
    ['ERC-2612', permit(), 'Let Hosting spend up to 5 USDC'],
    [
      'ERC-2612 without limit',
      permit({ value: (2n ** 256n - 1n).toString() }),
      'Let Hosting spend USDC without limit',
    ],
    ['ERC-2612 taken back', permit({ value: 0 }), "Take back Hosting's permission to spend USDC"],
    ['DAI', daiPermit(), 'Let Hosting spend USDC without limit'],
    [
      'DAI taken back',
      daiPermit({ allowed: false }),
      "Take back Hosting's permission to spend USDC",
    ],
    ['PermitSingle', permitSingle(), 'Let Hosting spend up to 5 USDC'],
    [
      'PermitSingle without limit',
      permitSingle({ details: details({ amount: (2n ** 160n - 1n).toString() }) }),
      'Let Hosting spend USDC without limit',
    ],
    [
      'PermitBatch',
      permitBatch(),
      `Let Hosting spend up to 5 USDC and up to 5\u202f000\u202f000 smallest units of the token ${NFT_CHECKED}`,
    ],
    ['PermitTransferFrom', permitTransfer(), 'Let Hosting spend up to 5 USDC, once'],
    ['PermitBatchTransferFrom', permitBatchTransfer(), 'Let Hosting spend up to 5 USDC, once'],
    ['TransferWithAuthorization', authorization(), 'Send 5 USDC to Hosting'],
    [
      'ReceiveWithAuthorization',
      authorization({}, 'ReceiveWithAuthorization'),
      'Send 5 USDC to Hosting',
    ],
    ['CancelAuthorization', cancellation(), 'Cancel a transfer that was signed before'],
    ['Seaport', order(), `Give 1 of the collection ${NFT_CHECKED} for 2 ETH`],
    [
      'Seaport, a bid',
      order({
        offer: [
          price({ itemType: 1, token: TOKEN, startAmount: 3_000_000, endAmount: 3_000_000 }),
        ].map(({ recipient: _, ...rest }) => rest),
        consideration: [{ ...item(), recipient: ALICE }],
      }),
      `Give 3 USDC for 1 of the collection ${NFT_CHECKED}`,
    ],
  ])('%s is clear', async (_, json, intent) => {
    const { intent: shown, reading: how, refusal, operation } = await review(json);
    expect({ shown, how, refusal, operation }).toEqual({
      shown: intent,
      how: 'clear',
      refusal: undefined,
      operation: 'typed-data',
    });
  });

  it.each([
    ['PermitWitnessTransferFrom', permitWitness()],
    ['PermitBatchWitnessTransferFrom', permitBatchWitness()],
  ])('%s shows its condition, and is not clear', async (_, json) => {
    const shown = await review(json);
    expect(shown.intent).toBe('Let Hosting spend up to 5 USDC, once');
    expect(shown.reading).toBe('decoded');
    expect(codes(shown)).toContain('caution permit2-witness');
    expect(lines(shown)).toContain('1 receiver: ' + ALICE);
    expect(lines(shown)).toContain('1 least: 7');
  });

  it('Safe: the call inside is read by the reader of calls', async () => {
    const calls: InnerCall[] = [];
    const shown = await review(
      safeTx(),
      {},
      {
        readCall: async (call) => {
          calls.push(call);
          return { call: callFact(call), warnings: [] };
        },
      },
    );
    expect(calls).toEqual([
      { chainId: 1n, from: SAFE_CHECKED, to: BOB, value: 10n ** 18n, data: '0x', delegate: false },
    ]);
    expect(shown.intent).toBe(`From the Safe ${SAFE_CHECKED}: Send 1 ETH to Hosting`);
    expect(shown.reading).toBe('clear');
    expect(shown.refusal).toBeUndefined();
    expect(codes(shown)).toEqual([]);
  });

  it('Safe: what nobody reads is refused', async () => {
    for (const readers of [{}, reading({ reading: 'unreadable' })]) {
      const shown = await review(safeTx(), {}, readers);
      expect(shown.reading).toBe('unreadable');
      expect(shown.refusal).toMatch(/cannot read/);
    }
    const old = await review(withoutDomain(safeTx(), 'chainId'), {}, reading());
    expect(old.reading).toBe('unreadable');
    expect((await review(safeTx(), {}, reading({ reading: 'decoded' }))).reading).toBe('decoded');
  });

  it('Safe: a text is shown, a hash is refused', async () => {
    const text = await review(safeMessage(toHexData(new TextEncoder().encode('Hello\nSafe'))));
    expect(text.reading).toBe('clear');
    expect(lines(text)).toEqual(expect.arrayContaining(['1 : Hello', '1 : Safe']));
    expect(codes(text)).toEqual([]);
    const bytes = await review(safeMessage('0xff'));
    expect([bytes.reading, bytes.refusal]).toEqual(['decoded', undefined]);
    const hash = await review(safeMessage(`0x${'41'.repeat(32)}`));
    expect(hash.reading).toBe('unreadable');
    expect(hash.refusal).toBeDefined();
    expect(codes(hash)).toEqual(['danger safe-message-hash']);
  });

  it('shows spender, owner, amount, end, network and contract in full', async () => {
    const shown = await review(permit());
    expect(shown.facts.map(({ label }) => label)).toEqual([
      'From',
      'What',
      'Allowance',
      'Token',
      'Spender',
      'Owner',
      'Can be used until',
      'Nonce',
      'Network',
      'Contract',
      'Application',
    ]);
    expect(lines(shown)).toEqual(
      expect.arrayContaining([
        `0 Spender: ${BOB}`,
        `0 Owner: ${ALICE}`,
        `0 Allowance: 5000000 smallest units of ${TOKEN}`,
        `0 Can be used until: ${(NOW + HOUR).toString()}`,
        '0 Network: eip155:1',
        `0 Contract: ${TOKEN}`,
        '0 Application: USD Coin 2',
      ]),
    );
    expect(factOf(shown, 'Can be used until')?.value).toEqual({
      kind: 'text',
      text: '2026-01-01 01:00:00 UTC',
    });
  });

  it('counts what can leave the account', async () => {
    const leaves = async (json: Json) =>
      (await review(json)).leaves.map(({ value, asset }) => [value, asset]);
    expect(await leaves(permit())).toEqual([[5_000_000n, { token: TOKEN }]]);
    expect(await leaves(permit({ value: 0 }))).toEqual([]);
    expect(await leaves(permitBatch())).toEqual([
      [5_000_000n, { token: TOKEN }],
      [5_000_000n, { token: NFT_CHECKED }],
    ]);
    expect(await leaves(permitWitness())).toEqual([[5_000_000n, { token: TOKEN }]]);
    expect(await leaves(authorization())).toEqual([[5_000_000n, { token: TOKEN }]]);
    expect(await leaves(order())).toEqual([[1n, { token: NFT_CHECKED }]]);
    expect(await leaves(cancellation())).toEqual([]);
  });
});

describe('a known type in a domain that does not fit is not read as an intent', () => {
  const another = (given: Json, type: string, text: string): Json => ({
    ...given,
    types: { ...given.types, [type]: members(text) },
  });

  it.each([
    ['a permit of no contract', withoutDomain(permit(), 'verifyingContract')],
    ['a DAI permit of no contract', withoutDomain(daiPermit(), 'verifyingContract')],
    ['a transfer of no contract', withoutDomain(authorization(), 'verifyingContract')],
    ['a cancellation of no contract', withoutDomain(cancellation(), 'verifyingContract')],
    ['Permit2 by another name', withDomain(permitSingle(), { name: 'Permit3' })],
    ['Permit2 without a chain', withoutDomain(permitSingle(), 'chainId')],
    ['a transfer of Permit2 by another name', withDomain(permitTransfer(), { name: 'Permit3' })],
    ['a witness by another name', withDomain(permitWitness(), { name: 'Permit3' })],
    ['Seaport by another name', withDomain(order(), { name: 'Seaport2' })],
    ['Seaport of another version', withDomain(order(), { version: '1.7' })],
    ['Seaport without a chain', withoutDomain(order(), 'chainId')],
    [
      'a Safe with a name',
      withDomain(
        {
          ...safeTx(),
          types: {
            ...safeTx().types,
            EIP712Domain: members('string name,uint256 chainId,address verifyingContract'),
          },
        },
        { name: 'Safe' },
      ),
    ],
    ['a Safe of no contract', withoutDomain(safeTx(), 'verifyingContract')],
    ['a Safe message of no contract', withoutDomain(safeMessage('0x'), 'verifyingContract')],
    ['an order with an unknown kind of item', order({ offer: [item({ itemType: 6 })] })],
    ['an order of an unknown kind', order({ orderType: 5 })],
    ['a Safe with an unknown operation', safeTx({ operation: 2 })],
    [
      'a permit with a smaller number',
      another(
        permit(),
        'Permit',
        'address owner,address spender,uint128 value,uint256 nonce,uint256 deadline',
      ),
    ],
    [
      'a permit in another order',
      another(
        permit(),
        'Permit',
        'address spender,address owner,uint256 value,uint256 nonce,uint256 deadline',
      ),
    ],
    [
      'a witness with another TokenPermissions',
      another(permitWitness(), 'TokenPermissions', 'address token,uint128 amount'),
    ],
    [
      'a witness that is no struct',
      {
        ...another(
          permitWitness({ witness: 7 }),
          'PermitWitnessTransferFrom',
          'TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,uint256 witness',
        ),
      },
    ],
    [
      'a witness of a batch that is none',
      another(
        permitBatchWitness({ permitted: { token: TOKEN, amount: 1 } }),
        'PermitBatchWitnessTransferFrom',
        'TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,Swap witness',
      ),
    ],
  ])('%s', async (_, json) => {
    const shown = await review(json, {}, reading());
    expect(shown.reading).toBe('decoded');
    expect(codes(shown)).toContain('caution typed-data-unverified');
    expect(shown.leaves).toEqual([]);
  });
});

describe('what nobody knows', () => {
  it('is shown field by field with its types', async () => {
    const shown = await review(vote());
    expect(shown.intent).toBe('Sign Vote for Club, which this wallet does not know');
    expect(shown.reading).toBe('decoded');
    expect(shown.refusal).toBeUndefined();
    expect(codes(shown)).toEqual(['caution typed-data-unverified']);
    expect(lines(shown)).toEqual(
      expect.arrayContaining(['0 question: 12', '0 support: yes', '0 reason: I like it.']),
    );
    expect(factOf(shown, 'question')?.remarks).toEqual(['uint256']);
  });

  it('is read by a descriptor where there is one', async () => {
    const facts: Fact[] = [
      { label: 'Question', value: { kind: 'text', text: '12' }, canonical: '12' },
    ];
    const source = { owner: 'Club', origin: 'built-in', digest: 'ab' };
    const clear = { intent: 'Vote yes', canonical: 'Vote', facts, source, warnings: [] };
    const by = async (how: Reading): Promise<Review> =>
      review(vote(), {}, { clear: async () => ({ ...clear, reading: how }) });
    const shown = await by('clear');
    expect(shown.intent).toBe('Vote yes');
    expect(shown.reading).toBe('clear');
    expect(lines(shown)).toEqual(
      expect.arrayContaining(['0 What: Vote', '0 Question: 12', '1 SHA-256: ab']),
    );
    expect(codes(shown)).toEqual([]);
    const partly = await by('decoded');
    expect([partly.reading, partly.refusal]).toEqual(['decoded', undefined]);
    expect(codes(partly)).toEqual(['caution typed-data-unverified']);
    const unread = await by('unreadable');
    expect(unread.reading).toBe('unreadable');
    expect(unread.refusal).toMatch(/cannot read/);
    const none = await review(vote(), {}, { clear: async () => undefined });
    expect(none.reading).toBe('decoded');
  });

  it('shows every field in the details, whoever read it', async () => {
    const request = typed(permit());
    const shown = await review(permit());
    const { domain, message, digest } = hashTypedData(request);
    expect(detailIn(shown, 'Domain hash')).toBe(toHexData(domain));
    expect(detailIn(shown, 'Message hash')).toBe(toHexData(message));
    expect(detailIn(shown, 'Digest to be signed')).toBe(toHexData(digest));
    expect(detailIn(shown, 'JSON')).toBe(new TextDecoder().decode(request.bytes));
    expect(lines(shown)).toEqual(
      expect.arrayContaining(['1 nonce: 3', '1 value: 5000000', '1 chainId: 1']),
    );
    expect(shown.digests).toEqual([expect.objectContaining({ digest })]);
    expect(shown.bytes).toEqual(request.bytes);
  });

  it('is never thrown at, and every value is shown', async () => {
    await fc.assert(
      fc.asyncProperty(anyTypedData, async (json) => {
        const shown = await describeTypedData(typed(json), knows());
        expect(shown.reading).toBe('decoded');
      }),
    );
  });
});

describe('warnings', () => {
  const FAR = (NOW + 31_536_001n).toString();
  const MAX = (2n ** 256n - 1n).toString();
  const MAX_48 = (2n ** 48n - 1n).toString();

  it.each<[string, Json, Partial<SigningContext>, string[]]>([
    ['a permit that a person knows all about', permit(), {}, ['caution approval']],
    [
      'another chain than the chosen one',
      permit(),
      { chainId: 10n },
      ['danger typed-data-other-chain'],
    ],
    ['no chosen chain', permit(), { chainId: undefined }, []],
    [
      'a chain that is not in the settings',
      permit(),
      { network: undefined },
      ['caution unknown-network', 'caution token-unknown'],
    ],
    ['no chain', withoutDomain(permit(), 'chainId'), {}, ['danger typed-data-no-chain']],
    [
      'no contract',
      withoutDomain(vote(), 'verifyingContract'),
      {},
      ['caution typed-data-no-contract'],
    ],
    [
      'the zero address as contract',
      withDomain(vote(), { verifyingContract: `0x${'00'.repeat(20)}` }),
      {},
      ['caution typed-data-no-contract'],
    ],
    [
      'an own account as contract',
      withDomain(vote(), { verifyingContract: ALICE }),
      {},
      ['danger typed-data-own-contract'],
    ],
    [
      'a deadline that has passed',
      permit({ deadline: (NOW - 1n).toString() }),
      {},
      ['caution signature-expired'],
    ],
    ['a deadline now', permit({ deadline: NOW.toString() }), {}, []],
    ['a deadline in a year', permit({ deadline: (NOW + 31_536_000n).toString() }), {}, []],
    ['a deadline in over a year', permit({ deadline: FAR }), {}, ['caution signature-far']],
    ['a deadline in over a year, and no clock', permit({ deadline: FAR }), { now: undefined }, []],
    ['no end', permit({ deadline: MAX }), { now: undefined }, ['caution signature-endless']],
    [
      'a DAI permit without end',
      daiPermit({ expiry: 0 }),
      {},
      ['danger approval-unlimited', 'caution signature-endless'],
    ],
    ['no limit', permit({ value: MAX }), {}, ['danger approval-unlimited']],
    ['a permission taken back', permit({ value: 0 }), {}, ['info approval-ends']],
    [
      'an own account that is not the one that signs',
      permit({ owner: BOB }),
      {},
      ['caution typed-data-other-account'],
    ],
    [
      'a spender that looks like a known address',
      permit({ spender: `${BOB.slice(0, 8)}11${BOB.slice(10)}`.toLowerCase() }),
      {},
      ['danger look-alike', 'caution new-spender'],
    ],
    [
      'the token as spender',
      permit({ spender: TOKEN }),
      {},
      ['danger to-token-contract', 'caution new-spender'],
    ],
    [
      'a permission of Permit2 without end',
      permitSingle({ details: details({ expiration: MAX_48 }) }),
      {},
      ['caution permission-endless'],
    ],
    [
      'a permission of Permit2 for over a year',
      permitSingle({ details: details({ expiration: FAR }) }),
      {},
      ['caution permission-far'],
    ],
    [
      'a permission of Permit2 for one block',
      permitSingle({ details: details({ expiration: 0 }) }),
      {},
      [],
    ],
    [
      'a signature of Permit2 without end',
      permitSingle({ sigDeadline: MAX }),
      {},
      ['caution signature-endless'],
    ],
    [
      'a transfer of Permit2 without end',
      permitTransfer({ deadline: MAX }),
      {},
      ['caution signature-endless'],
    ],
    [
      'a second token of Permit2 without limit',
      permitBatch({
        details: [details(), details({ token: NFT, amount: (2n ** 160n - 1n).toString() })],
      }),
      {},
      ['danger approval-unlimited', 'caution token-unknown'],
    ],
    [
      'another contract called Permit2',
      withDomain(permitSingle(), { verifyingContract: NFT }),
      {},
      ['danger permit2-other-contract'],
    ],
    [
      'the Permit2 of zkSync',
      withDomain(permitSingle(), {
        verifyingContract: '0x0000000000225e31D15943971F47aD3022F714Fa',
      }),
      {},
      [],
    ],
    [
      'a transfer from another account',
      authorization({ from: BOB }),
      {},
      ['caution typed-data-other-account'],
    ],
    ['a transfer to a new address', authorization({ to: NFT }), {}, ['caution first-payment']],
    [
      'a transfer later',
      authorization({ validAfter: NOW.toString() }),
      {},
      ['info signature-early'],
    ],
    [
      'a transfer that ends now',
      authorization({ validBefore: NOW.toString() }),
      {},
      ['caution signature-expired'],
    ],
    [
      'a transfer that never held',
      authorization({ validBefore: 0 }),
      {},
      ['caution signature-expired'],
    ],
    [
      'a cancellation for another account',
      cancellation({ authorizer: BOB }),
      {},
      ['caution typed-data-other-account'],
    ],
    ['an order', order(), {}, []],
    ['an order for nothing', order({ consideration: [] }), {}, ['danger order-for-nothing']],
    [
      'an order whose price falls to nothing',
      order({ consideration: [price({ endAmount: 0 })] }),
      {},
      ['danger order-for-nothing'],
    ],
    [
      'an order that pays somebody else',
      order({ consideration: [price({ recipient: BOB })] }),
      {},
      ['danger order-for-nothing'],
    ],
    ['an order that gives nothing', order({ offer: [], consideration: [] }), {}, []],
    [
      'an order for any item',
      order({ offer: [item({ itemType: 4, identifierOrCriteria: 0 })] }),
      {},
      ['danger order-any-item'],
    ],
    ['an order for an item of a list', order({ offer: [item({ itemType: 4 })] }), {}, []],
    [
      'an order of another account',
      order({ offerer: BOB, consideration: [price({ recipient: BOB })] }),
      {},
      ['caution typed-data-other-account'],
    ],
    ['an order without end', order({ endTime: MAX }), {}, ['caution signature-endless']],
    [
      'another contract called Seaport',
      withDomain(order(), { verifyingContract: NFT }),
      {},
      ['danger order-other-contract'],
    ],
    [
      'the contract of another version of Seaport',
      withDomain(order(), { version: '1.5' }),
      {},
      ['danger order-other-contract'],
    ],
    ['a Safe that hands its rights over', safeTx({ operation: 1 }), {}, ['danger delegatecall']],
    ['a Safe that pays for gas', safeTx({ gasPrice: 1 }), {}, ['danger safe-refund']],
    ['a Safe that does nothing', safeTx({ to: SAFE, value: 0 }), {}, ['info safe-rejection']],
    ['hidden characters', vote({ reason: 'a\u200bb' }), {}, ['caution hidden-characters']],
    [
      'hidden characters in the domain',
      withDomain(vote(), { name: 'a\u200bb' }),
      {},
      ['caution hidden-characters'],
    ],
    ['text that turns around', vote({ reason: 'a\u202eb' }), {}, ['danger bidirectional-text']],
    ['letters of two alphabets', vote({ reason: 'p\u0430ypal' }), {}, ['caution mixed-scripts']],
    [
      'what looks like a permission',
      {
        ...vote(),
        types: {
          ...vote().types,
          Vote: members('uint256 question,bool support,string reason,address spender'),
        },
        message: { ...vote().message, spender: BOB },
      },
      {},
      ['caution looks-like-permission'],
    ],
  ])('%s', async (_, json, changes, expected) => {
    // What the plain case of the standard says already is left out.
    const plain = new Set(
      _.startsWith('a permit that a person')
        ? []
        : ['caution approval', 'caution typed-data-unverified'],
    );
    const shown = codes(await review(json, changes, reading()));
    const unknownToken =
      json.primaryType === 'PermitBatch' || expected.includes('caution token-unknown');
    expect(
      shown
        .filter((code) => !plain.has(code) && (unknownToken || code !== 'caution token-unknown'))
        .sort(),
    ).toEqual([...expected].sort());
  });

  it('say nothing of foreign code where a Safe runs a known helper', async () => {
    const helper = reading({ delegate: 'helper' });
    expect(codes(await review(safeTx({ operation: 1 }), {}, helper))).toEqual([]);
  });

  it('come worst first', async () => {
    const levels = (await review(withoutDomain(permit({ deadline: MAX }), 'chainId'))).warnings.map(
      ({ level }) => level,
    );
    expect(levels).toEqual([...levels].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
    expect(levels[0]).toBe('danger');
  });
});

describe('what was shown', () => {
  it('is the same whatever a device knows, and changes with every field', async () => {
    const digest = async (json: Json, changes: Partial<SigningContext> = {}) =>
      (await review(json, changes, reading())).shownDigest;
    const notes = {
      now: undefined,
      chainId: undefined,
      network: undefined,
      contacts: [],
      paid: undefined,
    };
    for (const json of [permit(), permitWitness(), order(), safeTx(), vote()]) {
      expect(await digest(json)).toEqual(await digest(json, notes));
    }
    expect(await digest(permit())).not.toEqual(await digest(permit({ nonce: 4 })));
  });
});
