/** For everybody: with the keyboard alone, by a machine's measure of accessibility, and on small screens. */
import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from '../axe.ts';
import { EntryPage } from '../pages/entry.ts';
import { HomePage } from '../pages/home.ts';
import { Keyboard } from '../pages/keyboard.ts';
import { PairingPage } from '../pages/pairing.ts';
import { ProposalPage } from '../pages/proposal.ts';
import { ProposePage } from '../pages/propose.ts';
import { SettingsPage } from '../pages/settings.ts';
import { someone } from '../people.ts';
import { expect, test } from '../test.ts';
import { KEYGEN_TIMEOUT, PASSPHRASE, settle, SIGNING_TIMEOUT } from '../vault.ts';

test.skip(({ isMobile }) => isMobile, 'sets its own sizes');

const COINS = 10n * 10n ** 18n;
const SMALL = [
  { width: 360, height: 780 },
  { width: 390, height: 844 },
];

const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('button', { name, exact: true });
const field = (page: Page, label: string): Locator => page.getByLabel(label, { exact: true });

/** Fails if the screen breaks a rule, or is wider than a phone. */
async function look(page: Page, screen: string): Promise<void> {
  await test.step(`look at: ${screen}`, async () => {
    await expect(page.locator('h1')).toHaveCount(1); // beneath a dialog, too
    await expectAccessible(page);
    const before = page.viewportSize();
    for (const size of SMALL) {
      await page.setViewportSize(size);
      const beyond = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(beyond, `${screen}: pixels beyond the edge at ${String(size.width)}`).toBe(0);
    }
    if (before !== null) await page.setViewportSize(before);
  });
}

test('the first payment with the keyboard alone', async ({ newDevice, chain }) => {
  test.setTimeout(480_000);
  const ada = new Keyboard((await newDevice()).page);
  const ben = new Keyboard((await newDevice()).page);
  const both = [ada, ben];
  const unlocked = { timeout: 60_000 };

  for (const [keys, name] of [
    [ada, 'Ada'],
    [ben, 'Ben'],
  ] as const) {
    const { page } = keys;
    await keys.type(field(page, 'Name of this device'), name);
    await keys.type(field(page, 'Passphrase'), PASSPHRASE);
    await keys.press(button(page, 'Set up this device'));
    await expect(page.getByRole('heading', { name: `Welcome, ${name}` })).toBeFocused(unlocked);
  }

  await ada.press(ada.page.getByRole('link', { name: 'Create a vault' }));
  await ada.type(field(ada.page, 'Name of the vault'), 'Treasury');
  await ada.press(button(ada.page, 'How many devices: one less'));
  await ada.press(button(ada.page, 'Invite the other devices'));
  const code = await new PairingPage(ada.page).code();

  await ben.press(ben.page.getByRole('link', { name: 'Join a vault' }));
  await ben.type(field(ben.page, 'Link or short code'), code);
  await ben.press(button(ben.page, 'Continue'));
  await ben.press(button(ben.page, 'Join'));

  for (const keys of both) await keys.press(button(keys.page, 'They match'));
  const { address } = await new PairingPage(ada.page).result(KEYGEN_TIMEOUT);
  await new PairingPage(ben.page).result(KEYGEN_TIMEOUT);
  await chain.fund(address, COINS);

  for (const keys of both) {
    const { page } = keys;
    await keys.press(button(page, 'Open the vault'));
    await keys.press(page.getByRole('navigation').getByRole('link', { name: 'Settings' }));
    await keys.press(button(page, 'Add a network'));
    await keys.type(field(page, 'Name'), 'Testnet');
    await keys.type(page.getByLabel('Chain id'), String(chain.chainId));
    await keys.type(page.getByRole('textbox', { name: 'Coin' }), 'ETH');
    await keys.type(page.getByLabel('Address of the node (JSON-RPC)'), chain.rpcUrl);
    await page.keyboard.press('Enter'); // sends the form
    await keys.press(button(page, 'Reload now'));
    await keys.type(field(page, 'Passphrase'), PASSPHRASE);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible(unlocked);
    await page.keyboard.press('h');
    await expect(page.getByRole('link', { name: 'Propose' })).toBeVisible();
  }

  const to = someone();
  await ada.page.keyboard.press('p');
  await ada.type(field(ada.page, 'To'), to);
  await ada.type(ada.page.getByLabel('Amount'), '0.3');
  await ada.press(button(ada.page, 'Continue to review'));
  await ada.readAndHold(button(ada.page, 'Hold to propose and approve'));

  await ben.press(ben.page.getByRole('link', { name: 'Waiting for you' }));
  await ben.readAndHold(button(ben.page, 'Hold to approve'));
  await expect(ben.page.getByRole('heading', { level: 1 })).toBeFocused(); // not lost with the button
  await new ProposalPage(ben.page).expectStanding('Confirmed.', SIGNING_TIMEOUT);
  await new ProposalPage(ada.page).expectStanding('Confirmed.');
  expect(await chain.balance(to)).toBe(3n * 10n ** 17n);
});

test('every screen of a real payment is accessible and fits into a phone', async ({
  newDevice,
  chain,
}) => {
  test.setTimeout(900_000);
  const ada = (await newDevice()).page;
  const ben = (await newDevice()).page;
  await look(ada, 'set up');
  await new EntryPage(ada).setUp('Ada', PASSPHRASE);
  await new EntryPage(ben).setUp('Ben', PASSPHRASE);
  await look(ada, 'start');
  await ada.goto('/#/create');
  await look(ada, 'create');
  const creator = new PairingPage(ada);
  const joiner = new PairingPage(ben);
  const code = await creator.create({ name: 'Treasury', threshold: 2, size: 2 });
  await look(ada, 'inviting');
  await ben.goto('/#/join');
  await look(ben, 'join');
  await joiner.tryToRead('12345');
  await joiner.expectRefused('A short code has ten letters and digits');
  await look(ben, 'join, refused');
  await joiner.join(code);
  await creator.words();
  await look(ada, 'compare');
  await button(ada, 'They are different').click();
  await look(ada, 'compare, the question');
  await button(ada, 'Look again').click();
  await creator.confirm(true);
  await look(ada, 'waiting for the others');
  await joiner.confirm(true);
  await joiner.expectGenerating();
  await look(ben, 'making the key');
  const { address } = await creator.result(KEYGEN_TIMEOUT);
  await look(ada, 'the vault is ready');
  await creator.openVault();
  await joiner.finish(KEYGEN_TIMEOUT);
  await look(ada, 'home without a network');

  const settings = new SettingsPage(ada);
  await settings.open();
  await look(ada, 'settings');
  for (const dialog of ['Add a network', 'Add a server']) {
    await button(ada, dialog).click();
    await expect(ada.getByRole('dialog')).toBeVisible();
    await look(ada, `settings, ${dialog}`);
    await ada.keyboard.press('Escape');
    await expect(ada.getByRole('dialog')).toBeHidden();
  }
  await settings.lock();
  await look(ada, 'unlock');
  await new EntryPage(ada).unlock(PASSPHRASE);
  await chain.fund(address, COINS);
  await settle(ada, chain);
  await settle(ben, chain);

  const home = new HomePage(ada);
  await home.open();
  await home.expectBalance('Main account', '10 ETH');
  await look(ada, 'home');
  await home.addressOf('Main account');
  await look(ada, 'receive');

  const propose = new ProposePage(ada);
  await propose.open();
  await propose.errors();
  await look(ada, 'propose, with errors');
  await propose.fill({
    to: someone(),
    amount: '0.3',
    note: 'A note of some length, for the width.',
  });
  await look(ada, 'the draft');
  await propose.propose();
  await look(ada, 'proposed');

  const other = new HomePage(ben);
  await other.open();
  await expect(ben.getByRole('link', { name: 'Waiting for you' })).toBeVisible();
  await look(ben, 'home, with something that waits');
  await other.openWaiting('Send 0.3 ETH');
  await look(ben, 'review');
  const proposal = new ProposalPage(ben);
  await proposal.approve();
  await proposal.expectSigning();
  await look(ben, 'signing');
  await proposal.expectStanding('Confirmed.', SIGNING_TIMEOUT);
  await look(ben, 'confirmed');
  await other.open();
  for (const place of ['Approvers', 'Trail']) {
    await ben.getByRole('link', { name: place, exact: true }).click();
    await look(ben, place);
  }
});

test('nothing moves for whoever asked for that', async ({ newDevice }) => {
  const { page } = await newDevice();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await new EntryPage(page).setUp('Ada', PASSPHRASE);
  await new SettingsPage(page).open();
  await button(page, 'Add a network').click();
  const moving = await page.evaluate(
    () => document.getAnimations().filter(({ playState }) => playState === 'running').length,
  );
  expect(moving).toBe(0);
});
