/** The offline copy of the app, and the news that a newer version waits. */
import { Workbox } from 'workbox-window';

/**
 * Keeps the app available offline. Calls `onUpdate` when a newer version is ready; nothing changes until
 * `apply` is called, which loads the page anew. Not in development.
 */
export async function keepOffline(onUpdate: (apply: () => void) => void): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const workbox = new Workbox('/service-worker.js');
  workbox.addEventListener('waiting', () => {
    onUpdate(() => {
      workbox.addEventListener('controlling', () => {
        location.reload();
      });
      workbox.messageSkipWaiting();
    });
  });
  await workbox.register();
}
