/** How the screens of Bitcoin accounts behave, each before a wallet that does nothing. */
import { UR, UREncoder } from '@ngraveio/bc-ur';
import type { Page } from '@playwright/test';
import { encodeCbor } from '../src/cbor.ts';
import { expectAccessible } from './axe.ts';
import { expect, test } from './gallery.ts';
import { openBeforeCodes } from './qr-video.ts';

/** With what an intent was called last; bytes as how many they are. */
const lastCall = async (page: Page, intent: string): Promise<unknown> =>
  page.evaluate((name) => {
    const { fakeWallet } = globalThis as unknown as { fakeWallet: { calls: unknown[][] } };
    const call = fakeWallet.calls.findLast(([each]) => each === name);
    const text = JSON.stringify(call?.slice(1) ?? [], (_key, value: unknown) =>
      value instanceof Uint8Array ? { bytes: value.length } : value,
    );
    return JSON.parse(text) as unknown;
  }, intent);

const ACCOUNT = { network: 'mainnet', kind: 'p2wpkh', index: 0 };
const FIRST = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';

async function propose(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('link', { name: 'Propose' }).click();
  await page.getByLabel('From').selectOption({ label: 'Savings (Bitcoin mainnet)' });
  await expect(page.getByRole('tab', { name: 'PSBT' })).toBeVisible();
}

test('everything, at a suggested rate; the form is kept when one comes back', async ({
  page,
  gallery,
}) => {
  await propose(page, gallery.at('home-bitcoin'));
  await page.getByLabel('To', { exact: true }).fill(FIRST);
  await page.getByRole('checkbox', { name: /^Everything/ }).check();
  await expect(page.getByLabel('Amount')).toBeDisabled();
  await page.getByRole('button', { name: 'What does the server suggest?' }).click();
  await page.getByRole('button', { name: '12 for about 30 minutes' }).click();
  await expect(page.getByLabel(/^Fee rate/)).toHaveValue('12');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Review' }).click();
  await expect(page).toHaveURL(/review$/);
  expect(await lastCall(page, 'draftBitcoinPayment')).toEqual([
    'v1',
    {
      account: ACCOUNT,
      to: FIRST,
      amount: '',
      all: true,
      feeRate: '12',
      note: '',
      expiresInHours: 24,
    },
  ]);
  await page.goBack();
  await expect(page.getByLabel('To', { exact: true })).toHaveValue(FIRST);
  await expect(page.getByRole('checkbox', { name: /^Everything/ })).toBeChecked();
});

test('a payment link fills the form; what is wrong stands at its field', async ({
  page,
  gallery,
}) => {
  await propose(page, gallery.at('home-bitcoin'));
  await page.getByRole('button', { name: 'Review' }).click();
  await expect(page.getByLabel('To', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('To', { exact: true }).fill(`bitcoin:${FIRST}?amount=0.5`);
  await expect(page.getByLabel('To', { exact: true })).toHaveValue(FIRST);
  await expect(page.getByLabel('Amount')).not.toHaveValue('');
});

test('a PSBT comes from a file', async ({ page, gallery }) => {
  await propose(page, gallery.at('home-bitcoin'));
  await page.getByRole('tab', { name: 'PSBT' }).click();
  await page.getByRole('button', { name: 'Review' }).click();
  await expect(page.getByText('This is not a PSBT: it is empty.').first()).toBeVisible();
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).click();
  await (
    await choosing
  ).setFiles({
    name: 'rent.psbt',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('70736274ff', 'hex'),
  });
  await expect(page.getByText('The file rent.psbt of 5 bytes.')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Review' }).click();
  await expect(page).toHaveURL(/review$/);
  expect(await lastCall(page, 'draftPsbt')).toEqual([
    'v1',
    { account: ACCOUNT, psbt: { bytes: 5 }, note: '', expiresInHours: 24 },
  ]);
});

test('signatures of others are joined one after another, then sent', async ({ page, gallery }) => {
  await page.goto(gallery.at('bitcoin-partly-signed'));
  const input = page.getByRole('textbox', { name: 'Partially signed transaction' });
  const join = page.getByRole('button', { name: 'Join the signatures' });
  await expect(join).toBeDisabled();
  await input.fill('cHNidP8B');
  await join.click();
  await expect(page.getByText('Signed by everybody. Not sent yet.')).toBeVisible();
  expect(await lastCall(page, 'joinPsbt')).toEqual(['p1', ['cHNidP8B']]);
  await input.fill('cHNidP8C');
  await join.click();
  await expect(input).toHaveValue('');
  expect(await lastCall(page, 'joinPsbt')).toEqual(['p1', [{ bytes: 300 }, 'cHNidP8C']]);
  await page.getByRole('button', { name: 'Send it' }).click();
  await expect(page.getByRole('button', { name: 'Sent', exact: true })).toBeDisabled();
  expect(await lastCall(page, 'sendJoined')).toEqual(['p1', 'ab'.repeat(200)]);
});

test('an account of Taproot is added', async ({ page, gallery }) => {
  await page.goto(gallery.at('home'));
  await page.getByRole('button', { name: 'Add an account' }).click();
  await page.getByLabel('For', { exact: true }).selectOption({ label: 'Bitcoin' });
  await page.getByRole('radio', { name: /^Taproot/ }).check();
  await page.getByLabel('Name of the account').fill('Cold storage');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  expect(await lastCall(page, 'addBitcoinAccount')).toEqual([
    'v1',
    { network: 'mainnet', kind: 'p2tr', name: 'Cold storage' },
  ]);
});

test('only Bitcoin Core has a user and a password', async ({ page, gallery }) => {
  await page.goto(gallery.at('settings'));
  await page.getByRole('button', { name: 'Change the server of Bitcoin', exact: true }).click();
  await expect(page.getByLabel('Password')).toBeHidden();
  await page.getByLabel('Interface').selectOption({ label: 'Bitcoin Core (JSON-RPC)' });
  await expect(page.getByLabel('Password')).toBeVisible();
  await expect(page.getByText('needs a proxy')).toBeVisible();
  await expectAccessible(page);
});

test('a signed PSBT is shown as a QR code that changes, or stands still on demand', async ({
  page,
  gallery,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(gallery.at('bitcoin-signed'));
  await page.getByRole('button', { name: 'The signed PSBT, to copy or save' }).click();
  await page.getByRole('button', { name: 'Show as a QR code' }).click();
  const code = page.getByRole('img', { name: 'QR code of the PSBT' });
  await expect(code).toBeVisible();
  await expect(page.getByText(/^Frame 1 of \d+\./)).toBeVisible();
  const drawn = async (): Promise<string | null> => code.locator('path').getAttribute('d');
  const first = await drawn();
  await page.getByRole('button', { name: 'Next frame' }).click();
  await expect.poll(drawn).not.toBe(first);
  await expect(page.getByText(/^Frame 2 of \d+\./)).toBeVisible();
  await page.getByRole('button', { name: 'Play' }).click();
  await expect(page.getByText(/^Frame 3 of \d+\./)).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Hide the QR code' }).click();
  await expect(code).toBeHidden();
});

test('an animated code before the camera becomes a PSBT', async ({ gallery }, info) => {
  const psbt = Uint8Array.from({ length: 400 }, (_, i) => (i * 31) & 255);
  const frames = new UREncoder(new UR(Buffer.from(encodeCbor(psbt)), 'crypto-psbt'), 120);
  const film = info.outputPath('psbt.y4m');
  // One frame is missing: a later one makes up for it.
  frames.nextPart();
  const shown = Array.from({ length: frames.fragmentsLength + 2 }, () => frames.nextPart());
  const browser = await openBeforeCodes(film, ...shown.map((text) => text.toUpperCase()));
  const page = await (await browser.newContext({ permissions: ['camera'] })).newPage();
  await propose(page, gallery.at('home-bitcoin'));
  await page.getByRole('tab', { name: 'PSBT' }).click();
  await page.getByRole('button', { name: 'Scan it' }).click();
  await expect(page.getByText('A PSBT of 400 bytes.')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByRole('button', { name: 'Continue to review' }).click();
  await expect
    .poll(async () => lastCall(page, 'draftPsbt'))
    .toMatchObject(['v1', { psbt: { bytes: 400 } }]);
  await browser.close();
});
