/** A PSBT comes in: pasted, or as a file. */
import { useState } from 'react';
import { Field } from '../parts/field.tsx';

/** Larger ones are refused by the wallet; nothing reads them whole before. */
const MAX_BYTES = 2_000_000;

export function PsbtInput(props: {
  readonly onPsbt: (psbt: Uint8Array | string) => void;
  readonly error?: string | undefined;
}) {
  const { onPsbt, error } = props;
  const [text, setText] = useState('');
  const [file, setFile] = useState<string>();
  const [refused, setRefused] = useState<string>();
  const message = refused ?? error;
  const take = async (chosen: File): Promise<void> => {
    setText('');
    if (chosen.size > MAX_BYTES) {
      setFile(undefined);
      setRefused('This file is too large for a PSBT.');
      return;
    }
    setRefused(undefined);
    setFile(chosen.name);
    onPsbt(new Uint8Array(await chosen.arrayBuffer()));
  };
  return (
    <div className="stack-tight">
      <Field
        name="psbt"
        label="Partially signed transaction (PSBT)"
        hint="In base64 or hexadecimal, or as a file."
        errors={message === undefined ? [] : [{ field: 'psbt', message }]}
      >
        {(control) => (
          <textarea
            {...control}
            className="input mono paste"
            value={text}
            rows={5}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            placeholder="cHNidP8…"
            onChange={(event) => {
              setText(event.target.value);
              setFile(undefined);
              setRefused(undefined);
              onPsbt(event.target.value.trim());
            }}
          />
        )}
      </Field>
      <label className="field">
        <span className="small">Or choose a file</span>
        <input
          type="file"
          className="input"
          accept=".psbt,.txt,application/octet-stream,text/plain"
          onChange={(event) => {
            const [chosen] = event.target.files ?? [];
            if (chosen !== undefined) void take(chosen);
          }}
        />
      </label>
      {file === undefined ? null : <p className="small soft">From the file {file}.</p>}
    </div>
  );
}
