/** The registry of descriptors: from the page's own origin, and its copy in Cache Storage. */
import type { RegistryFiles } from '../platform.ts';

const PREFIX = 'countersign-registry-';
/** Of one file; the index of a chain is the largest. */
const MAX_BYTES = 4_000_000;

export interface RegistryPlaces {
  /** Not there on an insecure page, where nothing runs anyway. */
  readonly caches: () => CacheStorage;
  readonly fetch: typeof fetch;
  /** Of the page. */
  readonly origin: string;
}

export function registryFiles({ caches, fetch, origin }: RegistryPlaces): RegistryFiles {
  const addressOf = (name: string): string => `${origin}/registry/${name}`;
  return {
    async fetch(name) {
      const response = await fetch(addressOf(name), {
        cache: 'no-cache',
        credentials: 'omit',
        redirect: 'error',
      });
      // Some hosts answer with the page itself where there is nothing.
      if (response.status === 404 || isPage(response)) return undefined;
      if (!response.ok) throw new Error(`the registry answered ${String(response.status)}`);
      const bytes = await bytesOf(response);
      // The build leaves an empty manifest where the app comes with no registry.
      return bytes.length === 0 ? undefined : bytes;
    },
    async copies() {
      return (await caches().keys())
        .filter((name) => name.startsWith(PREFIX))
        .map((name) => name.slice(PREFIX.length));
    },
    async read(digest, name) {
      const cache = await caches().open(PREFIX + digest);
      const response = await cache.match(addressOf(name));
      return response === undefined ? undefined : bytesOf(response);
    },
    async write(digest, name, bytes) {
      const cache = await caches().open(PREFIX + digest);
      await cache.put(addressOf(name), new Response(bytes.slice()));
    },
    async remove(digest) {
      await caches().delete(PREFIX + digest);
    },
  };
}

const isPage = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/html') === true;

async function bytesOf(response: Response): Promise<Uint8Array> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > MAX_BYTES) throw new Error('a file of the registry is too large');
  return bytes;
}
