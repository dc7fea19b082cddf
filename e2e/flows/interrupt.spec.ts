/** What is interrupted goes on: devices that are loaded anew, and a relay that was away. */
import { someone } from '../people.ts';
import { expect } from '../test.ts';
import { SIGNING_TIMEOUT, test } from '../vault.ts';

const TENTH = 10n ** 17n;

test.skip(({ isMobile }) => isMobile, 'the same on every screen');

test('loading anew while waiting and while reviewing loses nothing', async ({ vault, chain }) => {
  const { ada, ben } = vault;
  const to = someone();
  await ada.propose.open();
  await ada.propose.fill({ to, amount: '0.1', note: 'first' });
  await ada.propose.propose();
  const words = await ada.proposal.words();
  await ada.reload();
  await ada.proposal.expectStanding('You approved this'); // the same page as before

  await ben.home.openWaiting('Send 0.1 ETH');
  await ben.reload();
  expect(await ben.proposal.words()).toEqual(words);
  expect((await ben.proposal.note()).text).toBe('first');
  await ben.proposal.approve();
  await ben.proposal.expectStanding('Confirmed.', SIGNING_TIMEOUT);
  await ada.proposal.expectStanding('Confirmed.');
  expect(await chain.balance(to)).toBe(TENTH);
});

for (const who of ['ada', 'ben'] as const) {
  test(`loading ${who === 'ada' ? 'the first' : 'the second'} signer anew in the middle of signing pays exactly once`, async ({
    vault,
    chain,
  }) => {
    const { ada, ben, address } = vault;
    const to = someone();
    const before = await chain.transactionCount(address);
    await ada.propose.open();
    await ada.propose.fill({ to, amount: '0.1' });
    await ada.propose.propose();
    await ben.home.openWaiting('Send 0.1 ETH');
    await ben.proposal.approve();
    await vault[who].proposal.expectSigning();
    await vault[who].reload();
    await ben.proposal.expectStanding('Confirmed.', 2 * SIGNING_TIMEOUT);
    await ada.proposal.expectStanding('Confirmed.');
    expect(await chain.balance(to)).toBe(TENTH);
    expect(await chain.transactionCount(address)).toBe(before + 1n);
  });
}

test('while the relay is away devices say so, and go on when it is back', async ({
  vault,
  chain,
}) => {
  const { ada, ben, cleo } = vault;
  const to = someone();
  for (const { device } of vault.all) device.expectProblem(/WebSocket/);
  await cleo.leave();
  // Without the relay nobody can be called: they have to be connected before.
  await ada.home.expectPath('Ben', 'direct connection');
  await ben.home.expectPath('Ada', 'direct connection');
  for (const { home } of [ada, ben]) await home.open();
  await vault.stopRelay();
  for (const { home } of [ada, ben]) await home.expectRelay(false);
  // Those that were connected directly still work together.
  await ada.propose.open();
  await ada.propose.fill({ to, amount: '0.1' });
  await ada.propose.propose();
  await ben.home.openWaiting('Send 0.1 ETH');

  await vault.startRelay();
  for (const { home } of [ada, ben]) await home.expectRelay(true);
  // Cleo's mailbox was lost with the old relay: she still learns everything.
  await cleo.comeBack();
  await cleo.home.openWaiting('Send 0.1 ETH');
  await cleo.proposal.approve();
  await cleo.proposal.expectStanding('Confirmed.', SIGNING_TIMEOUT);
  await ben.proposal.expectStanding('Confirmed.');
  expect(await chain.balance(to)).toBe(TENTH);
});
