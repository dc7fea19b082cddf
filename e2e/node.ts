/** A node in front of a chain, one for each device, that a test can switch off, hang or make lie. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Chain } from './chain.ts';

/** `other-chain`: says it is on chain 1. `lies`: names another hash for what it took. */
export type Manner = 'honest' | 'hangs' | 'garbage' | 'other-chain' | 'lies';

interface Question {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

export class TestNode {
  manner: Manner = 'honest';
  /** Raw transactions that came in, whatever became of them. */
  readonly sent: string[] = [];
  readonly #chain: Chain;
  #server: Server | undefined;
  #port = 0;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}`;
  }

  /** Listens, after `stop` at the same address as before. */
  async start(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((request, response) => {
      void this.#answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Ends every connection; whoever asks now finds nobody. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', 'Content-Type');
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const question = JSON.parse(await text(request)) as Question;
    if (question.method === 'eth_sendRawTransaction') this.sent.push(String(question.params[0]));
    switch (this.manner) {
      case 'hangs':
        return;
      case 'garbage':
        response.end('<html><body>Bad gateway</body></html>');
        return;
      case 'other-chain':
      case 'lies':
      case 'honest': {
        response.setHeader('Content-Type', 'application/json');
        response.end(
          JSON.stringify({ jsonrpc: '2.0', id: question.id, ...(await this.#reply(question)) }),
        );
      }
    }
  }

  async #reply({ method, params }: Question): Promise<object> {
    if (this.manner === 'other-chain' && method === 'eth_chainId') return { result: '0x1' };
    if (this.manner === 'lies' && method === 'eth_sendRawTransaction') {
      return { result: `0x${'11'.repeat(32)}` };
    }
    try {
      return { result: await this.#chain.request(method, ...params) };
    } catch (error) {
      return { error: { code: -32000, message: error instanceof Error ? error.message : '' } };
    }
  }
}
