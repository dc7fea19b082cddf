/** Contracts that many people use, on a chain: what the screen says that a call does is what the call does. */
import { AbiFunction, Address, Secp256k1, Signature, TypedData, type Hex } from 'ox';
import type { Chain } from '../chain.ts';
import { safeCalls, safeTypedData } from '../contracts/safe.ts';
import { someone } from '../people.ts';
import { expect } from '../test.ts';
import { SIGNING_TIMEOUT, test, type Member, type SharedVault } from '../vault.ts';

test.skip(({ isMobile }) => isMobile, 'the same on every screen');

const transfer = AbiFunction.from('function transfer(address to, uint256 value)');
const multicall = AbiFunction.from('function multicall(bytes[] calls)');

const pay = (to: string, value: bigint): Hex.Hex =>
  AbiFunction.encodeData(transfer, [to as Hex.Hex, value]);

const severalOf = (...calls: readonly Hex.Hex[]): Hex.Hex =>
  AbiFunction.encodeData(multicall, [calls]);

const pasted = (from: string, to: string, data: string): string =>
  JSON.stringify({ from, to, data, chainId: '0x7a69' });

/**
 * One proposes what is pasted and another sees the same words; both approve, and it is mined.
 *
 * @param look at the review on each device before it approves
 */
async function carryOut(
  { ada, ben }: SharedVault,
  text: string,
  look: (member: Member) => Promise<void>,
): Promise<void> {
  await ada.propose.open();
  await ada.propose.paste(text);
  await look(ada);
  const intent = await ada.page.getByRole('heading', { level: 1 }).innerText();
  await ada.propose.propose();
  await ben.home.openWaiting(intent);
  expect(await ben.proposal.words()).toEqual(await ada.proposal.words());
  await look(ben);
  await ben.proposal.approve();
  await ben.proposal.expectStanding('Confirmed.', SIGNING_TIMEOUT);
}

/** What the outermost call and all calls inside say that they do, in the order of the screen. */
const calls = async ({ page }: Member): Promise<string[]> =>
  page.locator('.call > .strong').allInnerTexts();

const paidOf = async (chain: Chain, coin: string, ...people: string[]): Promise<bigint[]> =>
  Promise.all(people.map(async (one) => chain.coinBalance(coin, one)));

test('a Safe pays: the call inside is read, and the token moves', async ({
  vault,
  chain,
  safes,
}) => {
  const { address } = vault;
  const to = someone();
  const safe = await safes.deploy([address], 1n);
  const coin = await chain.deployCoin({ symbol: 'EURS', holder: safe.address, supply: 9_000_000n });
  const data = safeCalls.execute(
    { to: coin, data: pay(to, 2_500_000n) },
    safeCalls.sentBy(address),
  );
  await carryOut(vault, pasted(address, safe.address, data), async (member) => {
    expect(await calls(member)).toEqual([
      `From the Safe ${safe.address}: Send 2.5 EURS to ${to}`,
      `Send 2.5 EURS to ${to}`,
    ]);
  });
  expect(await paidOf(chain, coin, to)).toEqual([2_500_000n]);
});

test('who owns a Safe and how many it needs is called what it is', async ({ vault, safes }) => {
  const { address } = vault;
  const owner = someone();
  const safe = await safes.deploy([address], 1n);
  const both = safeCalls.multiSend([
    { to: safe.address, data: safeCalls.addOwner(owner, 1n) },
    { to: safe.address, data: safeCalls.changeThreshold(2n) },
  ]);
  const batch = { to: safes.multiSend, data: both, operation: 1 } as const;
  const data = safeCalls.execute(batch, safeCalls.sentBy(address));
  await carryOut(vault, pasted(address, safe.address, data), async (member) => {
    const { proposal, page } = member;
    await proposal.expectDanger('Changes who owns a Safe');
    await proposal.expectDanger('Changes how many owners a Safe needs');
    // A helper that is known is no danger, and no red line.
    await expect(page.getByText('Runs the code of a known helper')).toBeVisible();
    await expect(page.locator('.call-danger')).toBeHidden();
    expect((await calls(member)).slice(2)).toEqual([
      `Add the owner ${owner} to the Safe ${safe.address}; owners needed from then on: 1`,
      `Owners that the Safe ${safe.address} needs from then on: 2`,
    ]);
  });
  expect(await safe.owners()).toContain(owner);
  expect(await safe.threshold()).toBe(2n);
});

test('foreign code deep in a batch of a Safe is named in red and not signed', async ({
  vault,
  chain,
  safes,
}) => {
  const { ada, address } = vault;
  const to = someone();
  const safe = await safes.deploy([address], 1n);
  const coin = await chain.deployCoin({ symbol: 'EURS', holder: safe.address, supply: 9_000_000n });
  const decimals = AbiFunction.encodeData(AbiFunction.from('function decimals()'));
  const both = safeCalls.multiSend([
    { to: coin, data: pay(to, 1_000_000n) },
    { to: coin, data: decimals, operation: 1 },
  ]);
  const batch = { to: safes.multiSend, data: both, operation: 1 } as const;
  const data = safeCalls.execute(batch, safeCalls.sentBy(address));
  await ada.propose.open();
  await ada.propose.paste(pasted(address, safe.address, data));
  await ada.proposal.expectDanger('Runs foreign code with all rights (DELEGATECALL)');
  await ada.proposal.expectDanger('This wallet refuses to sign this');
  const red = ada.page.locator('.call-danger', { hasText: 'it can take everything' });
  await expect(red).toHaveCount(1);
  await expect(ada.page.getByRole('button', { name: 'Hold to propose and approve' })).toBeHidden();
  // The honest half of the batch is still read.
  expect(await calls(ada)).toContain(`Send 1 EURS to ${to}`);
});

test('several payments in one call, some of them deeper, are all read and made', async ({
  vault,
  chain,
}) => {
  const { address } = vault;
  const [first, second, third] = [someone(), someone(), someone()];
  const coin = await chain.deployCoin({ symbol: 'EURS', holder: address, supply: 9_000_000n });
  const deeper = severalOf(pay(second, 2_000_000n), pay(third, 3_000_000n));
  const data = severalOf(pay(first, 1_000_000n), deeper);
  await carryOut(vault, pasted(address, coin, data), async (member) => {
    const read = await calls(member);
    expect(read).toContain(`Send 1 EURS to ${first}`);
    expect(read).toContain(`Send 2 EURS to ${second}`);
    expect(read).toContain(`Send 3 EURS to ${third}`);
  });
  expect(await paidOf(chain, coin, first, second, third)).toEqual([
    1_000_000n,
    2_000_000n,
    3_000_000n,
  ]);
});

test('a signature for a Safe says what the Safe would do, and the Safe takes it', async ({
  vault,
  chain,
  safes,
}) => {
  const { ada, ben, address } = vault;
  const to = someone();
  const key = Secp256k1.randomPrivateKey();
  const other = Address.fromPublicKey(Secp256k1.getPublicKey({ privateKey: key }));
  const safe = await safes.deploy([address, other], 2n);
  const coin = await chain.deployCoin({ symbol: 'EURS', holder: safe.address, supply: 9_000_000n });
  const call = { to: coin, data: pay(to, 4_000_000n) };
  const typed = safeTypedData(safe.address, chain.chainId, call);
  await ada.propose.open();
  const params = [address, TypedData.serialize(typed)];
  await ada.propose.paste(JSON.stringify({ method: 'eth_signTypedData_v4', params }));
  await ada.propose.propose();
  await ben.home.openWaiting(`From the Safe ${safe.address}: Send 4 EURS to ${to}`);
  expect(await ben.proposal.words()).toEqual(await ada.proposal.words());
  await ben.proposal.approve();
  await ben.proposal.expectStanding('Signed.', SIGNING_TIMEOUT);

  const ours = await ben.proposal.signature();
  const theirs = Signature.toHex(
    Secp256k1.sign({ payload: TypedData.getSignPayload(typed), privateKey: key }),
  );
  const signatures = [
    { owner: address, signature: ours },
    { owner: other, signature: theirs },
  ].sort((a, b) => (BigInt(a.owner) < BigInt(b.owner) ? -1 : 1));
  const joined = `0x${signatures.map(({ signature }) => signature.slice(2)).join('')}`;
  await chain.send(safe.address, safeCalls.execute(call, joined));
  expect(await paidOf(chain, coin, to)).toEqual([4_000_000n]);
  expect(await safe.nonce()).toBe(1n);
});
