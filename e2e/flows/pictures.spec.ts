/**
 * The pictures of the README, from a payment that really happens. On demand:
 * `COUNTERSIGN_PICTURES=1 npx playwright test pictures --project=desktop`
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { HomePage } from '../pages/home.ts';
import { ProposalPage } from '../pages/proposal.ts';
import { ProposePage } from '../pages/propose.ts';
import { someone } from '../people.ts';
import { expect, test } from '../test.ts';
import { makeVault, openSettledVault, SIGNING_TIMEOUT } from '../vault.ts';

const folder = join(import.meta.dirname, '../../docs/images');
const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 1.5,
  isMobile: true,
  hasTouch: true,
};
const USDC = 10n ** 6n;

test.skip(process.env['COUNTERSIGN_PICTURES'] === undefined, 'changes files of the repository');
test.skip(({ isMobile }) => isMobile, 'one desktop and one phone already');

/** As after a person let the browser keep the storage; private windows never do. */
async function keepStorage(page: Page): Promise<void> {
  await page.addInitScript(() => {
    navigator.storage.persist = async () => Promise.resolve(true);
  });
}

async function picture(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0); // nothing under the pointer
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}

test('pictures', async ({ newDevice, chain }) => {
  mkdirSync(folder, { recursive: true });
  const ada = await newDevice({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  const ben = await newDevice({ ...PHONE, colorScheme: 'light' });
  const cleo = await newDevice({ colorScheme: 'light' });
  for (const { page } of [ada, ben, cleo]) await keepStorage(page);
  const vault = await makeVault([ada, ben, cleo]);
  await chain.fund(vault.address, 4_207n * 10n ** 15n);
  const coin = await chain.deployCoin({
    name: 'USD Coin',
    symbol: 'USDC',
    holder: vault.address,
    supply: 84_250n * USDC,
  });
  await openSettledVault(vault, chain);

  const propose = new ProposePage(ada.page);
  const to = someone();
  for (const { page } of [ben, ada]) {
    const form = new ProposePage(page);
    await form.open();
    await form.addToken(coin, 'USDC');
  }
  await propose.type({ to, amount: '12500', asset: 'USDC (token)', note: 'Invoice 2041, legal' });
  await propose.continue();
  await propose.propose();

  const home = new HomePage(ben.page);
  const onAda = new ProposalPage(ada.page);
  const onBen = new ProposalPage(ben.page);
  await home.open();
  await home.expectBalance('Main account', 'USDC');
  await expect(ben.page.getByRole('link', { name: 'Waiting for you' })).toBeVisible();
  await picture(ben.page, 'home-phone');

  await home.openWaiting(/Send 12.500 USDC/);
  expect(await onBen.words()).toEqual(await onAda.words());
  await ben.page.evaluate(() => {
    scrollTo(0, 0);
  });
  await picture(ben.page, 'review-phone');

  await onBen.approve();
  await onAda.expectSigning();
  await picture(ada.page, 'signing-desktop');
  await onAda.expectStanding('Confirmed.', SIGNING_TIMEOUT);
});
