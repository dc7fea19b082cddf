/** The server behind `npm start`: the built app and the devices' mailbox on one port. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';
import { createBroker, refuse, type BrokerLimits } from './broker.ts';
import { cacheControl, securityHeaders } from './headers.ts';

export interface RelayOptions {
  /** The folder of the built app. */
  readonly root: string;
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
  /** PEM texts; without them plain HTTP is spoken. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly limits?: BrokerLimits | undefined;
}

export interface Relay {
  /** Where the app is, without a path: `http://localhost:8420`. */
  readonly url: string;
  /** Where the mailbox is: `ws://localhost:8420/mqtt`. */
  readonly mailbox: string;
  readonly port: number;
  /** Ends every connection. Idempotent. */
  close(): Promise<void>;
}

/** @throws the error of `listen`, such as `EADDRINUSE`, when the address cannot be had */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { host, tls } = options;
  const broker = await createBroker(options.limits);
  const answer = answerer(options.root);
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {
      socket.destroy();
    });
    if (pathOf(request) === '/mqtt') broker.upgrade(request, socket, head);
    else refuse(socket, '404 Not Found');
  });

  try {
    await listen(server, options.port, host);
  } catch (error) {
    await broker.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const place = `${displayName(host)}:${String(port)}`;
  const secure = tls === undefined ? '' : 's';
  let closing: Promise<void> | undefined;
  return {
    url: `http${secure}://${place}`,
    mailbox: `ws${secure}://${place}/mqtt`,
    port,
    close: async () => (closing ??= close(server, broker)),
  };
}

function answerer(root: string): (request: IncomingMessage, response: ServerResponse) => void {
  const files = sirv(root, {
    etag: true,
    brotli: true, // scripts/build.mjs makes them
    setHeaders(response, path) {
      response.setHeader('Cache-Control', cacheControl(path));
    },
  });
  return (request, response) => {
    const path = pathOf(request);
    for (const [name, value] of Object.entries(securityHeaders(path))) {
      response.setHeader(name, value);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      say(response, 405, 'Only GET and HEAD are answered here.');
    } else if (path === '/health') {
      say(response, 200, 'ok');
    } else {
      files(request, response, () => {
        say(response, 404, 'There is nothing at this address.');
      });
    }
  };
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? '/';

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    'Content-Type': 'text/plain; charset=utf-8',
  });
  response.end(`${text}\n`);
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Server, broker: { close(): Promise<void> }): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  await broker.close();
  server.closeAllConnections();
  await closed;
}

/** Browsers offer passkeys on `localhost`, not on `127.0.0.1`. */
function displayName(host: string): string {
  if (host === '127.0.0.1' || host === '::1') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
