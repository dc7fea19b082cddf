/** The page's side: the host in the worker as if it were here. */
import * as v from 'valibot';
import type { Ceremonies, CeremonyHooks, PacketLink, SignHooks } from './api.ts';
import { asCeremonyError, benign, CeremonyError } from './errors.ts';
import {
  readToPage,
  RESULTS,
  type Call,
  type Method,
  type Port,
  type Question,
  type Result,
  type ToPage,
  type ToWorker,
} from './worker-messages.ts';

/** What a call uses of the page while it runs. */
interface Means {
  readonly link?: PacketLink;
  readonly hooks?: CeremonyHooks & Partial<SignHooks>;
}

interface Pending extends Means {
  /** The worker said that a signature may exist from now on. */
  committed: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: CeremonyError) => void;
}

interface Request {
  readonly id: number;
  readonly done: Promise<unknown>;
}

/** The ceremonies of a worker. */
export interface Connection {
  readonly ceremonies: Ceremonies;
  /** Rejects all that is under way, and everything later: the worker ended or broke. */
  fail(reason: CeremonyError): void;
}

/** What is said when the worker and the page do not understand each other, or the worker broke. */
export const workerFailed = (): CeremonyError =>
  new CeremonyError({
    code: 'ceremonies/worker-failed',
    message:
      'The part of this page that holds the key shares stopped. Reload the page; if a payment was being ' +
      'signed, it may have been signed.',
  });

/**
 * Opens the host in a worker.
 *
 * @param init what the worker opens it from, cloned: it may hold a CryptoKey that is not extractable
 * @throws CeremonyError when the host could not be opened
 */
export async function connect(port: Port, init: unknown): Promise<Connection> {
  const pending = new Map<number, Pending>();
  let failed: CeremonyError | undefined;
  let calls = 0;

  const post = (message: ToWorker): void => {
    port.postMessage(message);
  };

  function request(means: Means, message: (id: number) => ToWorker): Request {
    const id = calls++;
    const done = new Promise<unknown>((resolve, reject) => {
      if (failed !== undefined) throw failed;
      pending.set(id, { ...means, resolve, reject, committed: false });
      post(message(id));
    });
    return { id, done };
  }

  async function ask<M extends Method>(
    call: Call & { readonly method: M },
    means: Means = {},
  ): Promise<Result<M>> {
    const { id, done } = request(means, (number) => ({ kind: 'call', id: number, call }));
    const { signal } = means.hooks ?? {};
    const cancel = (): void => {
      post({ kind: 'cancel', id });
    };
    signal?.addEventListener('abort', cancel);
    if (signal?.aborted === true) cancel();
    try {
      const read = v.safeParse(RESULTS[call.method], await done);
      if (!read.success) throw workerFailed();
      return read.output;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Does for the worker what only the page can do. */
  async function help(id: number, what: Question): Promise<Uint8Array | undefined> {
    const call = pending.get(id);
    const { link, hooks } = call ?? {};
    if (call === undefined || link === undefined) {
      throw benign('ceremonies/cancelled', 'This call is over.');
    }
    switch (what.what) {
      case 'send':
        await link.send(what.packet, what.to);
        return undefined;
      case 'receive':
        return link.receive();
      case 'committed':
        call.committed = true;
        await hooks?.onCommitted?.();
        return undefined;
    }
  }

  function fail(reason: CeremonyError): void {
    failed ??= reason;
    for (const { committed, reject } of pending.values()) {
      reject(committed ? failed.leaving('maybe-signed') : failed);
    }
    pending.clear();
  }

  function take(message: ToPage): void {
    switch (message.kind) {
      case 'result':
        pending.get(message.id)?.resolve(message.value);
        pending.delete(message.id);
        break;
      case 'failure':
        pending.get(message.id)?.reject(new CeremonyError(message.failure));
        pending.delete(message.id);
        break;
      case 'stage':
        pending.get(message.id)?.hooks?.onStage?.(message.stage);
        break;
      case 'ask':
        help(message.id, message.what).then(
          (packet) => {
            post({ kind: 'reply', ask: message.ask, packet });
          },
          (error: unknown) => {
            const { failure } = asCeremonyError(error);
            post({ kind: 'refusal', ask: message.ask, failure });
          },
        );
        break;
      case 'confused':
        fail(workerFailed());
    }
  }

  port.addEventListener('message', ({ data }) => {
    const message = readToPage(data);
    if (message === undefined) fail(workerFailed());
    else take(message);
  });
  await request({}, (id) => ({ kind: 'init', id, init })).done;

  const ceremonies: Ceremonies = {
    keys: async () => ask({ method: 'keys' }),
    keygen: async ({ suite, requestId, threshold, members }, link, hooks) =>
      ask(
        {
          method: 'keygen',
          request: {
            suite,
            requestId,
            threshold,
            members: members.map(({ index, identity }) => ({ index, identity })),
          },
        },
        { link, ...(hooks && { hooks }) },
      ),
    certificate: async (kid) => ask({ method: 'certificate', kid }),
    acceptCertificate: async (certificate) => ask({ method: 'acceptCertificate', certificate }),
    confirm: async (kid) => ask({ method: 'confirm', kid }),
    addConfirms: async (kid, confirms) =>
      ask({
        method: 'addConfirms',
        kid,
        confirms: confirms.map(({ index, signature }) => ({ index, signature })),
      }),
    sign: async ({ kid, requestId, signers, items, batch }, link, hooks) =>
      ask(
        {
          method: 'sign',
          request: {
            kid,
            requestId,
            signers: [...signers],
            items: items.map((item) => ({
              request: { kind: item.request.kind, bytes: item.request.bytes },
              paths: item.paths.map((path) => [...path]),
            })),
            batch,
          },
        },
        { link, hooks },
      ),
    maybeSigned: async (kid) => ask({ method: 'maybeSigned', kid }),
    childKey: async (kid, path) => ask({ method: 'childKey', kid, path: [...path] }),
    pairProblem: async (kid, peer) => ask({ method: 'pairProblem', kid, peer }),
    allowPeer: async (kid, peer) => ask({ method: 'allowPeer', kid, peer }),
    pairSetup: async ({ kid, requestId, peer, reason }, link, hooks) =>
      ask(
        { method: 'pairSetup', request: { kid, requestId, peer, reason } },
        { link, ...(hooks && { hooks }) },
      ),
    close: async () => ask({ method: 'close' }),
  };
  return { ceremonies, fail };
}
