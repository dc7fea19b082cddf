/** Requests that are not payments: contract calls, typed data and messages. */
import { AbiFunction, PersonalMessage, Secp256k1, Signature } from 'ox';
import { someone } from '../people.ts';
import { expect } from '../test.ts';
import { SIGNING_TIMEOUT, test } from '../vault.ts';

test.skip(({ isMobile }) => isMobile, 'the same on every screen');

test('a message is signed by two, and anybody can check it', async ({ vault }) => {
  const { ada, ben, address } = vault;
  const text = 'Treasury of the society.\nAudit 2026: this address is ours.';
  await ada.propose.open();
  await ada.propose.message(text);
  await ada.propose.propose();
  await ben.home.openWaiting('Sign a message');
  expect(await ben.proposal.words()).toEqual(await ada.proposal.words());
  await expect(ben.page.getByText('Audit 2026: this address is ours.')).toBeVisible();
  await ben.proposal.approve();
  await ben.proposal.expectStanding('Signed.', SIGNING_TIMEOUT);
  const signature = await ben.proposal.signature();
  await ada.proposal.expectStanding('Signed.');
  expect(await ada.proposal.signature()).toBe(signature);
  const hex = `0x${Buffer.from(text).toString('hex')}` as const;
  expect(
    Secp256k1.recoverAddress({
      payload: PersonalMessage.getSignPayload(hex),
      signature: Signature.from(signature as `0x${string}`),
    }).toLowerCase(),
  ).toBe(address.toLowerCase());
});

test('a permit says whom it lets spend what, and its call gives the allowance', async ({
  vault,
  chain,
}) => {
  const { ada, ben, address } = vault;
  const spender = someone();
  const coin = await chain.deployCoin({ name: 'Euro', holder: address, supply: 9_000_000n });
  const permit = {
    method: 'eth_signTypedData_v4',
    params: [
      address,
      JSON.stringify({
        types: {
          EIP712Domain: [
            { name: 'name', type: 'string' },
            { name: 'version', type: 'string' },
            { name: 'chainId', type: 'uint256' },
            { name: 'verifyingContract', type: 'address' },
          ],
          Permit: [
            { name: 'owner', type: 'address' },
            { name: 'spender', type: 'address' },
            { name: 'value', type: 'uint256' },
            { name: 'nonce', type: 'uint256' },
            { name: 'deadline', type: 'uint256' },
          ],
        },
        primaryType: 'Permit',
        domain: { name: 'Euro', version: '1', chainId: 31_337, verifyingContract: coin },
        message: { owner: address, spender, value: '2500000', nonce: 0, deadline: 1_900_000_000 },
      }),
    ],
  };
  await ada.propose.open();
  await ada.propose.paste(JSON.stringify(permit));
  await ada.propose.propose();
  await ben.home.openWaiting(/spend/);
  expect(await ben.proposal.words()).toEqual(await ada.proposal.words());
  expect((await ben.proposal.fact('Spender')).replaceAll(/\s/g, '')).toContain(spender);
  await ben.proposal.approve();
  await ben.proposal.expectStanding('Signed.', SIGNING_TIMEOUT);
  expect(await chain.coinAllowance(coin, address, spender)).toBe(0n);
  await chain.send(coin, await ben.proposal.verifyingCall());
  expect(await chain.coinAllowance(coin, address, spender)).toBe(2_500_000n);
});

test('a contract call is read, estimated and mined; one that cannot be read is refused', async ({
  vault,
  chain,
}) => {
  const { ada, ben, address } = vault;
  const to = someone();
  const coin = await chain.deployCoin({ name: 'Euro', holder: address, supply: 9_000_000n });
  const transferFrom = AbiFunction.from('function transferFrom(address, address, uint256)');
  const account = address as `0x${string}`;
  // Of nothing, so that it needs no allowance.
  const data = AbiFunction.encodeData(transferFrom, [account, to as `0x${string}`, 0n]);
  await ada.propose.open();
  await ada.propose.paste(JSON.stringify({ from: address, to: coin, data, chainId: '0x7a69' }));
  await expect(ada.page.getByText('transferFrom(address,address,uint256)').first()).toBeVisible();
  await expect(
    ada.page.getByText('It would succeed. No amount of this account itself would change'),
  ).toBeVisible();
  await ada.propose.propose();
  const intent = await ada.page.getByRole('heading', { level: 1 }).innerText();
  await ben.home.openWaiting(intent);
  expect(await ben.proposal.words()).toEqual(await ada.proposal.words());
  expect((await ben.proposal.fact('Call')).replaceAll(/\s/g, '')).toContain(to);
  await ben.proposal.approve();
  await ben.proposal.expectStanding('Confirmed.', SIGNING_TIMEOUT);

  await ada.propose.open();
  await ada.propose.paste(
    JSON.stringify({
      from: address,
      to: coin,
      data: '0xdeadbeef',
      gas: '0x5208',
      chainId: '0x7a69',
    }),
  );
  await expect(ada.page.getByText('This wallet refuses to sign this')).toBeVisible();
  await expect(ada.page.getByRole('button', { name: 'Hold to propose and approve' })).toBeHidden();
});

test('what is asked of eth_sign is refused with the reason', async ({ vault }) => {
  const { ada, address } = vault;
  await ada.propose.open();
  await ada.propose.typePaste(
    JSON.stringify({ method: 'eth_sign', params: [address, `0x${'11'.repeat(32)}`] }),
  );
  expect((await ada.propose.errors()).join(' ')).toContain('eth_sign');
});
