/**
 * What `npm run demo` shows: three devices side by side, a relay and a chain of their own. Run by
 * scripts/demo.mjs through playwright.demo.config.ts.
 */
import { chromium, test, type Page } from '@playwright/test';
import { chromiumArguments, findBrowser } from '../scripts/browser.mjs';
import { startChain } from './chain.ts';
import { openDevice } from './devices.ts';
import { startRelay } from './relay.ts';

const WIDTH = 420;
const HEIGHT = 860;
const names = ['Laptop', 'Phone', 'Tablet'];
const headless = process.env['COUNTERSIGN_DEMO_HEADLESS'] !== undefined;

/** One window a device, beside each other. */
async function openWindow(url: string, index: number): Promise<Page> {
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
  return page;
}

test('demo', async () => {
  test.setTimeout(0);
  const relay = await startRelay();
  const chain = await startChain();
  console.log(`App and relay: ${relay.url}`);
  console.log(`Test chain:    ${chain.rpcUrl} (chain id ${String(chain.chainId)})`);

  const pages = await Promise.all(names.map(async (_name, i) => openWindow(relay.url, i)));
  for (const [i, page] of pages.entries()) {
    await page.screenshot({ path: `test-results/demo/${names[i] ?? ''}.png` });
  }
  if (headless) {
    console.log('The pictures are in test-results/demo.');
    await Promise.all(pages.map(async (page) => page.close()));
  } else {
    console.log('Close the windows, or press Ctrl-C, to end.');
    await Promise.all(pages.map(async (page) => page.waitForEvent('close', { timeout: 0 })));
  }
  await chain.stop();
  await relay.close();
});
