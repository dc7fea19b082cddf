import { shortAddress, type BitcoinAccountView, type VaultView } from '../../wallet/index.ts';
import { hrefOf } from '../router.ts';
import { KeyBeingMade } from '../screens/key-being-made.tsx';
import { Notice } from '../parts/notice.tsx';
import { Funds } from './funds.tsx';
import { idOf, KINDS } from './names.ts';

/** The Bitcoin accounts in the list of all. */
export function CoinAccountLines(props: { readonly vault: VaultView }) {
  return props.vault.bitcoinAccounts.map((account) => (
    <li key={idOf(account)}>
      <Line vault={props.vault.id} account={account} />
    </li>
  ));
}

function Line(props: { readonly vault: string; readonly account: BitcoinAccountView }) {
  const { account, vault } = props;
  return (
    <a
      className="list-link account-link"
      href={hrefOf({ screen: 'coins', vault, account: idOf(account) })}
      aria-label={`${account.name}: address and balances`}
    >
      <span>
        <span className="strong">{account.name}</span>
        <br />
        <span className="soft small">
          {KINDS[account.kind]}
          {account.keys === undefined ? null : (
            <span className="mono" translate="no">
              {' '}
              {shortAddress(account.keys.receive.address)}
            </span>
          )}
        </span>
      </span>
      <span className="balances">
        {account.keys === undefined ? (
          <span className="soft">its key is being made</span>
        ) : (
          <Funds account={account} />
        )}
      </span>
    </a>
  );
}

/** The second key of the vault, while it is being made. */
export function TaprootBeingMade(props: { readonly vault: VaultView }) {
  const { id, taproot, members } = props.vault;
  if (taproot.state !== 'unfinished') return null;
  return (
    <>
      <Notice tone="look" title="The key for Bitcoin Taproot is not finished">
        <p>
          Open Countersign on all {members.length} devices: they make it by themselves. Everything
          else works meanwhile.
        </p>
      </Notice>
      <KeyBeingMade vault={id} keygen={taproot} />
    </>
  );
}
