/** Making a vault together: every way in, every interruption, and everything that must stop it. */
import { openDevice, type Device } from '../devices.ts';
import { EntryPage } from '../pages/entry.ts';
import { PairingPage } from '../pages/pairing.ts';
import { openBeforeCodes } from '../qr-video.ts';
import { expect, test } from '../test.ts';
import { KEYGEN_TIMEOUT, PASSPHRASE } from '../vault.ts';

test.skip(({ isMobile }) => isMobile, 'the same on every screen');

const vault = { name: 'Treasury', threshold: 2, size: 2 };
const permissions = ['camera', 'clipboard-read', 'clipboard-write'];

/** Sets a device up and gives its pages. */
async function begin(device: Device, name: string) {
  const { page } = device;
  page.setDefaultTimeout(20_000);
  const entry = new EntryPage(page);
  await entry.setUp(name, PASSPHRASE);
  const reload = async (): Promise<void> => {
    await page.reload();
    await entry.unlock(PASSPHRASE);
  };
  return { page, reload, pairing: new PairingPage(page) };
}

test('three of three, by link, loaded anew at every step', async ({ newDevice }) => {
  test.setTimeout(480_000); // the devices find out that one went away, and begin the key again
  const ada = await begin(await newDevice({ permissions }), 'Ada');
  const ben = await begin(await newDevice(), 'Ben');
  const code = await ada.pairing.create({ name: 'Board', threshold: 3, size: 3 });
  const link = await ada.pairing.link();
  await ada.reload();
  expect(await ada.pairing.code()).toBe(code);
  await ben.pairing.join(link);
  await ben.reload();
  await ben.pairing.expectStep('You asked to join');

  // The third opens the link before it is set up.
  const cleo = await begin(await newDevice({ path: link }), 'Cleo');
  await cleo.pairing.acceptInvitation();
  const all = [ada, ben, cleo];
  const words = await cleo.pairing.words();
  await Promise.all([ada.reload(), ben.reload()]);
  for (const { pairing } of all) expect(await pairing.words()).toEqual(words);

  await ada.pairing.confirm(true);
  await ada.reload();
  await ada.pairing.expectStep('Waiting for the others');
  await ben.pairing.confirm(true);
  await cleo.pairing.confirm(true);
  await cleo.pairing.expectGenerating();
  await cleo.reload();
  const results = await Promise.all(
    all.map(async ({ pairing }) => pairing.result(2 * KEYGEN_TIMEOUT)),
  );
  for (const other of results) expect(other).toEqual(results[0]);
  await cleo.pairing.openVault();
});

test('two of two, by the QR code before the camera', async ({ newDevice, relay }, info) => {
  const ada = await begin(await newDevice({ permissions }), 'Ada');
  await ada.pairing.create(vault);
  const film = info.outputPath('invitation.y4m');
  const browser = await openBeforeCodes(film, await ada.pairing.link());
  const device = await openDevice(browser, { baseURL: relay.url });
  const ben = await begin(device, 'Ben');
  await ben.pairing.scan();
  expect(await ben.pairing.words()).toEqual(await ada.pairing.words());
  await ada.pairing.confirm(true);
  await ben.pairing.confirm(true);
  const [mine, other] = await Promise.all([
    ada.pairing.finish(KEYGEN_TIMEOUT),
    ben.pairing.finish(KEYGEN_TIMEOUT),
  ]);
  expect(mine).toEqual(other);
  await device.close();
  await browser.close();
});

test('different words stop everyone', async ({ newDevice }) => {
  const ada = await begin(await newDevice(), 'Ada');
  const ben = await begin(await newDevice(), 'Ben');
  await ben.pairing.join(await ada.pairing.create(vault));
  await ada.pairing.words();
  await ada.pairing.confirm(true);
  await ben.pairing.words();
  await ben.pairing.confirm(false);
  for (const { pairing } of [ada, ben]) {
    await pairing.expectFailure('The words are not the same: somebody may be between your devices');
    await pairing.leaveFailure();
  }
  await ada.reload();
  await expect(ada.page.getByRole('heading', { name: 'Welcome, Ada' })).toBeVisible();
});

test('who created a vault can stop while others are awaited', async ({ newDevice }) => {
  const ada = await begin(await newDevice(), 'Ada');
  const ben = await begin(await newDevice(), 'Ben');
  const code = await ada.pairing.create({ ...vault, size: 3 });
  await ben.pairing.join(code);
  await expect(ada.page.getByText('2 of 3 devices are here')).toBeVisible();
  await ada.pairing.stop();
  await ben.pairing.expectFailure('Setting up the vault was ended');
  await ben.pairing.leaveFailure();
  await ben.pairing.tryToRead(code);
  await ben.pairing.expectRefused('No device answers to this code.');
  // The way is free for another one.
  await ada.pairing.create(vault);
});

test('what is no invitation, or was altered, is refused with a sentence', async ({ newDevice }) => {
  const ada = await begin(await newDevice({ permissions }), 'Ada');
  const ben = await begin(await newDevice(), 'Ben');
  const code = await ada.pairing.create(vault);
  const link = await ada.pairing.link();
  const at = link.indexOf('#/join/') + '#/join/'.length;
  const cases = [
    ['cut short', link.slice(0, -20), 'it was cut short or altered'],
    ['one letter changed', `${link.slice(0, at)}A${link.slice(at + 1)}`, 'cut short or altered'],
    ['not an invitation', 'https://example.org/', 'A short code has ten letters and digits'],
    ['no code', '12345', 'A short code has ten letters and digits'],
    ['another code', code.startsWith('2') ? `3${code.slice(1)}` : `2${code.slice(1)}`, 'No device'],
  ] as const;
  for (const [, text, sentence] of cases) {
    await ben.pairing.tryToRead(text);
    await ben.pairing.expectRefused(sentence);
  }
  // Opened instead of typed.
  await ben.page.goto(link.slice(0, -20));
  await ben.page.reload();
  await new EntryPage(ben.page).unlock(PASSPHRASE);
  await ben.pairing.expectFailure('This invitation cannot be used');
  await ben.page.getByRole('button', { name: 'Go on without it' }).click();
  await expect(ben.page.getByRole('heading', { name: 'Welcome, Ben' })).toBeVisible();
});
