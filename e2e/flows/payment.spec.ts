import { expect, test } from '../test.ts';
import { HomePage } from '../pages/home.ts';
import { ProposalPage } from '../pages/proposal.ts';
import { ProposePage } from '../pages/propose.ts';
import { makeVault, openSettledVault } from '../vault.ts';

const TO = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';

test('three devices make a vault, two of them review and sign a payment', async ({
  newDevice,
  chain,
}) => {
  const vault = await makeVault([await newDevice(), await newDevice(), await newDevice()]);
  await chain.fund(vault.address, 10n ** 18n);
  await openSettledVault(vault, chain);
  const [ada, ben, cleo] = vault.devices;
  // What a browser says about a network that is gone.
  cleo.expectProblem(/ERR_INTERNET_DISCONNECTED/);
  await cleo.context.setOffline(true);

  const propose = new ProposePage(ada.page);
  await propose.open();
  await propose.fill({ to: TO, amount: '0.25', note: 'rent' });
  await propose.propose();

  const home = new HomePage(ben.page);
  await home.open();
  await home.openWaiting('Send 0.25 ETH');
  const onBen = new ProposalPage(ben.page);
  const onAda = new ProposalPage(ada.page);
  expect(await onBen.words()).toEqual(await onAda.words());
  await onBen.approve();

  await onBen.expectStanding('Confirmed.', 60_000);
  await onAda.expectStanding('Confirmed.', 60_000);
  expect(await chain.balance(TO)).toBeGreaterThanOrEqual(25n * 10n ** 16n);
});
