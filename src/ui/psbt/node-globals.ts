/** The one library that was made for Node wants its `Buffer`. Loaded together with it, and only then. */
import { Buffer } from 'buffer/index.js';

if (!('Buffer' in globalThis)) Object.assign(globalThis, { Buffer });
