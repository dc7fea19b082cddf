/** JSON-RPC over HTTP POST, with every answer checked before anybody looks at it. */
import * as v from 'valibot';
import { askHttp, type HttpOptions, parseJson, wrongStatus } from './http.ts';
import { NodeGarbageError, NodeRefusedError } from './node-errors.ts';

export interface RpcOptions extends HttpOptions {
  /** Besides the content type, such as for authentication. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Takes answers of versions before 2.0, too, as Bitcoin Core before 28 gives. Default false. */
  readonly legacy?: boolean | undefined;
}

const failure = v.object({ code: v.pipe(v.number(), v.integer()), message: v.string() });
const Answer = v.object({
  jsonrpc: v.literal('2.0'),
  id: v.nullable(v.union([v.number(), v.string()])),
  result: v.optional(v.unknown()),
  error: v.optional(failure),
});
const LegacyAnswer = v.object({
  ...Answer.entries,
  jsonrpc: v.optional(v.picklist(['1.0', '1.1', '2.0'])),
  error: v.optional(v.nullable(failure)),
});

export class RpcClient {
  readonly #options: RpcOptions;
  #id = 0;

  constructor(options: RpcOptions) {
    this.#options = options;
  }

  /**
   * The result of one call, as `schema` reads it.
   *
   * @param timeoutMs for a call that takes longer than the others
   * @throws NodeUnreachableError, NodeTimeoutError, NodeGarbageError, NodeRefusedError
   */
  async request<T>(
    method: string,
    params: readonly unknown[],
    schema: v.GenericSchema<unknown, T>,
    timeoutMs = this.#options.timeoutMs,
  ): Promise<T> {
    const id = ++this.#id;
    const { headers, legacy = false } = this.#options;
    const { status, text } = await askHttp({ ...this.#options, timeoutMs }, method, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
    });
    const answer = v.safeParse(legacy ? LegacyAnswer : Answer, parseJson(text));
    if (!answer.success) {
      if (status !== 200) throw wrongStatus(status);
      throw new NodeGarbageError(method, 'it is not JSON-RPC');
    }
    const { error, result } = answer.output;
    if (error !== undefined && error !== null) {
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
}

const wrongId = (method: string): NodeGarbageError =>
  new NodeGarbageError(method, 'it answers another question');
