import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { installTrustedTypes } from './trusted-types.ts';
import { keepOffline } from './updates.ts';

installTrustedTypes();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root.');
createRoot(root).render(
  <StrictMode>
    <main>
      <h1>Countersign</h1>
      <p>Approve together; nobody holds the key.</p>
      <p>
        Version {__APP_VERSION__}, build {__BUILD_HASH__}
      </p>
    </main>
  </StrictMode>,
);
void keepOffline(() => undefined);
