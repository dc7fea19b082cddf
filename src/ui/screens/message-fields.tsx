import type { MessageForm } from '../../wallet/index.ts';
import { Field } from '../parts/field.tsx';
import { TextFormFields, type TextFormProps } from './text-form.tsx';

export function emptyMessage(): MessageForm {
  return { account: 0, text: '', as: 'text', note: '', expiresInHours: 24 };
}

/** A message that the account signs (personal_sign). */
export function MessageFields(props: TextFormProps<MessageForm>) {
  const { form, errors, onChange } = props;
  return (
    <TextFormFields
      {...props}
      label="Message"
      hint="Signed exactly as it stands here, with every space and line."
      placeholder="I control this address."
      mono={form.as === 'hex'}
    >
      <Field name="as" label="Written as" errors={errors}>
        {(control) => (
          <select
            {...control}
            value={form.as}
            onChange={(event) => {
              onChange({ ...form, as: event.target.value === 'hex' ? 'hex' : 'text' });
            }}
          >
            <option value="text">Text</option>
            <option value="hex">Bytes in hexadecimal</option>
          </select>
        )}
      </Field>
    </TextFormFields>
  );
}
