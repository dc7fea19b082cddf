/** Questions over HTTP within bounds: how long the answer may take, and how large it may be. */
import { NodeGarbageError, NodeTimeoutError, NodeUnreachableError } from './node-errors.ts';

const MAX_ANSWER_BYTES = 1024 * 1024;
const TIMEOUT_MS = 10_000;

export interface HttpOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** Milliseconds for question and answer. Default 10,000. */
  readonly timeoutMs?: number | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** At most 1 MiB. */
  readonly text: string;
}

/**
 * One question, with nothing of the page or of the browser in it.
 *
 * @param what names the question, for errors
 * @throws NodeUnreachableError, NodeTimeoutError, NodeGarbageError when the answer is too large
 */
export async function askHttp(
  { url, fetch, timeoutMs = TIMEOUT_MS }: HttpOptions,
  what: string,
  question: Pick<RequestInit, 'method' | 'headers' | 'body'> = {},
): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      ...question,
      signal,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    });
    return { status: response.status, text: await readLimited(response, what) };
  } catch (cause) {
    if (cause instanceof NodeGarbageError) throw cause;
    if (signal.aborted) throw new NodeTimeoutError(timeoutMs);
    throw new NodeUnreachableError(undefined, { cause });
  }
}

/** `undefined` when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An answer that is not about the question at all. */
export const wrongStatus = (status: number): NodeUnreachableError =>
  new NodeUnreachableError(
    status === 401 || status === 403
      ? `it refuses access (HTTP status ${String(status)})`
      : `it answered with HTTP status ${String(status)}`,
  );

/** Stops reading when there is more than anybody asked for. */
async function readLimited(response: Response, what: string): Promise<string> {
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
      throw new NodeGarbageError(what, 'it is larger than 1 MiB');
    }
    text += decoder.decode(value, { stream: true });
  }
}
