import {
  BTC_DECIMALS,
  formatUnits,
  type BitcoinAccountView,
  type BitcoinFundsView,
} from '../../wallet/index.ts';

const WORDS: Readonly<Record<BitcoinFundsView['state'], string>> = {
  unset: 'no server',
  asking: 'asking…',
  known: '',
  stale: 'as last known',
  failing: 'no answer',
};

/** What an account holds, and how sure that is, in lines: for a grid. */
export function Funds(props: {
  readonly account: Pick<BitcoinAccountView, 'funds' | 'symbol' | 'networkName'>;
}) {
  const { funds, symbol, networkName } = props.account;
  const { state, confirmed, pending, reserved } = funds;
  const btc = (value: bigint): string => `${formatUnits(value, BTC_DECIMALS)} ${symbol}`;
  const notes = [networkName, WORDS[state]].filter((note) => note !== '').join(' · ');
  return (
    <>
      <span>
        <span className={confirmed === undefined ? 'soft' : 'strong'}>
          {confirmed === undefined ? 'not known' : btc(confirmed)}
        </span>
        <span className="soft tiny"> {notes}</span>
      </span>
      {pending === 0n ? null : (
        <span className="soft tiny">and {btc(pending)} not in a block yet</span>
      )}
      {reserved === 0n ? null : <span className="soft tiny">{btc(reserved)} in proposals</span>}
    </>
  );
}
