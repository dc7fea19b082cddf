/** JSON-RPC 2.0 over HTTP POST, with every answer checked before anybody looks at it. */
import * as v from 'valibot';
import {
  NodeGarbageError,
  NodeRefusedError,
  NodeTimeoutError,
  NodeUnreachableError,
} from './node-errors.ts';

const MAX_ANSWER_BYTES = 1024 * 1024;
const TIMEOUT_MS = 10_000;

export interface RpcOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** Milliseconds for question and answer. Default 10,000. */
  readonly timeoutMs?: number;
}

const Answer = v.object({
  jsonrpc: v.literal('2.0'),
  id: v.nullable(v.union([v.number(), v.string()])),
  result: v.optional(v.unknown()),
  error: v.optional(v.object({ code: v.pipe(v.number(), v.integer()), message: v.string() })),
});

export class RpcClient {
  readonly #url: string;
  readonly #fetch: typeof fetch;
  readonly #timeoutMs: number;
  #id = 0;

  constructor({ url, fetch, timeoutMs = TIMEOUT_MS }: RpcOptions) {
    this.#url = url;
    this.#fetch = fetch;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * The result of one call, as `schema` reads it.
   *
   * @throws NodeUnreachableError, NodeTimeoutError, NodeGarbageError, NodeRefusedError
   */
  async request<T>(
    method: string,
    params: readonly unknown[],
    schema: v.GenericSchema<unknown, T>,
  ): Promise<T> {
    const id = ++this.#id;
    const { status, text } = await this.#post(
      JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      method,
    );
    const answer = v.safeParse(Answer, parseJson(text));
    if (!answer.success) {
      if (status !== 200)
        throw new NodeUnreachableError(`it answered with HTTP status ${String(status)}`);
      throw new NodeGarbageError(method, 'it is not JSON-RPC');
    }
    const { error, result } = answer.output;
    if (error !== undefined) {
      // A server that could not read the request answers without an id.
      if (answer.output.id !== id && answer.output.id !== null) throw wrongId(method);
      if (result !== undefined && result !== null) {
        throw new NodeGarbageError(method, 'it is a result and an error');
      }
      throw new NodeRefusedError(error.code, error.message);
    }
    if (answer.output.id !== id) throw wrongId(method);
    const read = v.safeParse(schema, result);
    if (!read.success) {
      const where = v.getDotPath(read.issues[0]) ?? 'the result';
      throw new NodeGarbageError(method, `${where} has an unexpected form`);
    }
    return read.output;
  }

  async #post(body: string, method: string): Promise<{ status: number; text: string }> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const fetch = this.#fetch; // as a function: browsers refuse to run it as a method
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
        signal,
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
      });
      return { status: response.status, text: await readLimited(response, method) };
    } catch (cause) {
      if (cause instanceof NodeGarbageError) throw cause;
      if (signal.aborted) throw new NodeTimeoutError(this.#timeoutMs);
      throw new NodeUnreachableError(undefined, { cause });
    }
  }
}

/** Stops reading when there is more than anybody asked for. */
async function readLimited(response: Response, method: string): Promise<string> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let size = 0;
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > MAX_ANSWER_BYTES) {
      await reader.cancel();
      throw new NodeGarbageError(method, 'it is larger than 1 MiB');
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** `undefined` when it is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const wrongId = (method: string): NodeGarbageError =>
  new NodeGarbageError(method, 'it answers another question');
