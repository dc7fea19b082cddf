/**
 * Shows one scene: `gallery.html?scene=review&theme=dark`. Without a scene, the list of all. Only for
 * development and tests; nothing of the product loads it.
 */
import { createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '../app.tsx';
import { FakeWallet } from './fake-wallet.ts';
import { scenes } from './scenes.ts';

declare global {
  interface Window {
    /** For tests: the wallet behind the scene. */
    fakeWallet?: FakeWallet;
  }
}

const root = document.getElementById('root');
const parameters = new URLSearchParams(window.location.search);
const theme = parameters.get('theme');
const scene = scenes[parameters.get('scene') ?? ''];
if (root === null) throw new Error('The page has no place for the app.');

if (scene === undefined) {
  for (const name of Object.keys(scenes)) {
    const link = document.createElement('a');
    link.href = `?scene=${name}`;
    link.textContent = name;
    const line = document.createElement('p');
    line.append(link);
    root.append(line);
  }
} else {
  const { state } = scene;
  if (window.location.hash === '') window.history.replaceState(null, '', scene.hash);
  const chosen = theme === 'dark' || theme === 'light' ? theme : 'system';
  if (chosen !== 'system') document.documentElement.dataset['theme'] = chosen;
  const wallet = new FakeWallet(
    state.phase === 'open'
      ? { ...state, settings: { ...state.settings, theme: chosen } }
      : state.phase === 'locked'
        ? { ...state, theme: chosen }
        : state,
  );
  window.fakeWallet = wallet;
  const updates = {
    subscribe: () => () => undefined,
    isWaiting: () => parameters.has('update'),
    apply: () => undefined,
  };
  createRoot(root).render(
    createElement(
      StrictMode,
      null,
      createElement(App, { wallet, updates, build: '0.0.0 gallery' }),
    ),
  );
}
