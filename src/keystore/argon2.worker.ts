/** Derives one key and answers with its 32 bytes. An error reaches the page as the worker's own. */
import { deriveKey, type KdfRequest } from './argon2.ts';

self.onmessage = ({ data }: MessageEvent<KdfRequest>) => {
  const key = deriveKey(data);
  data.passphrase.fill(0);
  self.postMessage(key, { transfer: [key.buffer] });
};
