import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TabClaim } from '../platform.ts';
import { tabClaim } from './tab.ts';

/** Web Locks as far as this room uses them (Node has none): one holder, the others wait in line. */
class Locks {
  #held = false;
  readonly #line: (() => void)[] = [];

  readonly request = async (
    _name: string,
    { ifAvailable = false }: LockOptions,
    work: (lock: object | null) => Promise<void>,
  ): Promise<void> => {
    if (this.#held && ifAvailable) {
      await work(null);
      return;
    }
    if (this.#held) await new Promise<void>((resolve) => this.#line.push(resolve));
    this.#held = true;
    await work({});
    this.#held = false;
    this.#line.shift()?.();
  };
}

/** Broadcast channels of one origin; nobody hears oneself. */
class Channel {
  static all: Channel[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  constructor() {
    Channel.all.push(this);
  }
  postMessage(data: unknown): void {
    for (const other of Channel.all) if (other !== this) other.onmessage?.({ data });
  }
}

beforeEach(() => {
  Channel.all = [];
  vi.stubGlobal('navigator', { locks: new Locks() });
  vi.stubGlobal('BroadcastChannel', Channel);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

it('belongs to the tab that came first', async () => {
  const [first, second] = [tabClaim(), tabClaim()];
  expect(await first.claim()).toBe(true);
  expect(await second.claim()).toBe(false);
});

it('is free again when that tab lets go', async () => {
  const [first, second] = [tabClaim(), tabClaim()];
  await first.claim();
  first.release();
  await expect.poll(async () => second.claim()).toBe(true);
});

/** A holder that needs a while to put everything away. */
async function holder(): Promise<{ tab: TabClaim; finish: () => void; asked: () => boolean }> {
  const tab = tabClaim();
  let asked = false;
  let finish = (): void => undefined;
  tab.onAsked(async () => {
    asked = true;
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  expect(await tab.claim()).toBe(true);
  return {
    tab,
    finish: () => {
      finish();
    },
    asked: () => asked,
  };
}

it('is taken over only after the other tab has put everything away', async () => {
  const { finish, asked } = await holder();
  const second = tabClaim();
  let taken = false;
  const taking = second.takeOver().then(() => {
    taken = true;
  });
  await expect.poll(asked).toBe(true);
  expect(taken).toBe(false);
  expect(await tabClaim().claim()).toBe(false);
  finish();
  await taking;
  expect(await tabClaim().claim()).toBe(false);
});

it('is let go although putting away failed: the page is of no use then', async () => {
  const first = tabClaim();
  first.onAsked(async () => Promise.reject(new Error('cannot close')));
  await first.claim();
  const second = tabClaim();
  await second.takeOver();
  expect(await first.claim()).toBe(false);
});

it('is not asked for by other messages', async () => {
  const { asked } = await holder();
  new Channel().postMessage('something else');
  new Channel().postMessage({ ask: 'let-go' });
  expect(asked()).toBe(false);
});

it('that is not held is not given away', async () => {
  const idle = tabClaim();
  const asked = vi.fn();
  idle.onAsked(async () => {
    asked();
    return Promise.resolve();
  });
  const other = tabClaim();
  await other.takeOver();
  expect(asked).not.toHaveBeenCalled();
});
