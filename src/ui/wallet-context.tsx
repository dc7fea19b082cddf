/** The wallet for every screen: its state drawn again on every change, its intents called directly. */
import { createContext, use, useSyncExternalStore, type ReactNode } from 'react';
import type { OpenState, VaultView, Wallet, WalletState } from '../wallet/index.ts';

const WalletContext = createContext<Wallet | undefined>(undefined);
const OpenContext = createContext<OpenState | undefined>(undefined);

export function WalletProvider(props: { readonly wallet: Wallet; readonly children: ReactNode }) {
  return <WalletContext value={props.wallet}>{props.children}</WalletContext>;
}

/** The open wallet's state for the screens below; they exist only while it is open. */
export function OpenProvider(props: { readonly state: OpenState; readonly children: ReactNode }) {
  return <OpenContext value={props.state}>{props.children}</OpenContext>;
}

export function useWallet(): Wallet {
  const wallet = use(WalletContext);
  if (wallet === undefined) throw new Error('useWallet needs a WalletProvider above it');
  return wallet;
}

export function useWalletState(): WalletState {
  const wallet = useWallet();
  return useSyncExternalStore(
    (listener) => wallet.subscribe(listener),
    () => wallet.getState(),
  );
}

export function useOpen(): OpenState {
  const state = use(OpenContext);
  if (state === undefined) throw new Error('useOpen needs an open wallet above it');
  return state;
}

/** The vault with this id, or `undefined` when this device has none such. */
export function useVault(id: string | undefined): VaultView | undefined {
  const { vaults } = useOpen();
  return id === undefined ? vaults[0] : vaults.find((vault) => vault.id === id);
}
