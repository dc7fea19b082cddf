/** Descriptions of contracts in real browsers: a file that a person adds, and those that the app comes with. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  servedFiles,
  snapshotFile,
  stake,
  VAULT_CONTRACT,
} from '../../src/wallet/testing/registry.ts';
import { openDevice } from '../devices.ts';
import { EntryPage } from '../pages/entry.ts';
import { SettingsPage } from '../pages/settings.ts';
import { dist, startRelay } from '../relay.ts';
import { expect } from '../test.ts';
import { PASSPHRASE, SIGNING_TIMEOUT, test, type Member } from '../vault.ts';

test.skip(({ isMobile }) => isMobile, 'the same on every screen');

async function addFile(member: Member): Promise<void> {
  const settings = new SettingsPage(member.page);
  await settings.open();
  await settings.addDescriptions(snapshotFile(), 'test registry');
}

test('devices with different descriptions stop and show both; with the same they sign', async ({
  vault,
}) => {
  const { ada, ben, address } = vault;
  await addFile(ada);
  await ada.propose.open();
  const call = { from: address, to: VAULT_CONTRACT, data: stake(5n), chainId: '0x7a69' };
  await ada.propose.paste(JSON.stringify(call));
  await expect(ada.page.getByRole('heading', { level: 1 })).toContainText('Example Protocol');
  await ada.propose.propose();

  const { hash } = new URL(ada.page.url());
  const open = async (): Promise<void> => {
    await ben.page.evaluate((to) => {
      window.location.hash = to;
    }, hash);
  };
  await open();
  const notice = ben.page.locator('.notice-title', { hasText: 'Ada was shown something else' });
  await expect(notice).toBeVisible();
  await expect(ben.page.getByRole('table', { name: 'This device and Ada' })).toBeVisible();
  await expect(ben.page.getByRole('button', { name: 'Hold to approve' })).toBeHidden();

  await addFile(ben);
  await open();
  await expect(ben.page.getByRole('heading', { level: 1 })).toContainText('Example Protocol');
  await expect(notice).toBeHidden();
  expect(await ben.proposal.words()).toEqual(await ada.proposal.words());
  await ben.proposal.approve();
  await ben.proposal.expectStanding('Confirmed.', SIGNING_TIMEOUT);
});

test('a file that is none is refused, and says why', async ({ vault }) => {
  const settings = new SettingsPage(vault.cleo.page);
  await settings.open();
  const { page } = settings;
  await page.getByLabel('A file of descriptions of contracts').setInputFiles({
    name: 'notes.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{"hello": 1}'),
  });
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByText('Only those of common standards')).toBeVisible();
});

test('what the app comes with is copied onto the device, and is there without the network', async ({
  browser,
}) => {
  const root = mkdtempSync(join(tmpdir(), 'countersign-registry-'));
  cpSync(dist, root, { recursive: true });
  for (const [name, bytes] of servedFiles({ origin: 'shipped registry' })) {
    const path = join(root, 'registry', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  const relay = await startRelay({ root });
  const device = await openDevice(browser, { baseURL: relay.url });
  const { page } = device;
  await new EntryPage(page).setUp('Dora', PASSPHRASE);
  const settings = new SettingsPage(page);
  await settings.open();
  await expect(page.getByText('shipped registry', { exact: true })).toBeVisible();
  await expect(page.getByText('Came with this app')).toBeVisible();
  await page.evaluate(async () => navigator.serviceWorker.ready);

  device.expectProblem(/ERR_|WebSocket|Failed to load/);
  await device.context.setOffline(true);
  await page.reload();
  await new EntryPage(page).unlock(PASSPHRASE);
  await settings.open();
  await expect(page.getByText('Came with this app')).toBeVisible();
  await device.close();
  await relay.close();
  rmSync(root, { recursive: true });
});
