/**
 * What `npm run demo` shows: three devices side by side, a relay and a chain of their own, from the first
 * screen to a payment in a block. Run by scripts/demo.mjs through playwright.demo.config.ts.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, expect, test, type Page } from '@playwright/test';
import { chromiumArguments, findBrowser } from '../scripts/browser.mjs';
import { caption, removeCaption } from './captions.ts';
import { startChain } from './chain.ts';
import { openDevice } from './devices.ts';
import { EntryPage } from './pages/entry.ts';
import { HomePage } from './pages/home.ts';
import { PairingPage } from './pages/pairing.ts';
import { ProposalPage } from './pages/proposal.ts';
import { ProposePage } from './pages/propose.ts';
import { someone } from './people.ts';
import { startRelay } from './relay.ts';
import { PASSPHRASE, settle } from './vault.ts';

const WIDTH = 420;
const HEIGHT = 900;
const PICTURES = 'test-results/demo';
const headless = process.env['COUNTERSIGN_DEMO_HEADLESS'] !== undefined;
/** Milliseconds for people to read a caption. */
const READING = headless ? 0 : 3_000;
/** Three devices share one machine: key generation and signing take their time. */
const PATIENCE = 300_000;

/** A device in a window of its own. */
class Window {
  readonly name: string;
  readonly page: Page;
  readonly entry: EntryPage;
  readonly pairing: PairingPage;
  readonly home: HomePage;
  readonly propose: ProposePage;
  readonly proposal: ProposalPage;

  constructor(name: string, page: Page) {
    this.name = name;
    this.page = page;
    this.entry = new EntryPage(page);
    this.pairing = new PairingPage(page);
    this.home = new HomePage(page);
    this.propose = new ProposePage(page);
    this.proposal = new ProposalPage(page);
  }
}

async function openWindow(name: string, url: string, index: number): Promise<Window> {
  const executablePath = findBrowser();
  const browser = await chromium.launch({
    headless,
    args: [
      ...chromiumArguments,
      `--window-position=${String(index * WIDTH)},0`,
      `--window-size=${String(WIDTH)},${String(HEIGHT)}`,
    ],
    ...(executablePath === undefined ? {} : { executablePath }),
  });
  const viewport = headless ? { width: WIDTH, height: HEIGHT } : null; // a window sets its own
  const { page } = await openDevice(browser, { baseURL: url, viewport });
  page.once('close', () => void browser.close());
  return new Window(name, page);
}

/** Says what comes: in the terminal, and in every window. */
function narrator(windows: readonly Window[]) {
  let number = 0;
  let title = '';
  const say = async (text: string): Promise<void> => {
    for (const { name, page } of windows) await caption(page, name, text);
    if (READING > 0) await windows[0]?.page.waitForTimeout(READING);
  };
  return {
    step: async (name: string, text: string): Promise<void> => {
      number += 1;
      title = name;
      console.log(`${String(number).padStart(2)}. ${text}`);
      await say(text);
    },
    /** Takes a picture of the devices where the step is to be seen. */
    show: async (...seen: readonly Window[]): Promise<void> => {
      if (!headless) return;
      for (const { name, page } of seen) {
        await page.evaluate(() => {
          window.scrollTo(0, 0);
        });
        const file = `${String(number).padStart(2, '0')}-${title}-${name.toLowerCase()}.png`;
        await page.screenshot({ path: join(PICTURES, file) });
      }
    },
    /** Once more, in windows whose page was loaded anew. */
    say,
  };
}

test('demo', async () => {
  test.setTimeout(0);
  rmSync(PICTURES, { recursive: true, force: true });
  if (headless) mkdirSync(PICTURES, { recursive: true });
  const relay = await startRelay();
  const chain = await startChain();
  console.log(`App and relay: ${relay.url}`);
  console.log(`Test chain:    ${chain.rpcUrl} (chain id ${String(chain.chainId)})`);
  if (headless) console.log(`Pictures:      ${PICTURES}/`);

  const laptop = await openWindow('Laptop', relay.url, 0);
  const phone = await openWindow('Phone', relay.url, 1);
  const tablet = await openWindow('Tablet', relay.url, 2);
  const windows = [laptop, phone, tablet];
  const { step, show, say } = narrator(windows);

  await step('set-up', 'Each device gets a name and a passphrase. There is no account.');
  for (const { name, entry } of windows) await entry.setUp(name, PASSPHRASE);
  await show(...windows);

  await step('invite', 'Laptop creates a vault: three devices, any two of which approve.');
  const code = await laptop.pairing.create({ name: 'Treasury', threshold: 2, size: 3 });
  await show(laptop);

  await step('join', `Phone and Tablet join with the short code ${code}.`);
  await phone.pairing.join(code);
  await expect(phone.page.getByText('2 of 3 devices are here')).toBeVisible();
  await show(laptop, phone);
  await tablet.pairing.join(code);
  await show(tablet);

  await step('compare', 'People compare four words. Equal on all screens: no stranger is between.');
  const words = await Promise.all(windows.map(async ({ pairing }) => pairing.words()));
  for (const other of words) expect(other, 'the words on all screens').toEqual(words[0]);
  await show(...windows);

  await step('key', 'The devices make one key together. It never exists in one place.');
  for (const { pairing } of windows) await pairing.confirm(true);
  for (const { page } of windows) await expect(page.getByText('Committing, done')).toBeVisible();
  await show(...windows);

  const results = await Promise.all(windows.map(async ({ pairing }) => pairing.result(PATIENCE)));
  for (const other of results) expect(other, 'the key on all screens').toEqual(results[0]);
  await step('address', 'Done: all three show the same address and the same fingerprint.');
  await show(...windows);
  const address = results[0]?.address ?? '';

  await step('fund', 'Each device gets a node to ask, and ten coins of the test chain arrive.');
  for (const { pairing } of windows) await pairing.openVault();
  for (const { page } of windows) await settle(page, chain);
  await chain.fund(address, 10n * 10n ** 18n);
  for (const { home } of windows) {
    await home.open();
    await home.expectBalance('Main account', '10 ETH');
  }
  await say('Each device got a node to ask, and ten coins of the test chain arrived.');
  await show(...windows);

  await step('propose', 'Laptop proposes a payment.');
  const to = someone();
  await laptop.propose.open();
  await laptop.propose.type({ to, amount: '1.5', note: 'Rent for October' });
  await show(laptop);
  await laptop.propose.continue();

  await step(
    'check',
    'Laptop reviews what the bytes say, and holds the button: that approves, too.',
  );
  await show(laptop);
  await laptop.propose.propose();
  await expect(phone.page.getByRole('link', { name: 'Waiting for you' })).toBeVisible();

  await step('waiting', 'It waits on the other devices.');
  await show(...windows);

  await step('review', 'Phone reads the same bytes by itself and shows the same words.');
  await phone.home.openWaiting('Send 1.5 ETH');
  await tablet.home.openWaiting('Send 1.5 ETH');
  expect(await phone.proposal.words(), 'the words of the review').toEqual(
    await laptop.proposal.words(),
  );
  await show(phone);

  await step('sign', 'Phone approves. Two of three are enough: they sign; Tablet looks on.');
  await phone.proposal.approve();
  await laptop.proposal.expectSigning();
  await show(...windows);

  for (const { proposal } of windows) await proposal.expectStanding('Confirmed.', PATIENCE);
  const hash = await phone.proposal.hash();
  expect(await chain.balance(to), 'what arrived').toBe(15n * 10n ** 17n);
  await step('confirmed', 'The payment is in a block, and everybody sees it.');
  await show(...windows);

  if (headless) {
    await Promise.all(windows.map(async ({ page }) => page.close()));
  } else {
    for (const { page } of windows) await removeCaption(page);
    console.log(`\nThe windows are yours now: the passphrase of each is "${PASSPHRASE}".`);
    console.log('Close them, or press Ctrl-C, to end.');
    await Promise.all(windows.map(async ({ page }) => ended(page)));
  }
  await chain.stop();
  await relay.close();
  console.log(hash);
});

async function ended(page: Page): Promise<void> {
  if (!page.isClosed()) await page.waitForEvent('close', { timeout: 0 });
}
