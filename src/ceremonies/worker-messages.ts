/**
 * What crosses between the page and the worker that holds the shares: strict shapes, public data only.
 * Both sides refuse anything else, so that a page and a worker of different builds never misunderstand
 * each other.
 */
import * as v from 'valibot';
import { SUITES } from './key-record.ts';

/** The ends of a `MessagePort`, a `Worker`, or the global scope of a worker. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

const bytes = (length?: number) =>
  v.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && (length === undefined || value.length === length),
  );
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const party = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const kid = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const path = v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1)));
const member = v.strictObject({ index: party, identity: bytes(32) });
const confirm = v.strictObject({ index: party, signature: bytes(64) });
const requestId = bytes(16);

/** What the page asks for. `keygen`, `sign` and `pairSetup` use the link of the page meanwhile. */
const call = v.variant('method', [
  v.strictObject({ method: v.literal('keys') }),
  v.strictObject({
    method: v.literal('keygen'),
    request: v.strictObject({
      suite: v.picklist(SUITES),
      requestId,
      threshold: party,
      members: v.array(member),
    }),
  }),
  v.strictObject({ method: v.literal('certificate'), kid }),
  v.strictObject({ method: v.literal('acceptCertificate'), certificate: bytes() }),
  v.strictObject({ method: v.literal('confirm'), kid }),
  v.strictObject({ method: v.literal('addConfirms'), kid, confirms: v.array(confirm) }),
  v.strictObject({
    method: v.literal('sign'),
    request: v.strictObject({
      kid,
      requestId,
      signers: v.array(party),
      items: v.array(
        v.strictObject({
          request: v.strictObject({
            kind: v.picklist(['evm', 'evm-typed-data', 'evm-message', 'bitcoin']),
            bytes: bytes(),
          }),
          paths: v.array(path),
        }),
      ),
      batch: count,
    }),
  }),
  v.strictObject({ method: v.literal('maybeSigned'), kid }),
  v.strictObject({ method: v.literal('childKey'), kid, path }),
  v.strictObject({ method: v.literal('pairProblem'), kid, peer: party }),
  v.strictObject({ method: v.literal('allowPeer'), kid, peer: party }),
  v.strictObject({
    method: v.literal('pairSetup'),
    request: v.strictObject({
      kid,
      requestId,
      peer: party,
      reason: v.picklist(['restored', 'lost-state', 'ban-lifted']),
    }),
  }),
  v.strictObject({ method: v.literal('close') }),
]);

export type Call = v.InferOutput<typeof call>;
export type Method = Call['method'];

/** 33 bytes for ECDSA, the 32 of an output key for Taproot. */
const signingKey = v.union([bytes(33), bytes(32)]);

const abortClass = v.picklist(['A', "A'", 'B', 'C', 'D']);
const signature = v.strictObject({
  publicKey: signingKey,
  digest: bytes(32),
  signature: bytes(64),
  recovery: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3)),
});
const failure = v.strictObject({
  code: v.string(),
  message: v.string(),
  abortClass: v.undefinedable(abortClass),
  culprit: v.undefinedable(party),
  consequence: v.undefinedable(
    v.picklist(['may-retry', 'discard-session', 'ban-pair', 'refuse-peer', 'count-failure']),
  ),
  missing: v.pipe(v.array(party), v.readonly()),
  remains: v.picklist(['nothing', 'maybe-signed', 'unfinished-key']),
  signatures: v.pipe(v.array(v.undefinedable(signature)), v.readonly()),
});

const summary = v.strictObject({
  kid,
  suite: v.picklist(SUITES),
  publicKey: bytes(33),
  chainCode: bytes(32),
  threshold: party,
  members: v.array(member),
  index: party,
  state: v.picklist(['unfinished', 'active', 'retired']),
  requestId,
});

/** What each question is answered with. */
export const RESULTS = {
  keys: v.array(summary),
  keygen: v.strictObject({ kid, publicKey: bytes(33), certificate: bytes() }),
  certificate: v.undefinedable(bytes()),
  acceptCertificate: summary,
  confirm,
  addConfirms: summary,
  sign: v.array(signature),
  maybeSigned: v.array(
    v.strictObject({
      requestId,
      items: v.array(v.strictObject({ publicKey: signingKey, digest: bytes(32) })),
    }),
  ),
  childKey: bytes(33),
  pairProblem: v.undefinedable(
    v.strictObject({ kind: v.picklist(['refused', 'set-up-needed']), message: v.string() }),
  ),
  allowPeer: v.undefined(),
  pairSetup: v.undefined(),
  close: v.undefined(),
} as const satisfies Record<Method, v.GenericSchema>;

export type Result<M extends Method> = v.InferOutput<(typeof RESULTS)[M]>;

const toWorker = v.variant('kind', [
  /** The first message: what the host is opened from. The opener checks it. */
  v.strictObject({ kind: v.literal('init'), id: count, init: v.unknown() }),
  v.strictObject({ kind: v.literal('call'), id: count, call }),
  v.strictObject({ kind: v.literal('cancel'), id: count }),
  /** Answers to `ask`. */
  v.strictObject({ kind: v.literal('reply'), ask: count, packet: v.undefinedable(bytes()) }),
  v.strictObject({ kind: v.literal('refusal'), ask: count, failure }),
]);

const toPage = v.variant('kind', [
  v.strictObject({ kind: v.literal('result'), id: count, value: v.unknown() }),
  v.strictObject({ kind: v.literal('failure'), id: count, failure }),
  v.strictObject({ kind: v.literal('stage'), id: count, stage: v.string() }),
  /** A question of the call `id` to the page. */
  v.strictObject({
    kind: v.literal('ask'),
    id: count,
    ask: count,
    what: v.variant('what', [
      v.strictObject({
        what: v.literal('send'),
        packet: bytes(),
        to: v.union([party, v.literal('all')]),
      }),
      v.strictObject({ what: v.literal('receive') }),
      v.strictObject({ what: v.literal('committed') }),
    ]),
  }),
  /** The worker was sent something that it does not understand. */
  v.strictObject({ kind: v.literal('confused') }),
]);

export type ToWorker = v.InferOutput<typeof toWorker>;
export type ToPage = v.InferOutput<typeof toPage>;
export type Question = Extract<ToPage, { readonly kind: 'ask' }>['what'];

/** A message to the worker, or `undefined` for anything else. */
export function readToWorker(data: unknown): ToWorker | undefined {
  const read = v.safeParse(toWorker, data);
  return read.success ? read.output : undefined;
}

/** A message to the page, or `undefined` for anything else. */
export function readToPage(data: unknown): ToPage | undefined {
  const read = v.safeParse(toPage, data);
  return read.success ? read.output : undefined;
}
