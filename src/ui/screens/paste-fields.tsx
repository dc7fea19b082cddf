import type { PasteForm } from '../../wallet/index.ts';
import { useOpen } from '../wallet-context.tsx';
import { NetworkField } from './form-fields.tsx';
import { TextFormFields, type TextFormProps } from './text-form.tsx';

export function emptyPaste(): PasteForm {
  return { account: 0, chainId: undefined, text: '', note: '', expiresInHours: 24 };
}

/** A raw unsigned transaction, or the JSON of what a website asks a wallet for. */
export function PasteFields(props: TextFormProps<PasteForm>) {
  const { form, errors, onChange } = props;
  const { settings } = useOpen();
  return (
    <TextFormFields
      {...props}
      label="Request"
      hint="An unsigned transaction in hexadecimal, or the JSON that a website passes to eth_sendTransaction, eth_signTypedData_v4 or personal_sign."
      placeholder='0x02… or {"to": …}'
      mono
    >
      <NetworkField
        networks={settings.networks}
        value={form.chainId}
        hint="Counts only for a transaction that names no chain."
        none="As the text says"
        errors={errors}
        onChange={(chainId) => {
          onChange({ ...form, chainId });
        }}
      />
    </TextFormFields>
  );
}
