/** The chain of Bitcoin in memory behind a real server, for the browsers of a test. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { FakeEsplora } from '../src/network/testing/esplora.ts';

export class TestEsplora {
  readonly coins = new FakeEsplora('regtest');
  #server: Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}`;
  }

  /** Listens, after `stop` at the same address as before. */
  async start(): Promise<void> {
    const server = createServer((request, response) => {
      void (async () => {
        const { method = 'GET', url = '/' } = request;
        const body = method === 'POST' ? await text(request) : null;
        const answer = await this.coins.fetch(`http://esplora${url}`, { method, body });
        response.writeHead(answer.status, { 'Access-Control-Allow-Origin': '*' });
        response.end(await answer.text());
      })();
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }
}
