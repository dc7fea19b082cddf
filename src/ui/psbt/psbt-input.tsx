/** A PSBT comes in: pasted, as a file, or by the camera. */
import { Camera, FileUp } from 'lucide-react';
import { useRef, useState } from 'react';
import { Field } from '../parts/field.tsx';
import { PsbtScanner } from './psbt-scanner.tsx';

/** Larger ones are refused by the wallet; nothing reads them whole before. */
const MAX_BYTES = 2_000_000;

export function PsbtInput(props: {
  /** Text as it was typed, or the bytes of a file. */
  readonly psbt: Uint8Array | string;
  readonly onPsbt: (psbt: Uint8Array | string) => void;
  readonly error?: string | undefined;
}) {
  const { psbt, onPsbt, error } = props;
  const file = useRef<HTMLInputElement>(null);
  const [name, setName] = useState<string>();
  const [scanning, setScanning] = useState(false);
  const [refused, setRefused] = useState<string>();
  const message = refused ?? error;
  const take = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return;
    if (chosen.size > MAX_BYTES) {
      setRefused('This file is too large for a PSBT.');
      onPsbt('');
      return;
    }
    const bytes = new Uint8Array(await chosen.arrayBuffer());
    setRefused(undefined);
    setName(chosen.name);
    onPsbt(bytes);
  };
  return (
    <div className="stack-tight">
      <Field
        name="psbt"
        label="Partially signed transaction (PSBT)"
        hint="In base64 or hexadecimal, as a file, or as a QR code."
        errors={message === undefined ? [] : [{ field: 'psbt', message }]}
      >
        {(control) => (
          <textarea
            {...control}
            className="input mono paste"
            value={typeof psbt === 'string' ? psbt : ''}
            rows={5}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            placeholder="cHNidP8…"
            onChange={(event) => {
              setRefused(undefined);
              onPsbt(event.target.value.trim());
            }}
          />
        )}
      </Field>
      <span className="row">
        <button
          type="button"
          className="button button-small"
          onClick={() => {
            setScanning(true);
          }}
        >
          <Camera className="icon" aria-hidden />
          Scan it
        </button>
        <button type="button" className="button button-small" onClick={() => file.current?.click()}>
          <FileUp className="icon" aria-hidden />
          Choose a file
        </button>
        <input
          ref={file}
          type="file"
          hidden
          aria-label="A file with a PSBT"
          accept=".psbt,.txt,application/octet-stream,text/plain"
          onChange={({ target }) => {
            void take(target.files?.[0]);
            target.value = ''; // so that the same file can be chosen again
          }}
        />
      </span>
      {typeof psbt === 'string' ? null : (
        <p className="small soft" role="status">
          {name === undefined ? 'A PSBT' : `The file ${name}`} of {psbt.length} bytes.
        </p>
      )}
      {scanning ? (
        <PsbtScanner
          onPsbt={(scanned) => {
            setRefused(undefined);
            setName(undefined);
            onPsbt(scanned);
          }}
          onClose={() => {
            setScanning(false);
          }}
        />
      ) : null}
    </div>
  );
}
