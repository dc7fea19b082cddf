import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startRelay, type Relay } from './relay.ts';

const files = {
  'index.html': '<!doctype html>',
  'service-worker.js': '// sw',
  'assets/index-abc123.js': '// app',
  'assets/ceremony.worker-abc123.js': '// worker',
  'assets/argon2.worker-a_b-c.js': '// worker',
};

async function relayOf(): Promise<Relay> {
  const root = mkdtempSync(join(tmpdir(), 'countersign-relay-'));
  mkdirSync(join(root, 'assets'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  const relay = await startRelay({ root, port: 0, host: '127.0.0.1' });
  onTestFinished(async () => {
    await relay.close();
    rmSync(root, { recursive: true });
  });
  return relay;
}

const policyOf = (response: Response) => response.headers.get('content-security-policy') ?? '';

it('serves the app, fresh at its fixed names and for ever at its hashed ones', async () => {
  const { url } = await relayOf();
  const page = await fetch(`${url}/`);
  expect(await page.text()).toBe(files['index.html']);
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const script = await fetch(`${url}/assets/index-abc123.js`);
  expect(await script.text()).toBe(files['assets/index-abc123.js']);
  expect(script.headers.get('cache-control')).toContain('immutable');
});

it.each(['/', '/index.html', '/assets/index-abc123.js', '/service-worker.js', '/none', '/health'])(
  'sends the security headers with %s',
  async (path) => {
    const { url } = await relayOf();
    const { headers } = await fetch(url + path);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self';/,
    );
    expect(headers.get('permissions-policy')).toContain('camera=(self)');
    expect(Object.fromEntries(headers)).toMatchObject({
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  },
);

it('forbids the page to be framed, to be based elsewhere and to make script of text', async () => {
  const { url } = await relayOf();
  const policy = policyOf(await fetch(url));
  for (const directive of [
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ]) {
    expect(policy).toContain(directive);
  }
  expect(policy).not.toContain('unsafe');
});

it('cuts the workers that hold secrets off from every network', async () => {
  const { url } = await relayOf();
  for (const name of ['ceremony.worker-abc123', 'argon2.worker-a_b-c']) {
    expect(policyOf(await fetch(`${url}/assets/${name}.js`))).toContain("connect-src 'none'");
  }
  expect(policyOf(await fetch(`${url}/service-worker.js`))).toContain("connect-src 'self'");
});

it('answers nothing outside of its folder', async () => {
  const { url } = await relayOf();
  const { port } = new URL(url);
  for (const path of ['/../relay.test.ts', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc/passwd']) {
    const status = await new Promise((resolve, reject) => {
      request({ port, path, host: '127.0.0.1' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status, path).toBe(404);
  }
});

it('only reads', async () => {
  const { url } = await relayOf();
  const response = await fetch(url, { method: 'POST', body: 'x' });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
});

it('says that it is well', async () => {
  const { url } = await relayOf();
  const response = await fetch(`${url}/health`);
  expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
});

it('says that its port is taken, and leaves nothing running', async () => {
  const { port } = await relayOf();
  await expect(startRelay({ root: '.', port, host: '127.0.0.1' })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

it('closes twice as once', async () => {
  const relay = await relayOf();
  await Promise.all([relay.close(), relay.close()]);
  await expect(fetch(relay.url)).rejects.toThrow();
});
