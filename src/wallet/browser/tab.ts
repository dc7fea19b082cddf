/** One tab at a time holds the device (Web Locks). The other asks, the holder puts everything away first. */
import type { TabClaim } from '../platform.ts';

const LOCK = 'countersign-device';
const CHANNEL = 'countersign-tab';
const ASK = 'let-go';

export function tabClaim(): TabClaim {
  let letGo: (() => void) | undefined;
  let asked: () => Promise<void> = async () => undefined;
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data !== ASK || letGo === undefined) return;
    const release = letGo;
    // A page that failed to put everything away is of no use either: its links were closed first.
    void asked().then(release, release);
  };

  /** Resolves when the lock is held; it is held until `letGo`. */
  const hold = async (options: LockOptions): Promise<boolean> =>
    new Promise((resolve, reject) => {
      navigator.locks
        .request(LOCK, options, async (lock) => {
          if (lock === null) {
            resolve(false);
            return;
          }
          const held = new Promise<void>((release) => {
            letGo = () => {
              letGo = undefined;
              release();
            };
          });
          resolve(true);
          await held;
        })
        .catch(reject);
    });

  return {
    claim: async () => hold({ ifAvailable: true }),
    async takeOver() {
      const held = hold({});
      channel.postMessage(ASK);
      await held;
    },
    onAsked(listener) {
      asked = listener;
    },
    release() {
      letGo?.();
    },
  };
}
