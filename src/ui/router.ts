/** Which screen the address bar names. The back button works because every screen has its own hash. */
import { useSyncExternalStore } from 'react';

export type Route =
  | { readonly screen: 'start' }
  | { readonly screen: 'create' }
  | { readonly screen: 'join' }
  | { readonly screen: 'settings' }
  /** No vault named: the first one. */
  | { readonly screen: 'home'; readonly vault?: string | undefined }
  | { readonly screen: 'approvers'; readonly vault: string }
  | { readonly screen: 'contacts'; readonly vault: string }
  | { readonly screen: 'trail'; readonly vault: string; readonly proposal?: string | undefined }
  | { readonly screen: 'receive'; readonly vault: string; readonly account: number }
  /** A Bitcoin account, by `idOf`. */
  | { readonly screen: 'coins'; readonly vault: string; readonly account: string }
  | { readonly screen: 'propose'; readonly vault: string; readonly reviewing: boolean }
  | { readonly screen: 'proposal'; readonly vault: string; readonly proposal: string };

/** Reads a hash; anything unknown is home. */
export function parseRoute(hash: string): Route {
  const [first, vault, third, fourth] = hash.replace(/^#\/?/, '').split('/');
  if (first === 'start' || first === 'create' || first === 'join' || first === 'settings') {
    return { screen: first };
  }
  if (first !== 'vault' || vault === undefined || vault === '') return { screen: 'home' };
  switch (third) {
    case 'approvers':
    case 'contacts':
      return { screen: third, vault };
    case 'trail':
      return { screen: 'trail', vault, proposal: fourth };
    case 'receive':
      return {
        screen: 'receive',
        vault,
        account: /^\d{1,9}$/.test(fourth ?? '') ? Number(fourth) : 0,
      };
    case 'coins':
      return { screen: 'coins', vault, account: fourth ?? '' };
    case 'propose':
      return { screen: 'propose', vault, reviewing: fourth === 'review' };
    case 'proposal':
      return fourth === undefined
        ? { screen: 'home', vault }
        : { screen: 'proposal', vault, proposal: fourth };
    default:
      return { screen: 'home', vault };
  }
}

/** The hash of a route, for `href`. */
export function hrefOf(route: Route): string {
  switch (route.screen) {
    case 'home':
      return route.vault === undefined ? '#/' : `#/vault/${route.vault}`;
    case 'approvers':
    case 'contacts':
      return `#/vault/${route.vault}/${route.screen}`;
    case 'trail':
      return `#/vault/${route.vault}/trail${route.proposal === undefined ? '' : `/${route.proposal}`}`;
    case 'receive':
      return `#/vault/${route.vault}/receive/${String(route.account)}`;
    case 'coins':
      return `#/vault/${route.vault}/coins/${route.account}`;
    case 'propose':
      return `#/vault/${route.vault}/propose${route.reviewing ? '/review' : ''}`;
    case 'proposal':
      return `#/vault/${route.vault}/proposal/${route.proposal}`;
    default:
      return `#/${route.screen}`;
  }
}

export function navigate(route: Route, how: 'push' | 'replace' = 'push'): void {
  const href = hrefOf(route);
  if (how === 'push') window.location.hash = href;
  else window.location.replace(href);
}

/** The current route; a component that uses it is drawn again on every move. */
export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(onHashChange, () => window.location.hash));
}

function onHashChange(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => {
    window.removeEventListener('hashchange', listener);
  };
}
