import { cpSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { build } from 'vite';
import { expectAccessible } from './axe.ts';
import { dist, startRelay } from './relay.ts';
import { expect, test } from './test.ts';

const root = join(import.meta.dirname, '..');

/** A server of another origin that answers everybody and counts who came. */
async function stranger() {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? '');
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end('hello');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${String(port)}`,
    seen,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Serves a module of the sources, with what it imports, at an address that the policy allows. */
async function serveModule(page: Page, source: string): Promise<string> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      copyPublicDir: false,
      lib: { entry: join(root, source), formats: ['es'] },
    },
  });
  const [result] = Array.isArray(built) ? built : [];
  const [chunk] = result?.output ?? [];
  const address = '/assets/probe-module.js';
  await page.route(`**${address}`, async (route) =>
    route.fulfill({ body: chunk?.code ?? '', contentType: 'text/javascript' }),
  );
  return address;
}

/** Whether a request from the page gets through. */
const reaches = async (page: Page, url: string): Promise<boolean> =>
  page.evaluate(
    async (target) =>
      fetch(target, { mode: 'cors' }).then(
        ({ ok }) => ok,
        () => false,
      ),
    url,
  );

test('the app loads without an error and says what it is', async ({ newDevice }) => {
  const { page } = await newDevice();
  await expect(page).toHaveTitle(/Countersign/);
  await expect(page.getByRole('heading').first()).toBeVisible();
  expect(await page.evaluate(() => [isSecureContext, crossOriginIsolated])).toEqual([true, true]);
});

test('its first screen is accessible', async ({ newDevice }) => {
  const { page } = await newDevice();
  await expect(page.getByRole('heading').first()).toBeVisible();
  await expectAccessible(page);
});

test('every answer carries the security headers', async ({ relay, request }) => {
  for (const path of ['/', '/manifest.webmanifest', '/service-worker.js', '/nothing', '/health']) {
    const headers = (await request.get(relay.url + path)).headers();
    expect(headers['content-security-policy'], path).toContain("default-src 'none'");
    expect(headers, path).toMatchObject({
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  }
  const { 'content-security-policy': policy } = (await request.get(relay.url)).headers();
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("script-src 'self';");
});

test('text cannot become script', async ({ newDevice }) => {
  const device = await newDevice();
  device.expectProblem(/Content Security Policy|TrustedHTML|TrustedScript/);
  const { page } = device;
  const markup = await page.evaluate(() => {
    try {
      document.createElement('div').innerHTML = '<img src="x" onerror="document.title = 1">';
      return 'accepted';
    } catch (error) {
      return error instanceof TypeError ? 'refused' : 'odd';
    }
  });
  const worker = await page.evaluate(() => {
    try {
      new Worker('https://elsewhere.example/worker.js').terminate();
      return 'accepted';
    } catch (error) {
      return error instanceof TypeError ? 'refused' : 'odd';
    }
  });
  const inline = await page.evaluate(() => {
    const script = document.createElement('script');
    script.append('document.title = "taken over"');
    document.head.append(script);
    return document.title;
  });
  expect([markup, worker]).toEqual(['refused', 'refused']);
  expect(inline).not.toBe('taken over');
});

test('restrictConnections leaves only what was configured', async ({ newDevice }) => {
  const [node, other] = await Promise.all([stranger(), stranger()]);
  const device = await newDevice();
  device.expectProblem(/Content Security Policy|404/); // a page of text has no icon
  const { page } = device;
  await page.goto('/health'); // has the headers of the page, and the app has not restricted it
  const script = await serveModule(page, 'src/ui/connect-policy.ts');
  expect(await reaches(page, other.origin)).toBe(true);

  await page.evaluate(
    async ([address = '', origin = '']) => {
      const policy = (await import(address)) as { restrictConnections(origins: string[]): void };
      policy.restrictConnections([origin]);
    },
    [script, node.origin],
  );
  expect(await reaches(page, `${node.origin}/rpc`)).toBe(true);
  expect(await reaches(page, `${other.origin}/leak`)).toBe(false);
  expect(other.seen).toEqual(['/']);
  expect(node.seen).toEqual(['/rpc']);
  node.stop();
  other.stop();
});

/** Tries to connect from a worker and posts, for each address, whether it got through. */
const probe = (addresses: readonly string[]): string => `
  const tried = [];
  for (const url of ${JSON.stringify(addresses)}) {
    tried.push(await new Promise((tell) => {
      const reached = () => tell('reached');
      const refused = () => tell('refused');
      if (url.startsWith('http')) fetch(url).then(reached, refused);
      else Object.assign(new WebSocket(url, 'mqtt'), { onopen: reached, onerror: refused });
    }));
  }
  postMessage(tried);`;

test('workers that hold secrets reach nobody', async ({ newDevice, relay }, info) => {
  const outside = await stranger();
  const names = ['ceremony.worker-probe', 'argon2.worker-probe', 'other-probe'];
  // The app with probes among its files, under the names that the headers go by. (Chromium treats what a
  // test makes up on the way as coming from the internet, which may not reach this machine anyway.)
  const root = info.outputPath('app');
  cpSync(dist, root, { recursive: true });
  for (const name of names) {
    writeFileSync(
      join(root, `assets/${name}.js`),
      probe([`${outside.origin}/${name}`, relay.mailbox]),
    );
  }
  const host = await startRelay({ root });
  const device = await newDevice({ baseURL: host.url });
  device.expectProblem(/Content Security Policy/);
  const results = await device.page.evaluate(
    async (all) =>
      Promise.all(
        all.map(
          async (name) =>
            new Promise((resolve, reject) => {
              const worker = new Worker(`/assets/${name}.js`, { type: 'module' });
              worker.onmessage = ({ data }) => {
                resolve(data);
              };
              worker.onerror = reject;
            }),
        ),
      ),
    names,
  );
  expect(results).toEqual([
    ['refused', 'refused'],
    ['refused', 'refused'],
    ['reached', 'reached'], // so the probe works
  ]);
  expect(outside.seen).toEqual(['/other-probe']);
  outside.stop();
  await host.close();
});

test('it opens offline once it was opened', async ({ newDevice }) => {
  const { page, context } = await newDevice();
  await page.evaluate(async () => navigator.serviceWorker.ready);
  await context.setOffline(true);
  await page.reload();
  await expect(page).toHaveTitle(/Countersign/);
  await expect(page.getByRole('heading').first()).toBeVisible();
  await context.setOffline(false);
});

test('it can be installed', async ({ newDevice, relay, request }) => {
  const { page } = await newDevice();
  const href = await page.locator('link[rel=manifest]').getAttribute('href');
  const manifest = (await (await request.get(relay.url + (href ?? ''))).json()) as {
    name: string;
    start_url: string;
    display: string;
    icons: { src: string; sizes: string; type: string; purpose?: string }[];
  };
  expect(manifest).toMatchObject({ name: 'Countersign', start_url: '/', display: 'standalone' });
  expect(manifest.icons.map(({ sizes }) => sizes)).toEqual(
    expect.arrayContaining(['192x192', '512x512']),
  );
  expect(manifest.icons.some(({ purpose }) => purpose === 'maskable')).toBe(true);
  for (const { src, sizes, type } of manifest.icons) {
    const response = await request.get(relay.url + src);
    expect(response.headers()['content-type'], src).toBe(type);
    if (type !== 'image/png') continue;
    const png = await response.body();
    // PNG: the width and height stand in the header chunk.
    expect(`${String(png.readUInt32BE(16))}x${String(png.readUInt32BE(20))}`, src).toBe(sizes);
  }
});

test('the chain mines, pays and knows coins', async ({ chain }) => {
  const holder = '0x00000000000000000000000000000000000c0ffe';
  await chain.fund(holder, 5n * 10n ** 18n);
  expect(await chain.balance(holder)).toBe(5n * 10n ** 18n);
  const coin = await chain.deployCoin({ holder, supply: 1_000_000n, decimals: 6 });
  expect(await chain.coinBalance(coin, holder)).toBe(1_000_000n);
});
