import { Tabs } from '@base-ui/react/tabs';
import { useState } from 'react';
import type {
  BitcoinAccountRef,
  Checked,
  Draft,
  FieldError,
  VaultView,
} from '../../wallet/index.ts';
import { accountWithId, idOf } from '../bitcoin/names.ts';
import { emptyCoinForms, ProposeCoins, type CoinForms } from '../bitcoin/propose-coins.tsx';
import { ConnectionNotice } from '../parts/connection-state.tsx';
import { Notice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { hrefOf, navigate } from '../router.ts';
import { useAction } from '../use-action.ts';
import { useOpen, useWallet } from '../wallet-context.tsx';
import { DraftReview } from './draft-review.tsx';
import { emptyMessage, MessageFields } from './message-fields.tsx';
import { emptyPaste, PasteFields } from './paste-fields.tsx';
import { emptyPayment, PaymentFields } from './payment-fields.tsx';

/** A form, a pasted request or a message, then the review of what its bytes say. The form keeps what was typed. */
export function Propose(props: { readonly vault: VaultView; readonly reviewing: boolean }) {
  const { vault } = props;
  const wallet = useWallet();
  const { connection, settings } = useOpen();
  const action = useAction();
  const [payment, setPayment] = useState(() => emptyPayment(vault, settings.networks));
  const [paste, setPaste] = useState(emptyPaste);
  const [message, setMessage] = useState(emptyMessage);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [draft, setDraft] = useState<Draft>();
  /** Set while a Bitcoin account is chosen. */
  const [coins, setCoins] = useState<CoinForms>();

  const check = (ask: () => Promise<Checked<Draft>>): void => {
    if (action.pending) return;
    void action.run(async () => {
      const checked = await ask();
      setErrors(checked.ok ? [] : checked.errors);
      if (!checked.ok) return;
      setDraft(checked.value);
      navigate({ screen: 'propose', vault: vault.id, reviewing: true });
    });
  };

  const clear = (): void => {
    setErrors([]);
    action.clear();
  };
  const choose = (account: number | BitcoinAccountRef): void => {
    clear();
    setCoins(typeof account === 'number' ? undefined : emptyCoinForms(account));
    if (typeof account !== 'number') return;
    setPayment({ ...payment, account });
    setPaste({ ...paste, account });
    setMessage({ ...message, account });
  };
  const coinAccount =
    coins === undefined ? undefined : accountWithId(vault, idOf(coins.payment.account));

  if (props.reviewing && draft !== undefined) return <DraftReview vault={vault} draft={draft} />;
  const back = { href: hrefOf({ screen: 'home', vault: vault.id }), label: vault.name };
  if (vault.state !== 'active') {
    return (
      <Page title="Propose" narrow back={back}>
        <Notice tone="look" title="The key of this vault is not finished">
          <p>Open Countersign on all its devices first.</p>
        </Notice>
      </Page>
    );
  }
  return (
    <Page title="Propose" narrow back={back}>
      <div className="stack">
        <ConnectionNotice connection={connection} />
        {coins === undefined || coinAccount === undefined ? null : (
          <ProposeCoins
            vault={vault}
            account={coinAccount}
            forms={coins}
            onForms={setCoins}
            errors={errors}
            failed={action.error}
            pending={action.pending}
            onAccount={choose}
            onTab={clear}
            check={check}
            key={idOf(coinAccount)}
          />
        )}
        {coinAccount === undefined ? (
          <Tabs.Root defaultValue="form" className="stack" onValueChange={clear}>
            <Tabs.List className="segments" aria-label="How to describe it">
              <Tabs.Tab className="segment" value="form">
                Payment
              </Tabs.Tab>
              <Tabs.Tab className="segment" value="paste">
                Paste
              </Tabs.Tab>
              <Tabs.Tab className="segment" value="message">
                Message
              </Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="form">
              <PaymentFields
                vault={vault}
                form={payment}
                errors={errors}
                failed={action.error}
                pending={action.pending}
                onChange={setPayment}
                onCoins={choose}
                onSubmit={() => {
                  check(async () => wallet.draftPayment(vault.id, payment));
                }}
              />
            </Tabs.Panel>
            <Tabs.Panel value="paste">
              <PasteFields
                vault={vault}
                form={paste}
                errors={errors}
                failed={action.error}
                pending={action.pending}
                onChange={setPaste}
                onCoins={choose}
                onSubmit={() => {
                  check(async () => wallet.draftPaste(vault.id, paste));
                }}
              />
            </Tabs.Panel>
            <Tabs.Panel value="message">
              <MessageFields
                vault={vault}
                form={message}
                errors={errors}
                failed={action.error}
                pending={action.pending}
                onChange={setMessage}
                onCoins={choose}
                onSubmit={() => {
                  check(async () => wallet.draftMessage(vault.id, message));
                }}
              />
            </Tabs.Panel>
          </Tabs.Root>
        ) : null}
      </div>
    </Page>
  );
}
