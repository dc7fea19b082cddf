import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { browserPlatform, createWallet } from '../wallet/index.ts';
import { App } from './app.tsx';
import { restrictConnections } from './connect-policy.ts';
import './styles/index.css';
import { installTrustedTypes } from './trusted-types.ts';
import { createUpdateSource } from './update-source.ts';
import { keepOffline } from './updates.ts';

installTrustedTypes();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root.');
const updates = createUpdateSource();
const wallet = createWallet(browserPlatform({ restrictConnections }));
createRoot(root).render(
  <StrictMode>
    <App wallet={wallet} updates={updates} build={`${__APP_VERSION__} · ${__BUILD_HASH__}`} />
  </StrictMode>,
);
void keepOffline(updates.announce);
