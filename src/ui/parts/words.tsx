/** Words that are equal on every device that sees the same. */
export function Words(props: {
  readonly words: readonly string[];
  readonly label: string;
  readonly large?: boolean;
}) {
  return (
    <ol
      className={props.large === true ? 'words words-large' : 'words'}
      aria-label={props.label}
      translate="no"
      lang="en"
    >
      {props.words.map((word, i) => (
        <li key={i}>
          {props.large === true ? (
            <span className="words-number" aria-hidden>
              {i + 1}
            </span>
          ) : null}
          {word}
        </li>
      ))}
    </ol>
  );
}
