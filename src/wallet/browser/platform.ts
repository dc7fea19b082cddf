/** The browser as the wallet's platform. */
import {
  Keystore,
  openDatabase,
  passphraseStrength,
  workerKdf,
  type Storage,
} from '../../keystore/index.ts';
import type { Platform } from '../platform.ts';
import type { Problem } from '../state.ts';
import { openCeremonyWorker } from './ceremonies.ts';
import { browserConnection } from './connection.ts';
import { registryFiles } from './descriptor-cache.ts';
import { tabClaim } from './tab.ts';

const JOIN = '#/join/';

export interface BrowserOptions {
  /** Narrows where the page may connect, for good. */
  readonly restrictConnections: (origins: string[]) => void;
}

export function browserPlatform({ restrictConnections }: BrowserOptions): Platform {
  const { origin } = location;
  return {
    clock: {
      now: () => Date.now(),
      after(ms, callback) {
        const id = setTimeout(callback, ms);
        return () => {
          clearTimeout(id);
        };
      },
    },
    origin,
    ownRelay: `${origin.replace(/^http/, 'ws')}/mqtt`,
    invitation: takeInvitation(),
    tab: tabClaim(),
    fetch: async (input, init) => fetch(input, init),
    registry: registryFiles({
      caches: () => caches,
      fetch: async (input, init) => fetch(input, init),
      origin,
    }),
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    unsupported,
    openKeystore,
    strength: passphraseStrength,
    connect: browserConnection,
    openCeremonies: openCeremonyWorker,
    restrictConnections: (origins) => {
      restrictConnections([...origins]);
    },
    persist: async () => navigator.storage.persist(),
    isOffline: () => !navigator.onLine,
    onOfflineChange(listener) {
      addEventListener('online', listener);
      addEventListener('offline', listener);
      return () => {
        removeEventListener('online', listener);
        removeEventListener('offline', listener);
      };
    },
  };
}

async function openKeystore(): Promise<{ readonly keystore: Keystore; readonly plain: Storage }> {
  const { storage, keyPairs } = await openDatabase({
    // A newer version of this app in another tab, or the browser itself, closed the storage: start anew.
    onClosed: () => {
      location.reload();
    },
  });
  return { keystore: await Keystore.open(storage, keyPairs, workerKdf()), plain: storage };
}

/** The invitation in the page's address, which is cleaned of it: it does not stay in the history. */
function takeInvitation(): string | undefined {
  const { hash, href } = location;
  if (!hash.startsWith(JOIN)) return undefined;
  history.replaceState(null, '', location.pathname);
  return href;
}

function unsupported(): Problem | undefined {
  if (!isSecureContext) {
    return {
      code: 'wallet/insecure-address',
      title: 'This address is not secure',
      meaning: 'The browser gives keys and cameras to secure addresses only. Nothing was stored.',
      next: 'Open the wallet at https://, or at localhost on this machine.',
    };
  }
  const missing = [
    ['IndexedDB', 'indexedDB'],
    ['Web Locks', 'locks'],
    ['web workers', 'Worker'],
    ['WebRTC', 'RTCPeerConnection'],
  ].filter(([, name]) => !((name ?? '') in globalThis) && !((name ?? '') in navigator));
  const [first] = missing;
  if (first === undefined) return undefined;
  return {
    code: 'wallet/browser',
    title: `This browser lacks ${first[0] ?? 'something'}`,
    meaning: 'The wallet cannot run here. Nothing was stored.',
    next: 'Use a current version of Chromium, Firefox or Safari, not in a private window.',
  };
}
