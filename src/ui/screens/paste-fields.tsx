import type { FieldError, PasteForm, VaultView } from '../../wallet/index.ts';
import { ErrorSummary, Field } from '../parts/field.tsx';
import { useOpen } from '../wallet-context.tsx';
import {
  AccountField,
  Continue,
  ExpiryField,
  NetworkField,
  NoteField,
  OverrideField,
} from './form-fields.tsx';

export function emptyPaste(): PasteForm {
  return { account: 0, chainId: undefined, text: '', note: '', expiresInHours: 24 };
}

/** A raw unsigned transaction, or the JSON of `eth_sendTransaction`. */
export function PasteFields(props: {
  readonly vault: VaultView;
  readonly form: PasteForm;
  readonly errors: readonly FieldError[];
  readonly failed: string | undefined;
  readonly pending: boolean;
  readonly onChange: (form: PasteForm) => void;
  readonly onSubmit: () => void;
}) {
  const { form, errors } = props;
  const { settings } = useOpen();
  const set = (part: Partial<PasteForm>): void => {
    props.onChange({ ...form, ...part });
  };
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      <ErrorSummary errors={errors} />
      <AccountField
        vault={props.vault}
        value={form.account}
        errors={errors}
        onChange={(account) => {
          set({ account });
        }}
      />
      <Field
        name="text"
        label="Transaction"
        hint="An unsigned transaction in hexadecimal, or the JSON that a website passes to eth_sendTransaction."
        errors={errors}
      >
        {(control) => (
          <textarea
            {...control}
            className="input mono paste"
            value={form.text}
            rows={7}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            placeholder='0x02… or {"to": …}'
            onChange={(event) => {
              set({ text: event.target.value });
            }}
          />
        )}
      </Field>
      <NetworkField
        networks={settings.networks}
        value={form.chainId}
        hint="Counts only where the pasted text names no chain."
        none="As the text says"
        errors={errors}
        onChange={(chainId) => {
          set({ chainId });
        }}
      />
      <NoteField
        value={form.note}
        errors={errors}
        onChange={(note) => {
          set({ note });
        }}
      />
      <ExpiryField
        value={form.expiresInHours}
        errors={errors}
        onChange={(expiresInHours) => {
          set({ expiresInHours });
        }}
      />
      <OverrideField
        errors={errors}
        value={form.overrideMaybeSigned === true}
        onChange={(overrideMaybeSigned) => {
          set({ overrideMaybeSigned });
        }}
      />
      <Continue pending={props.pending} failed={props.failed} />
    </form>
  );
}
