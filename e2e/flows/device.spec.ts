/** A device before it has a vault: set up, locked, opened, and held by one tab. */
import { EntryPage } from '../pages/entry.ts';
import { SettingsPage } from '../pages/settings.ts';
import { expect, test } from '../test.ts';
import { PASSPHRASE } from '../vault.ts';

test.skip(({ isMobile }) => isMobile, 'the same on every screen');

const heading = 'Welcome, Ada';

test('a device is set up, locked, and opens with its passphrase alone', async ({ newDevice }) => {
  const { page } = await newDevice();
  const entry = new EntryPage(page);
  await entry.setUp('Ada', PASSPHRASE);
  await expect(page.getByRole('heading', { name: heading })).toBeFocused();

  const settings = new SettingsPage(page);
  await settings.open();
  await settings.lock();
  await entry.expectLocked('Locked because you asked for it.');
  await entry.tryToUnlock(`${PASSPHRASE}!`);
  await entry.expectRefused('This is not the passphrase of this device. Try again.');
  await entry.expectLocked();
  await entry.unlock(PASSPHRASE);

  await page.reload();
  await entry.expectLocked('Your passphrase opens the key shares');
  await entry.unlock(PASSPHRASE);
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible(); // where it was
});

test('nobody there: the device locks itself', async ({ newDevice }) => {
  const { page } = await newDevice({ path: undefined });
  await page.clock.install();
  await page.goto('/');
  const entry = new EntryPage(page);
  await entry.setUp('Ada', PASSPHRASE);
  await page.clock.fastForward('09:00');
  await page.keyboard.press('Shift'); // somebody is there
  await page.clock.fastForward('09:00');
  await expect(page.getByRole('heading', { name: heading })).toBeVisible();
  await page.clock.fastForward('02:00');
  await entry.expectLocked('Locked because nobody touched it for a while.');
});

test('one tab holds the device; another may take it over', async ({ newDevice }) => {
  const device = await newDevice();
  const first = new EntryPage(device.page);
  await first.setUp('Ada', PASSPHRASE);

  const other = await device.context.newPage();
  await other.goto('/');
  await expect(other.getByRole('heading', { name: /open in another tab/ })).toBeVisible();
  await expect(first.page.getByRole('heading', { name: heading })).toBeVisible(); // not disturbed

  const second = new EntryPage(other);
  await second.takeOver();
  await second.unlock(PASSPHRASE);
  await expect(other.getByRole('heading', { name: heading })).toBeVisible();
  await expect(first.page.getByRole('heading', { name: /open in another tab/ })).toBeVisible();

  await other.close();
  await first.takeOver();
  await first.unlock(PASSPHRASE);
  await expect(first.page.getByRole('heading', { name: heading })).toBeVisible();
});
