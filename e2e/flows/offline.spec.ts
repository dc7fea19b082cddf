/** Without a network: the app opens, says so, takes decisions, and delivers them when the network is back. */
import { EntryPage } from '../pages/entry.ts';
import { someone } from '../people.ts';
import { expect } from '../test.ts';
import { PASSPHRASE, SIGNING_TIMEOUT, test } from '../vault.ts';

test.skip(({ isMobile }) => isMobile, 'the same on every screen');

test('a decision made offline, after a reload, is delivered when the network is back', async ({
  vault,
  chain,
}) => {
  const { ada, ben, cleo } = vault;
  const to = someone();
  ben.device.expectProblem(/ERR_INTERNET_DISCONNECTED|WebSocket/);
  await cleo.leave();
  await ada.propose.open();
  await ada.propose.fill({ to, amount: '0.2' });
  await ada.propose.propose();
  await expect(ben.page.getByRole('link', { name: 'Waiting for you' })).toBeVisible();

  await ben.page.evaluate(async () => navigator.serviceWorker.ready);
  await ben.device.context.setOffline(true);
  await ben.page.reload();
  const entry = new EntryPage(ben.page);
  await entry.expectLocked();
  await entry.unlock(PASSPHRASE);
  await expect(
    ben.page.getByRole('status').filter({ hasText: 'This device is offline' }),
  ).toBeVisible();
  await ben.home.openWaiting('Send 0.2 ETH');
  expect(await ben.proposal.words()).toEqual(await ada.proposal.words());
  await ben.proposal.approve();
  await ben.proposal.expectStanding('Approved. It is signed as soon as enough devices are online.');
  await expect(ada.page.getByText('1 of 2 needed approvals')).toBeVisible(); // it has not heard of it
  expect(await chain.balance(to)).toBe(0n);

  await ben.device.context.setOffline(false);
  await ben.proposal.expectStanding('Confirmed.', SIGNING_TIMEOUT);
  await ada.proposal.expectStanding('Confirmed.');
  expect(await chain.balance(to)).toBe(2n * 10n ** 17n);
});
