import { describe, expect, it } from 'vitest';
import { registryFiles } from './descriptor-cache.ts';

const ORIGIN = 'https://wallet.example';

const fetching = (answer: Response) => {
  const asked: [unknown, RequestInit | undefined][] = [];
  const files = registryFiles({
    caches: () => {
      throw new Error('not needed');
    },
    fetch: async (address, init) => {
      asked.push([address, init]);
      return answer;
    },
    origin: ORIGIN,
  });
  return { files, asked };
};

describe('a file of the registry', () => {
  it('comes from the own origin, without credentials', async () => {
    const { files, asked } = fetching(Response.json([1]));
    expect(await files.fetch('chains.json')).toEqual(new TextEncoder().encode('[1]'));
    expect(asked).toEqual([
      [
        `${ORIGIN}/registry/chains.json`,
        { cache: 'no-cache', credentials: 'omit', redirect: 'error' },
      ],
    ]);
  });

  it.each([
    ['nothing at the address', new Response('', { status: 404 })],
    ['an empty file', new Response('')],
    ['the page', new Response('<p>', { headers: { 'content-type': 'text/html; charset=utf-8' } })],
  ])('is absent when there is %s', async (_, answer) => {
    expect(await fetching(answer).files.fetch('manifest.json')).toBeUndefined();
  });

  it.each([
    ['a server that fails', new Response('{}', { status: 500 })],
    ['a file that is too large', new Response(new Uint8Array(4_000_001))],
  ])('is not read from %s', async (_, answer) => {
    await expect(fetching(answer).files.fetch('manifest.json')).rejects.toThrow('registry');
  });
});

describe('copies', () => {
  it('are caches of their own, beside those of others', async () => {
    const caches = new Map<string, Map<string, Response>>([['workbox', new Map()]]);
    const storage = {
      keys: async () => [...caches.keys()],
      delete: async (name: string) => caches.delete(name),
      open: async (name: string) => {
        const cache = caches.get(name) ?? new Map<string, Response>();
        caches.set(name, cache);
        return {
          match: async (address: string) => cache.get(address)?.clone(),
          put: async (address: string, response: Response) => void cache.set(address, response),
        };
      },
    } as unknown as CacheStorage;
    const files = registryFiles({ caches: () => storage, fetch, origin: ORIGIN });
    await files.write('ab', 'chains.json', new Uint8Array([1, 2]));
    expect(await files.copies()).toEqual(['ab']);
    expect(await files.read('ab', 'chains.json')).toEqual(new Uint8Array([1, 2]));
    expect(await files.read('ab', 'manifest.json')).toBeUndefined();
    await files.remove('ab');
    expect([...caches.keys()]).toEqual(['workbox']);
  });
});
