/** The worker's side: runs a host and lets the page ask it. */
import { parseRequest, type ChainRequest } from '../chains/index.ts';
import type { Authorised } from '../policy/index.ts';
import type { Ceremonies, PacketLink, SignHooks } from './api.ts';
import { asCeremonyError, CeremonyError } from './errors.ts';
import {
  readToWorker,
  type Call,
  type Port,
  type Question,
  type ToPage,
  type ToWorker,
} from './worker-messages.ts';

interface Waiting {
  readonly resolve: (packet: Uint8Array | undefined) => void;
  readonly reject: (error: CeremonyError) => void;
}

/**
 * An authorised request as it arrives in the worker. That the policy authorised it is a promise of the
 * types on the side of the page; here its bytes are parsed again before anything is signed.
 */
const authorised = ({
  kind,
  bytes,
}: {
  readonly kind: ChainRequest['kind'];
  readonly bytes: Uint8Array;
}): Authorised<ChainRequest> => parseRequest(kind, bytes) as Authorised<ChainRequest>;

/** Does what a call asks for. */
async function dispatch(
  host: Ceremonies,
  call: Call,
  link: PacketLink,
  hooks: SignHooks,
): Promise<unknown> {
  switch (call.method) {
    case 'keys':
      return host.keys();
    case 'keygen':
      return host.keygen(call.request, link, hooks);
    case 'certificate':
      return host.certificate(call.kid);
    case 'acceptCertificate':
      return host.acceptCertificate(call.certificate);
    case 'confirm':
      return host.confirm(call.kid);
    case 'addConfirms':
      return host.addConfirms(call.kid, call.confirms);
    case 'sign': {
      const items = call.request.items.map(({ request, paths }) => ({
        request: authorised(request),
        paths,
      }));
      return host.sign({ ...call.request, items }, link, hooks);
    }
    case 'maybeSigned':
      return host.maybeSigned(call.kid);
    case 'childKey':
      return host.childKey(call.kid, call.path);
    case 'pairProblem':
      return host.pairProblem(call.kid, call.peer);
    case 'allowPeer':
      return host.allowPeer(call.kid, call.peer);
    case 'pairSetup':
      return host.pairSetup(call.request, link, hooks);
    case 'close':
      return host.close();
  }
}

/**
 * Serves one page.
 *
 * @param open makes the host from what the page sent first; checks it
 */
export function serve(port: Port, open: (init: unknown) => Promise<Ceremonies>): void {
  const running = new Map<number, AbortController>();
  const asked = new Map<number, Waiting>();
  let host: Promise<Ceremonies> | undefined;
  let asks = 0;

  const post = (message: ToPage): void => {
    port.postMessage(message);
  };

  async function ask(id: number, what: Question): Promise<Uint8Array | undefined> {
    const number = asks++;
    return new Promise((resolve, reject) => {
      asked.set(number, { resolve, reject });
      post({ kind: 'ask', id, ask: number, what });
    });
  }

  const linkOf = (id: number): PacketLink => ({
    async send(packet, to) {
      await ask(id, { what: 'send', packet, to });
    },
    async receive() {
      const packet = await ask(id, { what: 'receive' });
      if (packet === undefined) throw new TypeError('the page answered without a packet');
      return packet;
    },
  });

  async function answer(id: number, work: () => Promise<unknown>): Promise<void> {
    try {
      post({ kind: 'result', id, value: await work() });
    } catch (error) {
      post({ kind: 'failure', id, failure: asCeremonyError(error).failure });
    }
  }

  async function perform(id: number, call: Call): Promise<unknown> {
    if (host === undefined) {
      throw new CeremonyError({ code: 'ceremonies/closed', message: 'This device is locked.' });
    }
    const abort = new AbortController();
    running.set(id, abort);
    const hooks: SignHooks = {
      signal: abort.signal,
      onStage: (stage) => {
        post({ kind: 'stage', id, stage });
      },
      onCommitted: async () => {
        await ask(id, { what: 'committed' });
      },
    };
    try {
      return await dispatch(await host, call, linkOf(id), hooks);
    } finally {
      running.delete(id);
    }
  }

  function take(message: ToWorker): void {
    switch (message.kind) {
      case 'init':
        void answer(message.id, async () => {
          if (host !== undefined) throw new TypeError('the host is open already');
          host = open(message.init);
          await host;
        });
        break;
      case 'call':
        void answer(message.id, async () => perform(message.id, message.call));
        break;
      case 'cancel':
        running.get(message.id)?.abort();
        break;
      case 'reply':
        asked.get(message.ask)?.resolve(message.packet);
        asked.delete(message.ask);
        break;
      case 'refusal':
        asked.get(message.ask)?.reject(new CeremonyError(message.failure));
        asked.delete(message.ask);
        break;
    }
  }

  port.addEventListener('message', ({ data }) => {
    const message = readToWorker(data);
    if (message === undefined) post({ kind: 'confused' });
    else take(message);
  });
}
